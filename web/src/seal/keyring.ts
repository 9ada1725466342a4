/** The keys of frames a worker holds: for some epochs of some groups, and for exactly the leaves that may use them. */
import type { SeatId } from '../wire/types';
import { sha256, toBase64url } from './bytes';
import type { Bytes } from './bytes';
import { epochBits, kidOf } from './kid';
import type { KeyId } from './kid';
import { ReplayWindow } from './replay';
import { deriveFrameKey, importBase } from './sframe';
import type { FrameKey } from './sframe';

/** Epochs of one group held at once, at most; the oldest goes. */
const EPOCHS_MAX = 4;

/** An epoch of a group, as the page hands it over. */
export interface EpochKeys {
	/** The group's number. */
	readonly group: number;
	readonly epoch: number;
	/** 16 bytes. */
	readonly baseKey: Bytes;
	/** Whose each leaf is. */
	readonly leaves: ReadonlyMap<number, SeatId>;
	/** The own leaf. */
	readonly own: number;
}

/** One key with which others seal, and what was seen of it. */
export interface SenderKey {
	readonly seat: SeatId;
	readonly key: Promise<FrameKey>;
	readonly window: ReplayWindow;
}

interface Held {
	readonly epoch: number;
	readonly base: CryptoKey;
	/** Tells whether the same epoch is installed again. */
	readonly digest: string;
	readonly leaves: Map<number, SeatId>;
	readonly own: number;
	readonly senders: Map<number, SenderKey>;
	readonly sealing: Map<number, Promise<FrameKey>>;
}

/** Why a key is not there: it may come, or it will not. */
export type Missing = 'unknown' | 'barred';

function readmit({ leaves }: Held, fresh: ReadonlyMap<number, SeatId>): void {
	for (const [leaf, seat] of fresh) leaves.set(leaf, seat);
}

export class Keyring {
	readonly #groups = new Map<number, Held[]>();

	/**
	 * Holds the keys of an epoch. The same again lets those of its leaves count that were barred, for what barred them never
	 * was; another base key for the same epoch, after a commit was void, takes its place. Of two epochs with the same
	 * lowest bits the older one goes.
	 */
	async install({ group, epoch, baseKey, leaves, own }: EpochKeys): Promise<void> {
		const base = await importBase(baseKey);
		const digest = toBase64url(await sha256(baseKey));
		const held = this.#groups.get(group) ?? [];
		const same = held.find((other) => other.epoch === epoch && other.digest === digest);
		if (same) return readmit(same, leaves);
		const clashes = (other: Held): boolean => epochBits(other.epoch) === epochBits(epoch);
		if (held.some((other) => clashes(other) && other.epoch > epoch)) return;
		const fresh = { epoch, base, digest, leaves: new Map(leaves), own, senders: new Map(), sealing: new Map() };
		const kept = [...held.filter((other) => !clashes(other)), fresh].sort((a, b) => a.epoch - b.epoch);
		this.#groups.set(group, kept.slice(-EPOCHS_MAX));
	}

	/** From now on nothing these leaves sealed in that epoch is opened. */
	bar(group: number, epoch: number, leaves: readonly number[]): void {
		const held = this.#find(group, (other) => other.epoch === epoch);
		// Its derived keys stay where they are, and cannot be asked for any more.
		for (const leaf of leaves) held?.leaves.delete(leaf);
	}

	/** Lets go of an epoch. */
	remove(group: number, epoch: number): void {
		const rest = (this.#groups.get(group) ?? []).filter((other) => other.epoch !== epoch);
		if (rest.length > 0) this.#groups.set(group, rest);
		else this.#groups.delete(group);
	}

	has(group: number, epoch: number): boolean {
		return this.#find(group, (other) => other.epoch === epoch) !== undefined;
	}

	/** The key of that id, and whose it is. */
	sender(id: KeyId): SenderKey | Missing {
		const held = this.#find(id.group, (other) => epochBits(other.epoch) === id.epochBits);
		if (!held) return 'unknown';
		const seat = held.leaves.get(id.leaf);
		// The own frames do not come back; if they do, somebody sends them around.
		if (seat === undefined || id.leaf === held.own) return 'barred';
		const kid = kidOf(id);
		const known = held.senders.get(kid);
		if (known) return known;
		const fresh = { seat, key: deriveFrameKey(held.base, BigInt(kid), 'decrypt'), window: new ReplayWindow() };
		held.senders.set(kid, fresh);
		return fresh;
	}

	/** The own key in that epoch, and its id; `undefined` without the epoch. */
	own(
		group: number,
		epoch: number,
		kind: KeyId['kind'],
	): { readonly kid: number; readonly key: Promise<FrameKey> } | undefined {
		const held = this.#find(group, (other) => other.epoch === epoch);
		if (!held) return undefined;
		const kid = kidOf({ group, kind, leaf: held.own, epochBits: epochBits(epoch) });
		const key = held.sealing.get(kid) ?? deriveFrameKey(held.base, BigInt(kid), 'encrypt');
		held.sealing.set(kid, key);
		return { kid, key };
	}

	#find(group: number, test: (held: Held) => boolean): Held | undefined {
		return this.#groups.get(group)?.find(test);
	}
}
