/** What the parties say of the epochs of one group, and this device for its own party. */
import {
	ATTEST_TURN_MS,
	ATTEST_WITHIN_MS,
	attestationOf,
	beginAttesting,
	hasSpoken,
	hearAttestation,
	standings,
	turnOf,
} from './attest';
import type { Attestation, Attesting } from './attest';
import type { CircleMeans, Timers } from './circle-means';
import type { GroupState, OwnKeyPackage } from './engine';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import type { AttestText } from './plaintext';

type Means<S extends GroupState> = Pick<
	CircleMeans<S, OwnKeyPackage>,
	'engine' | 'now' | 'hereSince' | 'onTrouble' | 'onChange'
>;

export class CircleAttesting<S extends GroupState> {
	readonly #group: GroupName;
	readonly #means: Means<S>;
	readonly #timers: Timers;
	readonly #say: (text: AttestText) => Promise<void>;
	#now: Attesting | undefined;
	/** The parties that ever saw something else than this device: for good. */
	readonly #apart = new Set<PartyId>();

	constructor(group: GroupName, means: Means<S>, timers: Timers, say: (text: AttestText) => Promise<void>) {
		this.#group = group;
		this.#means = means;
		this.#timers = timers;
		this.#say = say;
	}

	get standings(): ReadonlyMap<PartyId, Attestation> {
		const { now, hereSince } = this.#means;
		const said = this.#now ? standings(this.#now, now(), hereSince) : [];
		return new Map([...said, ...[...this.#apart].map((party) => [party, 'mismatch'] as const)]);
	}

	/** A new epoch: the first of each party says what it sees, and the next if that one is silent. */
	async begin(state: S): Promise<void> {
		const { engine, now } = this.#means;
		const leaves = engine.leaves(state);
		const own = await attestationOf(state.epoch, engine.epochAuthenticator(state), engine.treeHash(state), leaves);
		const leaf = engine.ownLeaf(state);
		this.#now = beginAttesting(own, leaves, now());
		const turn = turnOf(this.#now, leaf);
		if (turn === 0) this.#speak(own, leaf);
		else this.#timers.after(turn * ATTEST_TURN_MS, () => this.#speak(own, leaf));
		this.watch();
	}

	/** A member says what it sees. */
	hear(text: AttestText, leaf: number): void {
		if (!this.#now) return;
		this.#now = hearAttestation(this.#now, text, leaf);
		for (const [party, said] of this.#now.said) {
			if (said !== 'mismatch' || this.#apart.has(party)) continue;
			this.#apart.add(party);
			this.#means.onTrouble('attest.mismatch', this.#group, party);
		}
		this.#means.onChange();
	}

	/** Looks, once its time is over, which party that is here has said nothing. */
	watch(): void {
		const own = this.#now?.own;
		if (!own) return;
		this.#timers.after(ATTEST_WITHIN_MS, () => {
			if (this.#now?.own !== own) return;
			for (const [party, said] of this.standings)
				if (said === 'missing') this.#means.onTrouble('attest.missing', this.#group, party);
			this.#means.onChange();
		});
	}

	/** There is no epoch now. */
	drop(): void {
		this.#now = undefined;
	}

	#speak(own: AttestText, leaf: number): void {
		if (this.#now?.own !== own || hasSpoken(this.#now, leaf)) return;
		// What this device says itself needs no proof.
		this.#now = hearAttestation(this.#now, own, leaf);
		this.#say(own).catch(() => undefined);
	}
}
