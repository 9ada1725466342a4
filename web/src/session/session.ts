/**
 * The WebSocket of one session: says hello, comes back by itself, and keeps track of what was asked. It knows the
 * order in which the protocol speaks and nothing of the meeting; what it hears goes to `onMessage`, in order.
 */
import { PROTOCOL } from '../wire/types';
import type { Bye, ClientMessage, Outcome, Refusal, Request, RequestId, ServerMessage, Track } from '../wire/types';
import { Clock } from './clock';
import { Requests } from './requests';

/** Waiting times before the tries to come back, in milliseconds; the last one is repeated. */
const BACK_OFF_MS = [0, 200, 500, 1000, 2000] as const;
/** Right after the welcome the clock is asked several times: the reveal may be near, and one answer may be slow. */
const FIRST_PINGS_MS = [0, 150, 300, 500, 800] as const;
/** How often the server's clock is asked; its answers also show that the connection lives. */
const PING_EVERY_MS = 2000;
/** A connection that is silent for so long is dead, whatever the operating system thinks. */
const SILENCE_MAX_MS = 6000;
/** How long a connection may take to be answered. */
const WELCOME_WITHIN_MS = 5000;
/** Where the network is known to have changed, a living connection is heard of within this time. */
const ANSWER_AFTER_POKE_MS = 1500;
/** After these good-byes the connection comes back; after all others the person decides. */
const COMES_BACK: readonly Bye[] = ['restart', 'too_slow'];

/** What a session needs of a WebSocket. */
export type SocketLike = Pick<
	WebSocket,
	'send' | 'close' | 'readyState' | 'onopen' | 'onmessage' | 'onclose' | 'onerror'
>;

export interface SessionOptions {
	readonly url: string;
	readonly token: string;
	/** Names for this device, at most 80 characters. */
	readonly device: string;
	readonly connect?: (url: string) => SocketLike;
	/** Every message of the server, in order. What is asked synchronously in answer to `welcome` goes out before
	 * requests of before are sent again. */
	readonly onMessage: (message: ServerMessage) => void;
	readonly onConnection: (connection: 'connecting' | 'open' | 'lost') => void;
	readonly onClock: (offset: number) => void;
	/** A fresh offer of media is answered: what was said of the m-lines of before no longer holds. */
	readonly onRenewed: () => void;
	/** A request stays without an answer; `sent` tells whether the server may have seen it. */
	readonly onGivenUp: (id: RequestId, sent: boolean) => void;
}

/** The connection went away before the answer came. */
export class ConnectionLost extends Error {
	override readonly name = 'ConnectionLost';
}

/** The server said no to an offer of media. */
export class OfferRefused extends Error {
	override readonly name = 'OfferRefused';
	constructor(readonly why: Refusal) {
		super(why);
	}
}

interface Waiting {
	readonly resolve: (outcome: Outcome) => void;
	readonly reject: (reason: Error) => void;
}

export class Session {
	readonly #options: SessionOptions;
	readonly #clock = new Clock();
	/** What survives a lost connection. */
	readonly #requests: Requests;
	/** What ends with the connection it was said on. */
	readonly #waiting = new Map<RequestId, Waiting>();
	readonly #answers = new Map<RequestId, string>();
	/** The last offer of a new media connection. */
	#freshOffer: RequestId | undefined;
	#socket: SocketLike | undefined;
	#welcomed = false;
	#stopped = true;
	#takeOver = false;
	/** The server asked which device stays, and nobody has answered yet. */
	#asked = false;
	#attempt = 0;
	#heardAt = 0;
	#timers = new Set<ReturnType<typeof setTimeout>>();
	/** Gives the connection up unless something is heard before. */
	#doubt: ReturnType<typeof setTimeout> | undefined;

	constructor(options: SessionOptions) {
		this.#options = options;
		this.#requests = new Requests(options.onGivenUp);
	}

	/** Connects, and comes back until `stop`. */
	start(takeOver = false): void {
		this.#stopped = false;
		this.#takeOver = takeOver;
		this.#attempt = 0;
		this.#options.onConnection('connecting');
		this.#open();
	}

