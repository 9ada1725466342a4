/** Whether the others see the group that this member sees: the lead of each party says so in every epoch. */
import { sha256, toBase64url, utf8 } from './bytes';
import type { Leaf } from './engine';
import type { PartyId } from './manifest';
import type { AttestText } from './plaintext';
import { leadsOf, rosterText } from './rules';

/** How long a lead may take, in milliseconds. */
export const ATTEST_WITHIN_MS = 15_000;

/** What was said for a party of the present epoch. */
export type Attestation = 'agreed' | 'waiting' | 'missing' | 'mismatch';

/** What this member sees of an epoch. */
export async function attestationOf(
	epoch: number,
	epochAuthenticator: Uint8Array,
	treeHash: Uint8Array,
	leaves: readonly Leaf[],
): Promise<AttestText> {
	return {
		type: 'attest',
		epoch,
		authenticator: toBase64url(await sha256(utf8('sommet/attest/v1\0'), epochAuthenticator)),
		tree: toBase64url(treeHash),
		roster: toBase64url(await sha256(utf8(rosterText(leaves)))),
	};
}

/** The attestations of one epoch. A value: what is heard gives another. */
export interface Attesting {
	readonly own: AttestText;
	/** When the epoch began, in milliseconds. */
	readonly since: number;
	/** The leaf that speaks for each party. */
	readonly leads: ReadonlyMap<PartyId, number>;
	readonly said: ReadonlyMap<PartyId, 'agreed' | 'mismatch'>;
}

/** A new epoch. What this member would say to itself needs no saying. */
export function beginAttesting(own: AttestText, leaves: readonly Leaf[], ownLeaf: number, now: number): Attesting {
	const leads = leadsOf(leaves);
	const mine = [...leads].filter(([, leaf]) => leaf === ownLeaf).map(([party]) => [party, 'agreed'] as const);
	return { own, since: now, leads, said: new Map(mine) };
}

/** What a leaf said counts where it speaks for its party. Once apart, always apart: the epoch does not become another. */
export function hearAttestation(attesting: Attesting, text: AttestText, leaf: number): Attesting {
	const party = [...attesting.leads].find(([, lead]) => lead === leaf)?.[0];
	if (party === undefined || text.epoch !== attesting.own.epoch) return attesting;
	const { own } = attesting;
	const agrees = text.authenticator === own.authenticator && text.tree === own.tree && text.roster === own.roster;
	const verdict = agrees && attesting.said.get(party) !== 'mismatch' ? 'agreed' : 'mismatch';
	return { ...attesting, said: new Map(attesting.said).set(party, verdict) };
}

/** How each party stands now. A party with nobody online is waited for without end. */
export function standings(
	{ leads, said, since }: Attesting,
	now: number,
	isOnline: (party: PartyId) => boolean,
): ReadonlyMap<PartyId, Attestation> {
	const isLate = now - since >= ATTEST_WITHIN_MS;
	const of = (party: PartyId): Attestation => said.get(party) ?? (isLate && isOnline(party) ? 'missing' : 'waiting');
	return new Map([...leads.keys()].map((party) => [party, of(party)]));
}
