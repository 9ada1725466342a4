/** A member of one group, whatever it is made with. */
import type { AttestText } from '../src/seal/plaintext';
import type { Bytes } from '../src/seal/bytes';
import type { SeatId } from '../src/wire/types';

export const IMPLEMENTATIONS = ['ts-mls', 'openmls', 'mls-rs'] as const;
export type Implementation = (typeof IMPLEMENTATIONS)[number];

/** What is to be the same for all members in one epoch, and the own leaf. Secrets and hashes are hexadecimal. */
export interface State {
	readonly epoch: number;
	readonly own_leaf: number;
	readonly authenticator: string;
	/** `MLS-Exporter("SFrame 1.0 Base Key", "", 16)` */
	readonly base_key: string;
	/** `MLS-Exporter("sommet/interop", "context", 32)` */
	readonly exporter: string;
	readonly tree_hash: string;
	readonly attestation: Omit<AttestText, 'type'>;
	readonly roster: readonly (readonly [leaf: number, seat: SeatId])[];
}

/** Who comes and who goes; neither: new keys for the author. */
export interface Wish {
	/** Key packages. */
	readonly adds?: readonly Bytes[];
	/** Leaves. */
	readonly removes?: readonly number[];
}

export interface Committed {
	readonly commit: Bytes;
	readonly welcome: Bytes | undefined;
	readonly groupInfo: Bytes;
}

export interface Received {
	readonly text: string;
	readonly epoch: number;
	readonly leaf: number;
	readonly seat: SeatId;
}

/** All methods throw an error with a `code` of `docs/security/protocol.md`; who refuses a commit is then as it was before. */
export interface Member {
	readonly implementation: Implementation;
	readonly seat: SeatId;
	keyPackage(): Promise<Bytes>;
	/** Makes the group. */
	create(): Promise<void>;
	join(welcome: Bytes): Promise<void>;
	/** Comes in from outside, in the place of the leaf that it had before, if any. It is in the next epoch at once. */
	joinExternal(groupInfo: Bytes): Promise<Committed>;
	/** The commit is pending until it is processed like anybody's. */
	commit(wish: Wish): Promise<Committed>;
	/** Forgets the pending commit. */
	clear(): Promise<void>;
	/** Whether it is a member still. */
	process(commit: Bytes): Promise<boolean>;
	encrypt(text: string): Promise<Bytes>;
	decrypt(message: Bytes): Promise<Received>;
	state(): Promise<State>;
}
