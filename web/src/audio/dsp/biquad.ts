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

/** One channel of it, in the transposed direct form II: its coefficients can change while it runs. */
export class Biquad {
	#coefficients: Coefficients;
	#first = 0;
	#second = 0;

	constructor(coefficients: Coefficients = PASS) {
		this.#coefficients = coefficients;
	}

	use(coefficients: Coefficients): void {
		this.#coefficients = coefficients;
	}

	next(sample: number): number {
		const { b0, b1, b2, a1, a2 } = this.#coefficients;
		const out = b0 * sample + this.#first;
		this.#first = b1 * sample - a1 * out + this.#second;
		this.#second = b2 * sample - a2 * out;
		if (Math.abs(this.#first) < DENORMAL) this.#first = 0;
		if (Math.abs(this.#second) < DENORMAL) this.#second = 0;
		return out;
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
