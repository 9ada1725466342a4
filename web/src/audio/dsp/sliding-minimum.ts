/** The smallest of the last so many numbers, at the cost of a few steps for each, whatever the length. */
export class SlidingMinimum {
	readonly #length: number;
	/** Those that can still become the smallest, in rising order, in a ring: the first is the smallest now. */
	readonly #values: Float64Array;
	readonly #times: Float64Array;
	#first = 0;
	#count = 0;
	#time = 0;

	/** @param length how many numbers count */
	constructor(length: number) {
		this.#length = length;
		this.#values = new Float64Array(length);
		this.#times = new Float64Array(length);
	}

	next(value: number): number {
		const { length } = this.#values;
		if (this.#count > 0 && (this.#times[this.#first] ?? 0) <= this.#time - this.#length) {
			this.#first = (this.#first + 1) % length;
			this.#count -= 1;
		}
		while (this.#count > 0 && (this.#values[(this.#first + this.#count - 1) % length] ?? 0) >= value) this.#count -= 1;
		const place = (this.#first + this.#count) % length;
		this.#values[place] = value;
		this.#times[place] = this.#time;
		this.#count += 1;
		this.#time += 1;
		return this.#values[this.#first] ?? value;
	}
}
