/**
 * One group, as this member goes through it: outside, on the way in, inside, between two epochs, out again. What the
 * server says is heard in order; what the engine does takes time, and nothing comes between.
 */
import type { Outcome, Request } from '../wire/types';
import type { Attestation } from './attest';
import { equal, fromBase64url, toBase64url } from './bytes';
import type { Bytes } from './bytes';
import { readMember } from './certificate';
import { CircleAttesting } from './circle-attesting';
import { CircleKeys } from './circle-keys';
import { Timers } from './circle-means';
import type { CircleMeans, CircleStatus, GroupMessage, Said } from './circle-means';
import type { Committed, GroupState, Leaf, OwnKeyPackage } from './engine';
import { asSealError } from './errors';
import type { SealCode } from './errors';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import { prepareCommit } from './nomination';
import { decodeText, encodeText } from './plaintext';
import type { AttestText, GroupText } from './plaintext';

/** The server's word to switch comes within 1.5 seconds; if it got lost, this long after the commit. */
const SWITCH_WITHIN_MS = 3000;
/** A message for an epoch that is over is sealed anew so often, after a wait between these, in milliseconds. */
const TRIES = 10;
const WAIT_MS = [50, 500] as const;
/** Messages of an epoch to come that are kept until it comes; the oldest goes first. */
const EARLY_MAX = 64;
/** Waits before the tries to come in anew, in milliseconds; the last one is repeated. */
const AGAIN_MS = [0, 500, 1000, 2000, 5000, 10_000] as const;

export class Circle<S extends GroupState, K extends OwnKeyPackage> {
	readonly group: GroupName;
	readonly #number: number;
	readonly #means: CircleMeans<S, K>;
	#status: CircleStatus = 'joining';
	#seq = 0;
	#state: S | undefined;
	/** The state before the latest commit, should that turn out void. */
	#former: { readonly seq: number; readonly state: S } | undefined;
	/** The own commits of this epoch that were sent: whoever is slow is asked twice, and any of them may be taken. */
	#sent: readonly Committed<S>[] = [];
	/** The one of them that was announced, and its place; it is applied at the switch. */
	#taken: { readonly seq: number; readonly made: Committed<S> } | undefined;
	/** Created, or joined from outside: the server has not said that it counts. */
	#entering: Committed<S> | undefined;
	readonly #attesting: CircleAttesting<S>;
	readonly #keys: CircleKeys<S>;
	readonly #timers: Timers;
	#early: Said<'mls.app'>[] = [];
	/** What was written here, until it comes back: nobody can open what it sealed. */
	readonly #own = new Map<string, GroupText>();
	#restarts = 0;
	#turn: Promise<void> = Promise.resolve();

	constructor(group: GroupName, number: number, means: CircleMeans<S, K>) {
		this.group = group;
		this.#number = number;
		this.#means = means;
		this.#keys = new CircleKeys(number, means.engine, means.onKeys);
		this.#timers = new Timers(means.later);
		const say = (text: AttestText): Promise<void> => this.write(text, text.epoch);
		this.#attesting = new CircleAttesting(group, means, this.#timers, say);
	}

