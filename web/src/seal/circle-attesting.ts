/** What the parties say of the epochs of one group, and this device for its own party. */
import {
	ATTEST_TURN_MS,
	attestationOf,
	beginAttesting,
	hasSpoken,
	hearAttestation,
	nextDeadline,
	standings,
	turnOf,
} from './attest';
import type { Attestation, Attesting } from './attest';
import type { CircleMeans, Timers } from './circle-means';
import type { GroupState, OwnKeyPackage } from './engine';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import type { AttestText } from './plaintext';

/** How soon it is said again what did not get through, in milliseconds. */
const AGAIN_MS = 1000;

type Means<S extends GroupState> = Pick<
	CircleMeans<S, OwnKeyPackage>,
	'engine' | 'now' | 'apart' | 'hereSince' | 'onTrouble' | 'onChange'
>;

export class CircleAttesting<S extends GroupState> {
	readonly #group: GroupName;
	readonly #means: Means<S>;
	readonly #timers: Timers;
	readonly #say: (text: AttestText) => Promise<void>;
	#now: Attesting | undefined;
	/** Of the epoch before, to which a commit that never was leads back. */
	#former: Attesting | undefined;
	/** The number of the present look-out; an earlier one is over. */
	#watch = 0;

	constructor(group: GroupName, means: Means<S>, timers: Timers, say: (text: AttestText) => Promise<void>) {
		this.#group = group;
		this.#means = means;
		this.#timers = timers;
		this.#say = say;
	}

	get standings(): ReadonlyMap<PartyId, Attestation> {
		const { now, apart, hereSince } = this.#means;
		const said = this.#now ? standings(this.#now, now(), hereSince) : [];
		return new Map([...said, ...[...apart].map((party) => [party, 'mismatch'] as const)]);
	}

	/** A new epoch: the first of each party says what it sees, and the next if that one is silent. */
	async begin(state: S): Promise<void> {
		const { engine, now } = this.#means;
		const leaves = engine.leaves(state);
		const own = await attestationOf(state.epoch, engine.epochAuthenticator(state), engine.treeHash(state), leaves);
		const leaf = engine.ownLeaf(state);
		const former = this.#former?.own.authenticator === own.authenticator ? this.#former : undefined;
		this.#former = this.#now;
		this.#now = former ?? beginAttesting(own, leaves, now());
		const { own: text } = this.#now;
		const turn = turnOf(this.#now, leaf);
		if (turn === 0) this.#speak(text, leaf);
		else this.#timers.after(turn * ATTEST_TURN_MS, () => this.#speak(text, leaf));
		this.watch();
	}

	/** A member says what it sees, in a message of that epoch. */
	hear(text: AttestText, leaf: number, epoch: number): void {
		if (!this.#now || epoch !== text.epoch) return;
		this.#now = hearAttestation(this.#now, text, leaf);
		const party = this.#now.members.find((member) => member.leaf === leaf)?.party;
		if (party !== undefined && this.#now.said.get(leaf) === 'mismatch' && !this.#means.apart.has(party)) {
			this.#means.apart.add(party);
			this.#means.onTrouble('attest.mismatch', this.#group, party);
		}
		this.#means.onChange();
	}

	/** Looks, once its time is over, which party that is here has said nothing. To be called when somebody comes, too. */
	watch(): void {
		const { now, hereSince, onTrouble, onChange } = this.#means;
		const deadline = this.#now && nextDeadline(this.#now, now(), hereSince);
		const turn = (this.#watch += 1);
		if (deadline === undefined) return;
		this.#timers.after(deadline - now(), () => {
			if (turn !== this.#watch) return;
			for (const [party, standing] of this.standings)
				if (standing === 'missing') onTrouble('attest.missing', this.#group, party);
			onChange();
			// There may be another one; and a timer may come a little early.
			this.watch();
		});
	}

	/** There is no epoch now. */
	drop(): void {
		[this.#now, this.#former] = [undefined, undefined];
	}

	#speak(own: AttestText, leaf: number): void {
		if (this.#now?.own !== own || hasSpoken(this.#now, leaf)) return;
		// What this device says itself needs no proof.
		this.#now = hearAttestation(this.#now, own, leaf);
		this.#tell(own);
	}

	/** Says it until it gets through: the others wait for it. */
	#tell(own: AttestText): void {
		this.#say(own).catch(() => {
			this.#timers.after(AGAIN_MS, () => {
				if (this.#now?.own === own) this.#tell(own);
			});
		});
	}
}
