/**
 * Requests that must be answered: kept while the connection is away and sent again with the same id, which the server
 * carries out once. One that stays without an answer too long is given up, and that is said.
 */
import type { ClientMessage, Outcome, RequestId } from '../wire/types';

/** How long a request waits for its answer; carried out later than that, it would surprise the person who asked. */
const ANSWER_WITHIN_MS = 20_000;

interface Kept {
	readonly message: ClientMessage;
	readonly resolve: (outcome: Outcome) => void;
	readonly reject: (reason: Error) => void;
	readonly timer: ReturnType<typeof setTimeout>;
	sent: boolean;
}

/** A request was given up without an answer. */
export class Unanswered extends Error {
	override readonly name = 'Unanswered';
}

export class Requests {
	readonly #kept = new Map<RequestId, Kept>();
	readonly #onGivenUp: (id: RequestId, sent: boolean) => void;

	constructor(onGivenUp: (id: RequestId, sent: boolean) => void) {
		this.#onGivenUp = onGivenUp;
	}

	/** Keeps a request; resolves when it is answered, rejects with `Unanswered` when it is given up. */
	add(message: ClientMessage): Promise<Outcome> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => this.#giveUp(message.id), ANSWER_WITHIN_MS);
			this.#kept.set(message.id, { message, resolve, reject, timer, sent: false });
		});
	}

	/** In the order in which they were asked. */
	unanswered(): ClientMessage[] {
		return [...this.#kept.values()].map(({ message }) => message);
	}

	wasSent(id: RequestId): void {
		const kept = this.#kept.get(id);
		if (kept) kept.sent = true;
	}

	answered(id: RequestId, outcome: Outcome): void {
		this.#remove(id)?.resolve(outcome);
	}

	/** Nobody waits any more. */
	clear(): void {
		for (const id of [...this.#kept.keys()]) this.#remove(id)?.reject(new Unanswered());
	}

	/** No answer will come any more, and that is said of each. */
	giveUpAll(): void {
		for (const id of [...this.#kept.keys()]) this.#giveUp(id);
	}

	#giveUp(id: RequestId): void {
		const kept = this.#remove(id);
		if (!kept) return;
		this.#onGivenUp(id, kept.sent);
		kept.reject(new Unanswered());
	}

	#remove(id: RequestId): Kept | undefined {
		const kept = this.#kept.get(id);
		if (kept) clearTimeout(kept.timer);
		this.#kept.delete(id);
		return kept;
	}
}