	get status(): CircleStatus {
		if (this.#status !== 'active') return this.#status;
		if (this.#taken !== undefined || this.#keys.sealing !== this.#state?.epoch) return 'transition';
		return this.#sent.length > 0 ? 'committing' : 'active';
	}

	/** The group's number in the ids of keys. */
	get number(): number {
		return this.#number;
	}

	/** What of its log is known here; nothing where it must be entered. */
	get held(): number | undefined {
		return this.#state ? this.#seq : undefined;
	}

	/** The epoch whose keys seal now; none where nothing may be sent. */
	get sealing(): number | undefined {
		const apart = [...this.attestations.values()].some((said) => said === 'mismatch' || said === 'missing');
		return apart || this.#status !== 'active' ? undefined : this.#keys.sealing;
	}

	get leaves(): readonly Leaf[] {
		return this.#state ? this.#means.engine.leaves(this.#state) : [];
	}

	get attestations(): ReadonlyMap<PartyId, Attestation> {
		return this.#attesting.standings;
	}

	/** Somebody came, whose party is expected to say what it sees. */
	watchAttesting(): void {
		this.#attesting.watch();
	}

	/** What the server says; resolves once it is dealt with. */
	hear(message: GroupMessage): Promise<void> {
		return this.#next(() => this.#hear(message));
	}

	/** Writes something to the group. Rejects where it did not get there. */
	async write(text: GroupText, epoch?: number): Promise<void> {
		for (let attempt = 0; attempt < TRIES; attempt += 1) {
			const outcome = await this.#next(() => this.#seal(text, epoch)).then((asked) => asked?.answer);
			if (outcome?.result === 'done') return;
			if (epoch !== undefined && epoch !== this.#state?.epoch) return;
			if (outcome && outcome.why !== 'epoch_over') throw new Error(`the message was refused: ${outcome.why}`);
			await this.#wait(WAIT_MS[0] + this.#means.random() * (WAIT_MS[1] - WAIT_MS[0]));
		}
		throw new Error('the message could not be sent');
	}

	/** Refuses whatever members with withdrawn certificates seal from now on; they will be removed. */
	bar(isRevoked: (leaf: Leaf) => boolean): void {
		this.#keys.bar(isRevoked);
	}

	/** There is no such group for this member any more. */
	close(): void {
		this.#leave('closed');
		// What was under way comes to nothing.
		void this.#next(async () => this.#leave('closed'));
	}

	async #hear(message: GroupMessage): Promise<void> {
		if (this.#status === 'closed') return;
		switch (message.type) {
			case 'mls.wanted':
				return this.#beNominated(message);
			case 'mls.committed':
				return this.#hearCommit(message);
			case 'mls.welcome':
				return this.#beLetIn(message);
			case 'mls.group_info':
				return this.#joinAlone(message);
			case 'mls.switch':
				return this.#switch(message.epoch);
			case 'mls.void':
				return this.#forget(message.seq);
			case 'mls.app':
				return this.#hearApp(message);
		}
	}

	/** It is this member's turn. */
	async #beNominated(wanted: Said<'mls.wanted'>): Promise<void> {
		const { epoch } = wanted;
		if (epoch === null) return this.#create();
		if (this.#state?.epoch !== epoch || this.#taken !== undefined) return;
		const onBad = (code: SealCode, seat?: string): void => this.#means.onTrouble(code, this.group, seat);
		const nominated = await prepareCommit(this.#means, this.#state, wanted, onBad);
		if (!nominated) return;
		const { made, added, removed } = nominated;
		this.#sent = [...this.#sent, made];
		this.#means.onChange();
		const answer = this.#means.ask({
			type: 'mls.commit',
			group: this.group,
			epoch,
			commit: toBase64url(made.commit),
			welcome: made.welcome ? toBase64url(made.welcome) : null,
			group_info: toBase64url(made.groupInfo),
			added: [...added],
			removed: [...removed],
		});
		// Who loses the race forgets its own commit; without an answer the log will tell.
		this.#after(answer, (outcome) => {
			if (outcome?.result === 'refused') this.#sent = this.#sent.filter((other) => other !== made);
		});
	}

