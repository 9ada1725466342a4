/** Whether the others see the group that this member sees: somebody of each party says so in every epoch. */
import { sha256, toBase64url, utf8 } from './bytes';
import { readMember } from './certificate';
import type { Leaf } from './engine';
import type { PartyId } from './manifest';
import type { AttestText } from './plaintext';
import { rosterText } from './rules';

/** How long a party may take, in milliseconds. */
export const ATTEST_WITHIN_MS = 15_000;
/** How long the next member of a party waits for those before it: one may have lost its connection just now. In milliseconds. */
export const ATTEST_TURN_MS = 3000;

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
	/** The party of each leaf. */
	readonly parties: ReadonlyMap<number, PartyId>;
	readonly said: ReadonlyMap<PartyId, 'agreed' | 'mismatch'>;
}

/** A new epoch. */
export function beginAttesting(own: AttestText, leaves: readonly Leaf[], now: number): Attesting {
	const parties = new Map(leaves.map(({ index, identity }) => [index, readMember(identity).party]));
	return { own, since: now, parties, said: new Map() };
}

/** How many members of its party sit on lower leaves: these speak for it first. */
export function turnOf({ parties }: Attesting, leaf: number): number {
	return [...parties].filter(([other, party]) => other < leaf && party === parties.get(leaf)).length;
}

/** Whether somebody spoke for the party of that leaf. */
export function hasSpoken({ parties, said }: Attesting, leaf: number): boolean {
	const party = parties.get(leaf);
	return party !== undefined && said.has(party);
}

/** What a member says counts for its party. Once apart, always apart: the epoch does not become another. */
export function hearAttestation(attesting: Attesting, text: AttestText, leaf: number): Attesting {
	const party = attesting.parties.get(leaf);
	if (party === undefined || text.epoch !== attesting.own.epoch) return attesting;
	const { own } = attesting;
	const agrees = text.authenticator === own.authenticator && text.tree === own.tree && text.roster === own.roster;
	const verdict = agrees && attesting.said.get(party) !== 'mismatch' ? 'agreed' : 'mismatch';
	return { ...attesting, said: new Map(attesting.said).set(party, verdict) };
}

/** How each party stands now. One of which nobody is here is waited for without end. */
export function standings(
	{ parties, said, since }: Attesting,
	now: number,
	hereSince: (party: PartyId) => number | undefined,
): ReadonlyMap<PartyId, Attestation> {
	const of = (party: PartyId): Attestation => {
		const here = hereSince(party);
		const isLate = here !== undefined && now - Math.max(since, here) >= ATTEST_WITHIN_MS;
		return said.get(party) ?? (isLate ? 'missing' : 'waiting');
	};
	return new Map([...new Set(parties.values())].map((party) => [party, of(party)]));
}
