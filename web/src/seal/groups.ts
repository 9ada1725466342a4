/** Names and numbers of the groups of a summit. */
import { fromUtf8, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { sideGroupNumber } from './manifest';
import type { Agreed, PartyId } from './manifest';

const PREFIX = 'sommet/1/';
const SIDE = 'side-';

/** `plenary`, `side-PARTY`, `caucus-ID` or `pair-ID`. */
export type GroupName = string;

export const PLENARY: GroupName = 'plenary';
/** Number of the plenary; sides follow in the order of the parties, all others are numbered by the server. */
export const PLENARY_NUMBER = 0;

export function sideOf(party: PartyId): GroupName {
	return SIDE + party;
}

/** The party to which a group is confined, if it is. */
export function partyOf(group: GroupName): PartyId | undefined {
	return group.startsWith(SIDE) ? group.slice(SIDE.length) : undefined;
}

/** Numbers below are fixed by the manifest; the server gives those from here on. */
const GIVEN_FROM = 16;
const NUMBERS = 2 ** 16;

/** The number of a group. What the manifest says is not the server's to say; `undefined` where its word cannot be right. */
export function numberOf(agreed: Agreed, group: GroupName, given: number): number | undefined {
	if (group === PLENARY) return PLENARY_NUMBER;
	const party = partyOf(group);
	if (party !== undefined) return sideGroupNumber(agreed, party);
	return Number.isInteger(given) && given >= GIVEN_FROM && given < NUMBERS ? given : undefined;
}

/** The MLS group id. */
export function groupId(summit: string, group: GroupName): Bytes {
	return utf8(`${PREFIX}${summit}/${group}`);
}

/** Summit and name in an MLS group id; `undefined` where it is none of ours. */
export function readGroupId(id: Uint8Array): { readonly summit: string; readonly group: GroupName } | undefined {
	try {
		const match = /^sommet\/1\/([^/]+)\/([^/]+)$/.exec(fromUtf8(id));
		return match?.[1] && match[2] ? { summit: match[1], group: match[2] } : undefined;
	} catch {
		return undefined;
	}
}