	async #create(): Promise<void> {
		// It may be made already, and the server has not said yet whether it is the one.
		if (this.#state || this.#entering?.state.epoch === 0) return;
		const { engine, ask } = this.#means;
		const state = await engine.create(this.group);
		const groupInfo = await engine.groupInfo(state);
		const entering = { state, commit: new Uint8Array(), welcome: undefined, groupInfo };
		this.#entering = entering;
		const answer = ask({ type: 'mls.create', group: this.group, group_info: toBase64url(groupInfo) });
		this.#after(answer, async (outcome) => {
			if (this.#entering !== entering) return;
			this.#entering = undefined;
			// Its creation is the first entry of its log. Without an answer it is begun anew.
			if (outcome?.result === 'done') await this.#beInside(state, Math.max(1, this.#seq), false);
		});
	}

	async #hearCommit({ seq, epoch, by, commit }: Said<'mls.committed'>): Promise<void> {
		const bytes = read(commit);
		if (this.#entering && by === this.#means.seat && equal(this.#entering.commit, bytes)) {
			const { state } = this.#entering;
			return this.#beInside(state, seq, true);
		}
		if (!this.#state || seq <= this.#seq || this.#state.epoch > epoch) return;
		// The own commit was taken, and the server's word to apply it got lost.
		if (this.#state.epoch < epoch) await this.#applyOwn();
		const state = this.#state;
		const made = this.#sent.find((sent) => equal(sent.commit, bytes));
		if (made && state.epoch === epoch) {
			this.#taken = { seq, made };
			await this.#keys.install(made.state);
			this.#answer(seq, this.#means.engine.ownLeaf(state));
			this.#expectSwitch(epoch + 1);
			return this.#means.onChange();
		}
		try {
			const processed = await this.#means.engine.process(state, bytes);
			[this.#sent, this.#taken] = [[], undefined];
			if (processed.kind === 'removed') return this.#leave('removed');
			await this.#apply(processed.state, seq);
			this.#answer(seq, this.#means.engine.ownLeaf(processed.state));
			this.#expectSwitch(epoch + 1);
		} catch (error) {
			const { code } = asSealError(error, 'mls.bad_commit');
			if (code === 'mls.epoch_old') return;
			if (code === 'mls.epoch_unknown') return this.#startAgain(code);
			this.#seq = seq;
			this.#tell({ type: 'mls.refused', group: this.group, seq, why: code });
			this.#means.onTrouble(code, this.group, by);
		}
	}

	async #beLetIn({ seq, welcome }: Said<'mls.welcome'>): Promise<void> {
		const { engine, packages } = this.#means;
		try {
			const { state, used } = await engine.join(this.group, read(welcome), packages.candidates);
			packages.spend(used);
			await this.#beInside(state, seq, true);
		} catch (error) {
			await this.#startAgain(asSealError(error, 'mls.welcome_unusable').code);
		}
	}

	/** Nobody is there to let this device in. */
	async #joinAlone({ seq, epoch, group_info: info }: Said<'mls.group_info'>): Promise<void> {
		const { engine, ask, seat } = this.#means;
		try {
			const isFormer = ({ identity }: Leaf): boolean => readMember(identity).seat === seat;
			const made = await engine.joinExternal(this.group, read(info), isFormer);
			this.#entering = made;
			const commit = toBase64url(made.commit);
			const answer = ask({
				type: 'mls.external',
				group: this.group,
				epoch,
				commit,
				group_info: toBase64url(made.groupInfo),
			});
			this.#after(answer, (outcome) => {
				if (outcome?.result === 'refused' && this.#entering === made) this.#entering = undefined;
			});
		} catch (error) {
			// With nobody there to help, the group begins anew.
			const { code: why } = asSealError(error, 'mls.welcome_unusable');
			this.#tell({ type: 'mls.refused', group: this.group, seq, why });
		}
	}

	async #beInside(state: S, seq: number, tells: boolean): Promise<void> {
		this.#entering = undefined;
		[this.#sent, this.#taken] = [[], undefined];
		this.#former = undefined;
		this.#status = 'active';
		this.#restarts = 0;
		this.#state = state;
		this.#seq = seq;
		await this.#keys.install(state);
		if (tells) this.#answer(seq, this.#means.engine.ownLeaf(state));
		// The others have these keys, or keep what they cannot open yet for a moment.
		this.#sealFromNow();
		await this.#begin(state);
	}

	async #apply(state: S, seq: number): Promise<void> {
		const before = this.#state;
		if (before) this.#former = { seq, state: before };
		this.#state = state;
		this.#seq = Math.max(this.#seq, seq);
		await this.#keys.install(state);
		if (before) this.#keys.barRemoved(before, state);
		await this.#begin(state);
	}

	async #applyOwn(): Promise<void> {
		const taken = this.#taken;
		if (!taken) return;
		[this.#sent, this.#taken] = [[], undefined];
		await this.#apply(taken.made.state, taken.seq);
	}

	/** The own commit that was announced never was. */
	#dropTaken(): void {
		if (!this.#taken) return;
		this.#keys.retire(this.#taken.made.state.epoch, 0);
		[this.#sent, this.#taken] = [[], undefined];
	}

	async #switch(epoch: number): Promise<void> {
		if (this.#state && this.#state.epoch + 1 === epoch) await this.#applyOwn();
		if (this.#state?.epoch === epoch) {
			// What would have followed was taken after this was said for the first time, so it was void since.
			this.#dropTaken();
			this.#sealFromNow();
		} else if (this.#state && this.#state.epoch < epoch) {
			// What this device could not apply, the others did.
			await this.#startAgain('mls.epoch_unknown');
		}
	}

	/** The commit at that place never was. */
	async #forget(seq: number): Promise<void> {
		if (this.#taken?.seq === seq) {
			this.#dropTaken();
			this.#seq = seq;
		} else if (this.#former?.seq === seq && this.#state) {
			this.#keys.retire(this.#state.epoch, 0);
			this.#state = this.#former.state;
			this.#former = undefined;
			this.#seq = seq;
			await this.#keys.install(this.#state);
			if (this.#keys.sealing !== undefined && this.#keys.sealing > this.#state.epoch) this.#sealFromNow();
			await this.#begin(this.#state);
		} else if (this.#entering) {
			await this.#startAgain('mls.welcome_unusable');
		}
		this.#means.onChange();
	}

	async #hearApp(message: Said<'mls.app'>): Promise<void> {
		const { seq, epoch, by } = message;
		if (!this.#state || seq <= this.#seq) return;
		if (epoch > this.#state.epoch) {
			this.#early = [...this.#early, message].slice(-EARLY_MAX);
			return;
		}
		// While the own commit waits, its place in the log must be asked for again after a loss.
		if (this.#taken === undefined) this.#seq = seq;
		const known = this.#own.get(message.message);
		if (known) {
			this.#own.delete(message.message);
			if (known.type !== 'attest') this.#means.onWritten({ group: this.group, seq, by: this.#means.seat, text: known });
			return;
		}
		if (by === this.#means.seat) return;
		try {
			const opened = await this.#means.engine.decrypt(this.#state, read(message.message));
			this.#state = opened.state;
			const leaf = this.#keys.roster(opened.epoch)?.find(({ index }) => index === opened.sender);
			const text = decodeText(opened.plaintext);
			if (!leaf || !text) return;
			if (text.type === 'attest') return this.#attesting.hear(text, opened.sender, opened.epoch);
			this.#means.onWritten({ group: this.group, seq, by: readMember(leaf.identity).seat, text });
		} catch {
			// What was written before this device came in is not for it.
		}
	}

	async #seal(text: GroupText, epoch: number | undefined): Promise<{ answer: Promise<Outcome> } | undefined> {
		const state = this.#state;
		if (!state || this.#taken !== undefined || (epoch !== undefined && epoch !== state.epoch)) return undefined;
		const sealed = await this.#means.engine.encrypt(state, encodeText(text));
		this.#state = sealed.state;
		const message = toBase64url(sealed.message);
		this.#own.set(message, text);
		const answer = this.#means.ask({ type: 'mls.app', group: this.group, epoch: state.epoch, message });
		// In an object: the turn must not wait for the server.
		return { answer };
	}

	/** A new epoch: the parties say what they see of it, and what was written for it before it began is read. */
	async #begin(state: S): Promise<void> {
		await this.#attesting.begin(state);
		const early = this.#early;
		this.#early = [];
		for (const message of early) await this.#hearApp(message);
		this.#means.onChange();
	}

	#sealFromNow(): void {
		if (this.#state) this.#keys.sealWith(this.#state.epoch);
		this.#means.onChange();
	}

	#expectSwitch(epoch: number): void {
		this.#timers.after(
			SWITCH_WITHIN_MS,
			() => void this.#next(async () => (this.#isBehind(epoch) ? this.#switch(epoch) : undefined)),
		);
	}

	/** Whether that epoch was announced and its switch is still awaited. */
	#isBehind(epoch: number): boolean {
		if (this.#taken) return this.#taken.made.state.epoch === epoch;
		return this.#state?.epoch === epoch && this.#keys.sealing !== epoch;
	}

	/** The state is of no use: come in anew. */
	async #startAgain(why: SealCode): Promise<void> {
		const wait = AGAIN_MS[Math.min(this.#restarts, AGAIN_MS.length - 1)] ?? 0;
		if (this.#restarts > 0) this.#means.onTrouble(why, this.group);
		this.#restarts += 1;
		this.#drop();
		this.#status = 'desync';
		this.#means.onChange();
		this.#timers.after(wait, () => void this.#next(() => this.#resync()));
	}

	async #resync(): Promise<void> {
		if (this.#status !== 'desync') return;
		const { engine, packages } = this.#means;
		const [fresh] = await packages.make(engine, 1);
		if (fresh) this.#tell({ type: 'mls.resync', group: this.group, package: toBase64url(fresh) });
	}

	#leave(status: 'removed' | 'closed'): void {
		this.#drop();
		this.#status = status;
		this.#means.onChange();
	}

	#drop(): void {
		this.#timers.clear();
		this.#keys.clear();
		[this.#state, this.#former, this.#entering] = [undefined, undefined, undefined];
		[this.#sent, this.#taken] = [[], undefined];
		this.#attesting.drop();
		this.#early = [];
	}

	#answer(seq: number, leaf: number): void {
		this.#tell({ type: 'mls.applied', group: this.group, seq, leaf });
	}

	/** Says what only matters on this connection. */
	#tell(request: Request): void {
		this.#means.ask(request).catch(() => undefined);
	}

	/** Does something once the server answered; with nothing when the connection was lost before it did. */
	#after(answer: Promise<Outcome>, work: (outcome: Outcome | undefined) => void | Promise<void>): void {
		const next = (outcome?: Outcome): Promise<void> => this.#next(async () => work(outcome));
		void answer.then(next, () => next());
	}

	#wait(ms: number): Promise<void> {
		return new Promise((resolve) => void this.#means.later(resolve, ms));
	}

	#next<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#turn.then(work);
		this.#turn = turn.then(
			() => undefined,
			() => undefined,
		);
		return turn;
	}
}

function read(bytes: string): Bytes {
	return fromBase64url(bytes) ?? new Uint8Array();
}
