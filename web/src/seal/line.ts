/**
 * One line of frames through the worker. WebCrypto answers in any order; the frames of a line leave in the order in
 * which they came, and lines do not wait for one another.
 */
import type { Bytes } from './bytes';
import type { Judgement, Refused } from './frames';

/** Frames of one line worked on at once. More come only to a machine that cannot keep up, and these are let fall. */
export const WORKING_MAX = 90;
/** How long a frame is held that cannot be opened yet, in milliseconds, and how many at once; the oldest goes first. */
const HELD_MS = 1000;
const HELD_MAX = 60;

/** What became of the frames of a line since it exists. */
export interface LineCounts {
	/** Those that the browser gave. */
	readonly came: number;
	/** Those that were let fall because too many were worked on. */
	readonly late: number;
	readonly sealed: number;
	readonly opened: number;
	readonly noKey: number;
	readonly authFailed: number;
	readonly replayed: number;
	readonly wrongSender: number;
}

type Count = keyof LineCounts;

interface Entry<F> {
	readonly frame: F;
	readonly since: number;
	state: 'working' | 'held' | 'done' | 'dropped';
	why: Refused | 'late';
	result?: Bytes;
}

/** What a line needs of its surroundings. */
export interface LineOptions<F> {
	/** The frame leaves, with this in it. */
	readonly emit: (frame: F, data: Bytes) => void;
	/** In milliseconds, of any clock. */
	readonly now: () => number;
	/** Frames leave again after some were dropped for want of a key: what follows may lack what it refers to. */
	readonly onGap?: () => void;
}

abstract class Line<F> {
	readonly #options: LineOptions<F>;
	readonly #counts: Record<Count, number> = {
		came: 0,
		late: 0,
		sealed: 0,
		opened: 0,
		noKey: 0,
		authFailed: 0,
		replayed: 0,
		wrongSender: 0,
	};
	#queue: Entry<F>[] = [];
	#hasGap = false;

	constructor(options: LineOptions<F>) {
		this.#options = options;
	}

	get counts(): LineCounts {
		return { ...this.#counts };
	}

	/** Whether the line can take another frame. */
	protected get hasRoom(): boolean {
		return this.#queue.filter(({ state }) => state === 'working').length < WORKING_MAX;
	}

	protected count(what: Count): void {
		this.#counts[what] += 1;
	}

	protected add(frame: F): Entry<F> {
		const entry: Entry<F> = { frame, since: this.#options.now(), state: 'working', why: 'noKey' };
		this.#queue.push(entry);
		this.count('came');
		return entry;
	}

	protected get held(): readonly Entry<F>[] {
		return this.#queue.filter(({ state }) => state === 'held');
	}

	/** Works on a frame; whatever goes wrong, it does not leave as it came. */
	protected work(entry: Entry<F>, work: Promise<Bytes | Refused>, done: Count): void {
		entry.state = 'working';
		const finish = (result: Bytes | Refused): void => {
			if (typeof result === 'string') this.drop(entry, result);
			else {
				entry.state = 'done';
				entry.result = result;
				this.count(done);
				if (this.#hasGap) this.#options.onGap?.();
				this.#hasGap = false;
			}
			this.flush();
		};
		work.then(finish, () => finish('authFailed'));
	}

	protected hold(entry: Entry<F>, why: Refused): void {
		entry.state = 'held';
		entry.why = why;
	}

	protected drop(entry: Entry<F>, why: Entry<F>['why']): void {
		entry.state = 'dropped';
		this.count(why);
		if (why === 'noKey' || why === 'wrongSender' || why === 'late') this.#hasGap = true;
	}

	/** Lets out what is ready, in order, and drops what was held too long or is overtaken. */
	protected flush(): void {
		this.#expire();
		const last = this.#queue.findLastIndex(({ state }) => state === 'working' || state === 'done');
		for (const [at, entry] of this.#queue.entries())
			if (entry.state === 'held' && at < last) this.drop(entry, entry.why);
		while (this.#queue[0] && this.#queue[0].state !== 'working' && this.#queue[0].state !== 'held') {
			const entry = this.#queue.shift();
			if (entry?.state === 'done' && entry.result) this.#options.emit(entry.frame, entry.result);
		}
	}

	#expire(): void {
		const now = this.#options.now();
		for (const entry of this.held) if (now - entry.since > HELD_MS) this.drop(entry, entry.why);
		const { held } = this;
		for (const entry of held.slice(0, Math.max(0, held.length - HELD_MAX))) this.drop(entry, entry.why);
	}
}

/** A line to the network. Without a key it lets nothing through. */
export class SealingLine<F> extends Line<F> {
	/** `seal` gives nothing for a frame that cannot be sealed. */
	push(frame: F, seal: () => Promise<Bytes> | undefined): void {
		const { hasRoom } = this;
		const entry = this.add(frame);
		const work = hasRoom ? seal() : undefined;
		if (work) return this.work(entry, work, 'sealed');
		this.drop(entry, hasRoom ? 'noKey' : 'late');
		this.flush();
	}
}

/** A line from the network. Nothing leaves it that was not opened. */
export class OpeningLine<F> extends Line<F> {
	readonly #judge: (frame: F) => Judgement;

	constructor(judge: (frame: F) => Judgement, options: LineOptions<F>) {
		super(options);
		this.#judge = judge;
	}

	push(frame: F): void {
		const { hasRoom } = this;
		const entry = this.add(frame);
		if (hasRoom) this.#decide(entry);
		else this.drop(entry, 'late');
		this.flush();
	}

	/** Keys or the source changed: what is held is judged again. */
	retry(): void {
		for (const entry of this.held) this.#decide(entry);
		this.flush();
	}

	#decide(entry: Entry<F>): void {
		const judgement = this.#judge(entry.frame);
		if (judgement.kind === 'open') this.work(entry, judgement.work(), 'opened');
		else if (judgement.kind === 'hold') this.hold(entry, judgement.why);
		else if (judgement.kind === 'refuse') this.drop(entry, judgement.why);
		else entry.state = 'dropped';
	}
}