	/** Goes for good; nothing is sent or heard any more. */
	stop(): void {
		this.#stopped = true;
		this.#drop();
		this.#requests.clear();
	}

	/** The person chose this device over the one that has the seat. */
	takeOver(): void {
		if (!this.#asked) return;
		this.#takeOver = true;
		this.#asked = false;
		this.#clearTimers();
		if (!this.#isOpen()) return this.#reconnect();
		this.#expectWelcome();
		this.#hello();
	}

	/**
	 * The network came back or changed: do not wait for a timer, and do not trust the connection until it is heard. One
	 * that is still coming about has its own limit: on a slow way it takes longer than an answer does. `gone`: there was no
	 * network at all for a while, so what stood went with it.
	 */
	poke(gone = false): void {
		if (this.#stopped || this.#asked) return;
		if (!this.#socket) {
			this.#clearTimers();
			this.#attempt = 0;
			this.#open();
		} else if (this.#welcomed && gone) {
			this.#lost();
		} else if (this.#welcomed && this.#doubt === undefined) {
			this.#ping();
			this.#doubt = this.#after(ANSWER_AFTER_POKE_MS, () => this.#lost());
		}
	}

	/** Breaks the connection, as a network does. For diagnostics and tests. */
	breakConnection(): void {
		this.#lost();
	}

	/** Asks for something that changes the meeting: kept over a lost connection and sent again. */
	ask(id: RequestId, request: Request): Promise<Outcome> {
		const message = { id, ...request };
		const answer = this.#requests.add(message);
		if (this.#welcomed) this.#sendKept(message);
		return answer;
	}

	/** Says what holds for this connection only; rejects with `ConnectionLost` if that ends first. */
	tell(request: Request): Promise<Outcome> {
		if (!this.#welcomed) return Promise.reject(new ConnectionLost());
		const id = crypto.randomUUID();
		const answer = new Promise<Outcome>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
		this.#send({ id, ...request });
		return answer;
	}

	/** Offers media; resolves with the SDP answer, rejects with `OfferRefused` or `ConnectionLost`. */
	async offer(sdp: string, tracks: Track[], fresh: boolean): Promise<string> {
		if (!this.#welcomed) throw new ConnectionLost();
		const id = crypto.randomUUID();
		if (fresh) this.#freshOffer = id;
		const outcome = await new Promise<Outcome>((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.#send({ id, type: 'media.offer', sdp, tracks, fresh });
		});
		const answer = this.#answers.get(id);
		this.#answers.delete(id);
		if (outcome.result === 'refused') throw new OfferRefused(outcome.why);
		if (answer === undefined) throw new OfferRefused('media_offer');
		return answer;
	}

	#open(): void {
		const connect = this.#options.connect ?? ((url: string) => new WebSocket(url));
		const socket = connect(this.#options.url);
		this.#socket = socket;
		this.#expectWelcome();
		socket.onopen = () => {
			if (socket === this.#socket) this.#hello();
		};
		socket.onmessage = ({ data }: MessageEvent) => {
			if (socket === this.#socket && typeof data === 'string') this.#hear(data);
		};
		socket.onclose = () => {
			if (socket === this.#socket) this.#lost();
		};
	}

	#expectWelcome(): void {
		this.#after(WELCOME_WITHIN_MS, () => {
			if (!this.#welcomed && !this.#asked) this.#lost();
		});
	}

	#hello(): void {
		const { token, device } = this.#options;
		this.#send({
			id: crypto.randomUUID(),
			type: 'hello',
			token,
			protocol: PROTOCOL,
			device,
			take_over: this.#takeOver,
		});
	}

	#hear(data: string): void {
		const message = parse(data);
		if (!message) return;
		this.#heardAt = Date.now();
		this.#trust();
		switch (message.type) {
			case 'welcome':
				return this.#onWelcome(message);
			case 'pong':
				return this.#options.onClock(this.#clock.read(message.sent, Date.now(), message.now));
			case 'seat_taken':
				this.#clearTimers();
				this.#asked = true;
				this.#pingWhileAsked();
				break;
			case 'reply':
				this.#onReply(message.id, message.outcome);
				break;
			case 'media.answer':
				this.#answers.set(message.id, message.sdp);
				if (message.id === this.#freshOffer) this.#options.onRenewed();
				break;
			case 'bye':
				return this.#onBye(message);
			default:
		}
		this.#options.onMessage(message);
	}

	#onWelcome(message: ServerMessage): void {
		this.#clearTimers();
		this.#welcomed = true;
		this.#takeOver = false;
		this.#asked = false;
		this.#attempt = 0;
		this.#clock.forget();
		this.#options.onConnection('open');
		this.#options.onMessage(message);
		for (const kept of this.#requests.unanswered()) this.#sendKept(kept);
		for (const wait of FIRST_PINGS_MS) this.#after(wait, () => this.#ping());
		this.#keepPinging();
	}

	#onReply(id: RequestId, outcome: Outcome): void {
		this.#requests.answered(id, outcome);
		this.#waiting.get(id)?.resolve(outcome);
		this.#waiting.delete(id);
	}

	#onBye(message: Extract<ServerMessage, { type: 'bye' }>): void {
		if (COMES_BACK.includes(message.reason)) {
			this.#options.onMessage(message);
			this.#lost();
		} else {
			this.#stopped = true;
			this.#drop();
			this.#options.onMessage(message);
			this.#requests.giveUpAll();
		}
	}

	#keepPinging(): void {
		this.#after(PING_EVERY_MS, () => {
			if (Date.now() - this.#heardAt > SILENCE_MAX_MS) return this.#lost();
			this.#ping();
			this.#keepPinging();
		});
	}

