/** A delivery service without a server, for tests: it orders, nominates and tells, and knows no keys. */
import type { Outcome, Request, SeatId, ServerMessage } from '../wire/types';

const DONE: Outcome = { result: 'done' };
const OVER: Outcome = { result: 'refused', why: 'epoch_over' };

/** How long whose turn it is has to commit, in milliseconds. */
const TURN_MS = 500;

type Asked<T extends Request['type']> = Extract<Request, { type: T }>;

interface Device {
	readonly hear: (message: ServerMessage) => void;
	packages: string[];
}

/** What may be done otherwise than a good server does it. */
export interface Mischief {
	/** Changes or holds back what somebody is told. */
	tell?: (seat: SeatId, message: ServerMessage) => ServerMessage | undefined;
	/** Waits with the switch until `switch` is called. */
	holdsSwitch?: boolean;
	/** What is refused instead of carried out. */
	refuse?: (seat: SeatId, request: Request) => Outcome | undefined;
}

export class Delivery {
	readonly group: string;
	readonly mischief: Mischief = {};
	epoch: number | null = null;
	seq = 0;
	/** Every commit and message, in order. */
	readonly log: string[] = [];
	readonly #devices = new Map<SeatId, Device>();
	readonly #holders = new Set<SeatId>();
	readonly #members = new Set<SeatId>();
	#groupInfo = '';
	#asked: SeatId | undefined;
	#vote: { seq: number; epoch: number; by: SeatId; awaited: Set<SeatId>; applied: number; refused: number } | undefined;
	#leaving = new Set<SeatId>();
	/** Let in, and not yet heard of. */
	#entering = new Set<SeatId>();

	constructor(group = 'plenary') {
		this.group = group;
	}

	connect(seat: SeatId, hear: (message: ServerMessage) => void): void {
		this.#devices.set(seat, { hear, packages: [] });
	}

	disconnect(seat: SeatId): void {
		this.#devices.delete(seat);
		this.#holders.delete(seat);
	}

	/** The leaf of that seat is to go, and not to come back. */
	remove(seat: SeatId): void {
		this.#leaving.add(seat);
		this.#nominate();
	}

	/** Asks the first member for new keys. */
	refresh(): void {
		const [who] = this.#holders;
		if (who) this.#want(who, [], []);
	}

	/** Asks a member to commit, and any number of them at once: the first one wins. */
	want(seat: SeatId): void {
		this.#want(seat, [], []);
	}

