/** What is shown of the sealing: a value, to be sent from the worker of MLS to the page. */
import type { Denied, SeatId } from '../wire/types';
import type { Attestation } from './attest';
import { toBase64url } from './bytes';
import { readMember, readRegistrar } from './certificate';
import type { CircleStatus } from './circle-means';
import type { Leaf } from './engine';
import type { SealCode } from './errors';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import { leadsOf } from './rules';

/** Where this device is. `barred`: it cannot take part, and `trouble` says why. */
export type MemberStage = 'idle' | 'asking' | 'waiting' | 'denied' | 'barred' | 'admitted';

/** A member of a group, as its certificate says. */
export interface RosterEntry {
	readonly leaf: number;
	readonly seat: SeatId;
	readonly party: PartyId;
	readonly slot: number;
	readonly serial: string;
	/** It speaks for its party. */
	readonly lead: boolean;
	/** The registrar's key that let it in, base64url; nothing where the root key did. */
	readonly registrar: string | undefined;
}

export interface CircleView {
	readonly group: GroupName;
	/** In the ids of keys. */
	readonly number: number;
	readonly status: CircleStatus;
	/** The epoch with whose keys may be sealed now; nothing while media must rest. */
	readonly sealing: number | undefined;
	readonly roster: readonly RosterEntry[];
	readonly attestations: ReadonlyMap<PartyId, Attestation>;
}

export interface MemberView {
	readonly stage: MemberStage;
	readonly trouble: SealCode | undefined;
	readonly denied: Denied | undefined;
	/** 30 digits; nothing before the manifest was checked. */
	readonly code: string | undefined;
	/** Of each party's root key, in the manifest's order. */
	readonly fingerprints: readonly { readonly party: PartyId; readonly digits: string }[];
	/** The own certificate. */
	readonly own:
		{ readonly party: PartyId; readonly expires: number; readonly registrar: string | undefined } | undefined;
	/** The key of this device survives a reload. */
	readonly lasts: boolean;
	readonly circles: readonly CircleView[];
}

export const NOTHING: MemberView = {
	stage: 'idle',
	trouble: undefined,
	denied: undefined,
	code: undefined,
	fingerprints: [],
	own: undefined,
	lasts: false,
	circles: [],
};

export function rosterOf(leaves: readonly Leaf[]): RosterEntry[] {
	const leads = new Set(leadsOf(leaves).values());
	return leaves.map(({ index, identity }) => {
		const { party, seat, slot, serial } = readMember(identity);
		return { leaf: index, seat, party, slot, serial, lead: leads.has(index), registrar: registrarOf(identity) };
	});
}

/** The registrar that signed a certificate, as base64url. */
export function registrarOf(identity: Uint8Array): string | undefined {
	const key = readRegistrar(identity);
	return key && toBase64url(key);
}
