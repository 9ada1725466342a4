/** The ids of keys of frames: `(context << 16) | (leaf << 6) | (epoch mod 64)`, context = `(group << 2) | kind`. */
import type { SourceKind } from '../wire/types';

const EPOCHS = 64;
const LEAVES = 1024;
const KINDS = 4;
const GROUPS = 2 ** 32;

export interface KeyId {
	/** The number of the group. */
	readonly group: number;
	readonly kind: SourceKind;
	readonly leaf: number;
	/** Of the epoch, the lowest six bits. */
	readonly epochBits: number;
}

const ORDER: readonly SourceKind[] = ['microphone', 'camera', 'screen', 'screen_audio'];

/** The number of a kind, as it stands in keys and in additional data. */
export function kindNumber(kind: SourceKind): number {
	return ORDER.indexOf(kind);
}

export function epochBits(epoch: number): number {
	return epoch % EPOCHS;
}

/** It has at most 50 bits, and is exact. */
export function kidOf({ group, kind, leaf, epochBits: bits }: KeyId): number {
	return ((group * KINDS + kindNumber(kind)) * LEAVES + leaf) * EPOCHS + bits;
}

/** `undefined` where it is none of ours. */
export function readKid(kid: bigint): KeyId | undefined {
	const context = kid >> 16n;
	const group = Number(context >> 2n);
	const kind = ORDER[Number(context & 3n)];
	if (group >= GROUPS || kind === undefined) return undefined;
	return { group, kind, leaf: Number((kid >> 6n) & 0x3ffn), epochBits: Number(kid & 0x3fn) };
}
