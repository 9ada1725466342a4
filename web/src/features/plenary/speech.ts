/**
 * Puts sentences into a live region so that a screen reader says them. It says what changes in a region that it knows:
 * so the region is emptied first, and filled a moment later; the same sentence twice is then two changes, and what
 * comes with the region itself, as when the page turns, is one.
 */

/** Long enough for the emptied region to be seen; too short to be missed by a person. */
const PAUSE_MS = 150;

export class Speech {
	readonly #show: (text: string) => void;
	#waiting: string[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(show: (text: string) => void) {
		this.#show = show;
	}

	/** Says these sentences, after those that still wait. */
	say(sentences: readonly string[]): void {
		if (sentences.length === 0) return;
		this.#waiting.push(...sentences);
		this.#show('');
		this.#timer ??= setTimeout(() => this.#speak(), PAUSE_MS);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#waiting = [];
	}

	#speak(): void {
		this.#show(this.#waiting.join(' '));
		this.stop();
	}
}