	ask(seat: SeatId, request: Request): Promise<Outcome> {
		return Promise.resolve(this.mischief.refuse?.(seat, request) ?? this.#ask(seat, request));
	}

	/** The word to switch, where it was held back. */
	switch(): void {
		if (this.#vote) this.#all({ type: 'mls.switch', group: this.group, epoch: this.#vote.epoch });
		this.#vote = undefined;
		this.#nominate();
	}

	#ask(seat: SeatId, request: Request): Outcome {
		switch (request.type) {
			case 'seal.resume': {
				const device = this.#devices.get(seat);
				if (device) device.packages = [...request.packages];
				this.#holders.delete(seat);
				if (request.held.some(({ group }) => group === this.group)) this.#holders.add(seat);
				this.#tell(seat, { type: 'seal.groups', groups: [this.#view] });
				this.#nominate();
				return DONE;
			}
			case 'mls.create':
				if (this.epoch !== null) return OVER;
				[this.epoch, this.seq, this.#groupInfo] = [0, 1, request.group_info];
				this.#holders.add(seat);
				this.#members.add(seat);
				setTimeout(() => this.#nominate(), 0);
				return DONE;
			case 'mls.commit':
				return this.#commit(seat, request, request.added, request.removed, request.welcome);
			case 'mls.external':
				return this.#commit(seat, request, [seat], [], null);
			case 'mls.applied':
				return this.#answer(seat, request.seq, true);
			case 'mls.refused':
				return this.#answer(seat, request.seq, false);
			case 'mls.resync': {
				this.#holders.delete(seat);
				this.#entering.delete(seat);
				this.#devices.get(seat)?.packages.unshift(request.package);
				this.#nominate();
				return DONE;
			}
			case 'mls.app':
				if (request.epoch !== this.epoch) return OVER;
				this.seq += 1;
				this.log.push(request.message);
				this.#all({ ...request, type: 'mls.app', seq: this.seq, by: seat });
				return DONE;
			default:
				return DONE;
		}
	}

	#commit(
		by: SeatId,
		{ epoch, commit, group_info: info }: Asked<'mls.commit'> | Asked<'mls.external'>,
		added: readonly SeatId[],
		removed: readonly SeatId[],
		welcome: string | null,
	): Outcome {
		if (epoch !== this.epoch || this.#vote) return OVER;
		this.#asked = undefined;
		this.seq += 1;
		this.epoch = epoch + 1;
		this.#groupInfo = info;
		this.log.push(commit);
		const told = [...this.#members].filter((seat) => !added.includes(seat) || seat === by);
		if (added.includes(by)) told.push(by);
		for (const seat of removed) this.#members.delete(seat);
		for (const seat of [...removed, ...added]) this.#holders.delete(seat);
		for (const seat of added) {
			this.#members.add(seat);
			this.#devices.get(seat)?.packages.shift();
		}
		this.#entering = new Set(added);
		const awaited = new Set([...this.#holders, ...added].filter((seat) => seat !== by && this.#devices.has(seat)));
		this.#vote = { seq: this.seq, epoch: epoch + 1, by, awaited, applied: 0, refused: 0 };
		const news: ServerMessage = { type: 'mls.committed', group: this.group, seq: this.seq, epoch, by, commit };
		for (const seat of new Set(told)) this.#tell(seat, news);
		if (welcome !== null) {
			for (const seat of added)
				this.#tell(seat, { type: 'mls.welcome', group: this.group, seq: this.seq, epoch: epoch + 1, welcome });
		}
		this.#judge();
		return DONE;
	}

	#answer(seat: SeatId, seq: number, applied: boolean): Outcome {
		if (applied) this.#holders.add(seat);
		this.#entering.delete(seat);
		const vote = this.#vote;
		if (vote?.seq === seq && vote.awaited.delete(seat)) {
			if (applied) vote.applied += 1;
			else vote.refused += 1;
			this.#judge();
		}
		return DONE;
	}

	#judge(): void {
		const vote = this.#vote;
		if (!vote || vote.awaited.size > 0) return;
		if (vote.refused > 0 && vote.applied === 0) {
			this.#vote = undefined;
			this.epoch = vote.epoch - 1;
			this.seq += 1;
			this.#all({ type: 'mls.void', group: this.group, seq: vote.seq });
			return;
		}
		if (!this.mischief.holdsSwitch) this.switch();
	}

	#nominate(): void {
		if (this.#vote) return;
		const comes = [...this.#devices.keys()].filter(
			(seat) => !this.#holders.has(seat) && !this.#leaving.has(seat) && !this.#entering.has(seat),
		);
		if (this.epoch === null) {
			const [first] = comes;
			if (first && this.#asked !== first) {
				this.#asked = first;
				this.#tell(first, { type: 'mls.wanted', group: this.group, epoch: null, add: [], remove: [] });
			}
			return;
		}
		const add = comes.flatMap((seat) => {
			const pack = this.#devices.get(seat)?.packages[0];
			return pack === undefined ? [] : [{ seat, package: pack }];
		});
		const remove = [...this.#leaving].filter((seat) => this.#members.has(seat));
		if (add.length + remove.length === 0) return;
		const who = [...this.#holders].find((seat) => !this.#leaving.has(seat));
		if (who) {
			this.#want(who, add, remove);
			// Whose turn it was in vain is asked again.
			const { epoch } = this;
			setTimeout(() => (this.epoch === epoch && !this.#vote ? this.#nominate() : undefined), TURN_MS);
			return;
		}
		const [alone] = comes;
		if (alone) {
			const info: ServerMessage = {
				type: 'mls.group_info',
				group: this.group,
				seq: this.seq,
				epoch: this.epoch,
				group_info: this.#groupInfo,
			};
			this.#tell(alone, info);
		}
	}

	#want(seat: SeatId, add: { seat: SeatId; package: string }[], remove: SeatId[]): void {
		this.#tell(seat, { type: 'mls.wanted', group: this.group, epoch: this.epoch, add, remove });
	}

	get #view(): Extract<ServerMessage, { type: 'seal.groups' }>['groups'][number] {
		const members = [...this.#members];
		return { group: this.group, number: 0, epoch: this.epoch, seq: this.seq, members, entitled: members };
	}

	#all(message: ServerMessage): void {
		for (const seat of this.#members) this.#tell(seat, message);
	}

	#tell(seat: SeatId, message: ServerMessage): void {
		const told = this.mischief.tell ? this.mischief.tell(seat, message) : message;
		if (told) this.#devices.get(seat)?.hear(told);
	}
}