	/** The server lets go who is silent, and a person may take a while to answer. */
	#pingWhileAsked(): void {
		this.#after(PING_EVERY_MS, () => {
			this.#ping();
			this.#pingWhileAsked();
		});
	}

	#ping(): void {
		this.#send({ id: crypto.randomUUID(), type: 'ping', sent: Date.now() });
	}

	#sendKept(message: ClientMessage): void {
		if (this.#send(message)) this.#requests.wasSent(message.id);
	}

	#send(message: ClientMessage): boolean {
		if (!this.#isOpen()) return false;
		this.#socket?.send(JSON.stringify(message));
		return true;
	}

	#isOpen(): boolean {
		return this.#socket?.readyState === 1;
	}

	/** The connection is gone: come back, unless the person has to answer something first. */
	#lost(): void {
		this.#drop();
		if (this.#stopped || this.#asked) return;
		this.#options.onConnection('lost');
		this.#reconnect();
	}

	#reconnect(): void {
		const wait = BACK_OFF_MS[Math.min(this.#attempt, BACK_OFF_MS.length - 1)] ?? 0;
		this.#attempt += 1;
		this.#after(wait, () => this.#open());
	}

	/** Lets go of the socket and of all that ends with it. */
	#drop(): void {
		this.#clearTimers();
		this.#welcomed = false;
		const socket = this.#socket;
		this.#socket = undefined;
		socket?.close();
		const waiting = [...this.#waiting.values()];
		this.#waiting.clear();
		this.#answers.clear();
		for (const { reject } of waiting) reject(new ConnectionLost());
	}

	#after(milliseconds: number, then: () => void): ReturnType<typeof setTimeout> {
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			then();
		}, milliseconds);
		this.#timers.add(timer);
		return timer;
	}

	#trust(): void {
		if (this.#doubt === undefined) return;
		clearTimeout(this.#doubt);
		this.#timers.delete(this.#doubt);
		this.#doubt = undefined;
	}

	#clearTimers(): void {
		for (const timer of this.#timers) clearTimeout(timer);
		this.#timers.clear();
		this.#doubt = undefined;
	}
}

/** A message that is not JSON is a fault of the server's; the page goes on without it. */
function parse(data: string): ServerMessage | undefined {
	try {
		return JSON.parse(data) as ServerMessage;
	} catch {
		return undefined;
	}
}
