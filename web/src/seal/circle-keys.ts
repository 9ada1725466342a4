/** The keys of frames of one group: which the worker holds, with which is sealed, and whose no longer count. */
import { toBase64url } from './bytes';
import { readMember } from './certificate';
import type { GroupState, Leaf, MlsEngine } from './engine';
import type { KeysMessage } from './frame-messages';

/** How long keys of the former epoch stay, in milliseconds; the second, after somebody was removed. */
const FORMER_MS = 10_000;
const FORMER_AFTER_REMOVAL_MS = 2000;

export class CircleKeys<S extends GroupState> {
	readonly #group: number;
	readonly #engine: Pick<MlsEngine<S, never>, 'leaves' | 'baseKey' | 'ownLeaf'>;
	readonly #tell: (message: KeysMessage) => void;
	/** The leaves of the epochs whose keys are there. */
	readonly #rosters = new Map<number, readonly Leaf[]>();
	#sealing: number | undefined;
	#hasRemoved = false;
	/** Whose certificate was withdrawn. */
	#isOut: (leaf: Leaf) => boolean = () => false;

	constructor(
		group: number,
		engine: Pick<MlsEngine<S, never>, 'leaves' | 'baseKey' | 'ownLeaf'>,
		tell: (message: KeysMessage) => void,
	) {
		this.#group = group;
		this.#engine = engine;
		this.#tell = tell;
	}

	/** The epoch whose keys seal. */
	get sealing(): number | undefined {
		return this.#sealing;
	}

	roster(epoch: number): readonly Leaf[] | undefined {
		return this.#rosters.get(epoch);
	}

	/** The keys of an epoch open from now on. */
	async install(state: S): Promise<void> {
		const leaves = this.#engine.leaves(state);
		this.#rosters.set(state.epoch, leaves);
		for (const epoch of this.#rosters.keys()) if (epoch < state.epoch - 2) this.#rosters.delete(epoch);
		this.#tell({
			type: 'keys.install',
			group: this.#group,
			epoch: state.epoch,
			baseKey: await this.#engine.baseKey(state),
			leaves: leaves
				.filter((leaf) => !this.#isOut(leaf))
				.map(({ index, identity }) => [index, readMember(identity).seat]),
			own: this.#engine.ownLeaf(state),
		});
	}

	/** Seals with an epoch from now on; the former one stays for a moment. */
	sealWith(epoch: number): void {
		const before = this.#sealing;
		this.#sealing = epoch;
		if (before !== undefined && before !== epoch)
			this.retire(before, this.#hasRemoved ? FORMER_AFTER_REMOVAL_MS : FORMER_MS);
		this.#hasRemoved = false;
	}

	retire(epoch: number, after: number): void {
		this.#tell({ type: 'keys.retire', group: this.#group, epoch, after });
	}

	/** Whoever is not in the new epoch is not heard in the former one either. */
	barRemoved(before: S, after: S): void {
		const name = ({ index, key }: Leaf): string => `${index} ${toBase64url(key)}`;
		const stays = new Set(this.#engine.leaves(after).map(name));
		const gone = this.#engine.leaves(before).filter((leaf) => !stays.has(name(leaf)));
		if (gone.length === 0) return;
		this.#hasRemoved = true;
		this.#bar(before.epoch, gone);
	}

	/** Nothing of these is opened any more, in no epoch. */
	bar(isOut: (leaf: Leaf) => boolean): void {
		this.#isOut = isOut;
		for (const [epoch, roster] of this.#rosters) this.#bar(epoch, roster.filter(isOut));
	}

	/** Lets go of everything. */
	clear(): void {
		for (const epoch of this.#rosters.keys()) this.retire(epoch, 0);
		this.#rosters.clear();
		this.#sealing = undefined;
	}

	#bar(epoch: number, out: readonly Leaf[]): void {
		const leaves = out.map(({ index }) => index);
		if (leaves.length > 0) this.#tell({ type: 'keys.bar', group: this.#group, epoch, leaves });
	}
}
