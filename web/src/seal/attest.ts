/** Whether the others see the group that this member sees: somebody of each party says so in every epoch. */
import type { SeatId } from '../wire/types';
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

/** A member of a group, as far as attestations are concerned. */
export interface Attester {
	readonly leaf: number;
	readonly seat: SeatId;
	readonly party: PartyId;
}

/** The attestations of one epoch. A value: what is heard gives another. */
export interface Attesting {
	readonly own: AttestText;
	/** When the epoch began, in milliseconds. */
	readonly since: number;
	/** In order of their leaves. */
	readonly members: readonly Attester[];
	/** What was said, by leaf. */
	readonly said: ReadonlyMap<number, 'agreed' | 'mismatch'>;
}

/** A new epoch. */
export function beginAttesting(own: AttestText, leaves: readonly Leaf[], now: number): Attesting {
	const members = leaves.map(({ index: leaf, identity }) => {
		const { seat, party } = readMember(identity);
		return { leaf, seat, party };
	});
	return { own, since: now, members, said: new Map() };
}

/** How many members of its party sit on lower leaves: these speak for it first. */
export function turnOf(attesting: Attesting, leaf: number): number {
	return before(attesting, leaf).length;
}

/** Whether that member need not speak any more: it did, or one of its party who comes before it. */
export function hasSpoken(attesting: Attesting, leaf: number): boolean {
	return attesting.said.has(leaf) || before(attesting, leaf).some((other) => attesting.said.has(other.leaf));
}

/** Once apart, always apart: the epoch does not become another. */
export function hearAttestation(attesting: Attesting, text: AttestText, leaf: number): Attesting {
	const { own, members, said } = attesting;
	if (text.epoch !== own.epoch || !members.some((member) => member.leaf === leaf)) return attesting;
	const agrees = text.authenticator === own.authenticator && text.tree === own.tree && text.roster === own.roster;
	const verdict = agrees && said.get(leaf) !== 'mismatch' ? 'agreed' : 'mismatch';
	return { ...attesting, said: new Map(said).set(leaf, verdict) };
}

/** Since when somebody is here, in milliseconds; nothing of who is not. */
export type HereSince = (seat: SeatId) => number | undefined;

/**
 * How each party stands now. Its first member who is here speaks for it, and each who spoke: but nobody in the place of one
 * who is here and silent. That one may be in another group of the same epoch, and everybody there would look agreed as well.
 */
export function standings(attesting: Attesting, now: number, hereSince: HereSince): ReadonlyMap<PartyId, Attestation> {
	return new Map(
		[...partiesOf(attesting)].map(([party, members]) => {
			const said = saidFor(attesting, members, hereSince);
			if (typeof said === 'string') return [party, said];
			return [party, said !== undefined && now >= said ? 'missing' : 'waiting'];
		}),
	);
}

/** When the time of a party is over that has time now, in milliseconds. */
export function nextDeadline(attesting: Attesting, now: number, hereSince: HereSince): number | undefined {
	const said = [...partiesOf(attesting).values()].map((members) => saidFor(attesting, members, hereSince));
	const ahead = said.filter((deadline) => typeof deadline === 'number').filter((deadline) => deadline > now);
	return ahead.length > 0 ? Math.min(...ahead) : undefined;
}

/** What was said for a party, or until when it may take; nothing of one of whom nobody is here. */
function saidFor(
	{ said, since }: Attesting,
	members: readonly Attester[],
	hereSince: HereSince,
): 'agreed' | 'mismatch' | number | undefined {
	if (members.some(({ leaf }) => said.get(leaf) === 'mismatch')) return 'mismatch';
	const speaker = members.find(({ leaf, seat }) => said.has(leaf) || hereSince(seat) !== undefined);
	if (!speaker) return undefined;
	return said.get(speaker.leaf) ?? Math.max(since, hereSince(speaker.seat) ?? since) + ATTEST_WITHIN_MS;
}

function partiesOf({ members }: Attesting): ReadonlyMap<PartyId, readonly Attester[]> {
	const parties = new Map<PartyId, Attester[]>();
	for (const member of members) parties.set(member.party, [...(parties.get(member.party) ?? []), member]);
	return parties;
}

/** The members of its party on lower leaves. */
function before({ members }: Attesting, leaf: number): readonly Attester[] {
	const party = members.find((member) => member.leaf === leaf)?.party;
	return members.filter((member) => member.leaf < leaf && member.party === party);
}
