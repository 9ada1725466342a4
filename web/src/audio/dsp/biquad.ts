/** A filter of second order, by its coefficients. */

/** Of `(b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`. */
export interface Coefficients {
	readonly b0: number;
	readonly b1: number;
	readonly b2: number;
	readonly a1: number;
	readonly a2: number;
}

/** Lets everything pass as it is. */
export const PASS: Coefficients = { b0: 1, b1: 0, b2: 0, a1: 0, a2: 0 };

/** What is this small is silence: processors are slow with numbers that are smaller still. */
const DENORMAL = 1e-25;

/** One channel of it, in the transposed direct form II. */
export class Biquad {
	#to: Coefficients;
	#b0: number;
	#b1: number;
	#b2: number;
	#a1: number;
	#a2: number;
	/** So many samples until it is as it shall be. */
	#left = 0;
	#first = 0;
	#second = 0;

	constructor(coefficients: Coefficients = PASS) {
		this.#to = coefficients;
		({ b0: this.#b0, b1: this.#b1, b2: this.#b2, a1: this.#a1, a2: this.#a2 } = coefficients);
	}

	/**
	 * Becomes another filter within so many samples, in equal steps: at once, it would click. Between two that are stable all
	 * are, for the coefficients of stable ones fill a triangle.
	 */
	glideTo(coefficients: Coefficients, samples: number): void {
		this.#to = coefficients;
		this.#left = samples;
	}

	next(sample: number): number {
		if (this.#left > 0) this.#glide();
		const out = this.#b0 * sample + this.#first;
		this.#first = this.#b1 * sample - this.#a1 * out + this.#second;
		this.#second = this.#b2 * sample - this.#a2 * out;
		if (Math.abs(this.#first) < DENORMAL) this.#first = 0;
		if (Math.abs(this.#second) < DENORMAL) this.#second = 0;
		return out;
	}

	#glide(): void {
		const step = 1 / this.#left;
		this.#b0 += (this.#to.b0 - this.#b0) * step;
		this.#b1 += (this.#to.b1 - this.#b1) * step;
		this.#b2 += (this.#to.b2 - this.#b2) * step;
		this.#a1 += (this.#to.a1 - this.#a1) * step;
		this.#a2 += (this.#to.a2 - this.#a2) * step;
		this.#left -= 1;
	}
}

/** What a filter does to a tone of that frequency, in decibels. */
export function responseDb(coefficients: Coefficients, hertz: number, rate: number): number {
	const { b0, b1, b2, a1, a2 } = coefficients;
	const turn = (2 * Math.PI * hertz) / rate;
	const power = (c0: number, c1: number, c2: number): number =>
		(c0 + c1 * Math.cos(turn) + c2 * Math.cos(2 * turn)) ** 2 + (c1 * Math.sin(turn) + c2 * Math.sin(2 * turn)) ** 2;
	return 10 * Math.log10(power(b0, b1, b2) / power(1, a1, a2));
}
