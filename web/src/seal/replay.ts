/** Which counters of one key were seen: nothing is opened twice. */

/** How far below the highest a counter may still come. */
const WINDOW = 1024;
/** A power of two above the window, in bits. */
const BITS = 2048;

export class ReplayWindow {
	readonly #seen = new Uint32Array(BITS / 32);
	#highest = -1;

	/** Whether it may still come: it was not seen, and is not too old. */
	isFresh(counter: number): boolean {
		if (counter > this.#highest) return true;
		return this.#highest - counter <= WINDOW && !this.#has(counter);
	}

	/** Sees it; false where it is not fresh. To be called once its frame was opened. */
	see(counter: number): boolean {
		if (!this.isFresh(counter)) return false;
		const from = Math.max(this.#highest + 1, counter - BITS + 1);
		for (let skipped = from; skipped <= counter; skipped += 1) this.#set(skipped, false);
		this.#highest = Math.max(this.#highest, counter);
		this.#set(counter, true);
		return true;
	}

	#has(counter: number): boolean {
		const at = counter % BITS;
		return ((this.#seen[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
	}

	#set(counter: number, seen: boolean): void {
		const at = counter % BITS;
		const word = this.#seen[at >> 5] ?? 0;
		const bit = 1 << (at & 31);
		this.#seen[at >> 5] = seen ? word | bit : word & ~bit;
	}
}
