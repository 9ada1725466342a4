/** The spectrum of a piece of sound: a Fourier transform of radix 2, in place, with its tables made once. */

export class Fourier {
	/** How many samples it takes: a power of two. */
	readonly size: number;
	readonly #order: Uint32Array;
	readonly #cos: Float64Array;
	readonly #sin: Float64Array;

	/** @throws RangeError when `size` is no power of two */
	constructor(size: number) {
		const bits = Math.log2(size);
		if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`${size} is no power of two`);
		this.size = size;
		this.#order = Uint32Array.from({ length: size }, (_, index) => reversed(index, bits));
		this.#cos = Float64Array.from({ length: size / 2 }, (_, index) => Math.cos((2 * Math.PI * index) / size));
		this.#sin = Float64Array.from({ length: size / 2 }, (_, index) => Math.sin((2 * Math.PI * index) / size));
	}

	/** Turns samples into their spectrum, in place. Not scaled: the sum of squares becomes `size` times as large. */
	transform(real: Float64Array, imaginary: Float64Array): void {
		for (let index = 0; index < this.size; index += 1) {
			const other = this.#order[index] ?? 0;
			if (other <= index) continue;
			[real[index], real[other]] = [real[other] ?? 0, real[index] ?? 0];
			[imaginary[index], imaginary[other]] = [imaginary[other] ?? 0, imaginary[index] ?? 0];
		}
		for (let half = 1; half < this.size; half *= 2) {
			const step = this.size / (2 * half);
			for (let start = 0; start < this.size; start += 2 * half) {
				for (let index = 0; index < half; index += 1) {
					const [low, high] = [start + index, start + index + half];
					const [cos, sin] = [this.#cos[index * step] ?? 0, this.#sin[index * step] ?? 0];
					const [re, im] = [real[high] ?? 0, imaginary[high] ?? 0];
					const [turnedRe, turnedIm] = [re * cos + im * sin, im * cos - re * sin];
					const [lowRe, lowIm] = [real[low] ?? 0, imaginary[low] ?? 0];
					real[high] = lowRe - turnedRe;
					imaginary[high] = lowIm - turnedIm;
					real[low] = lowRe + turnedRe;
					imaginary[low] = lowIm + turnedIm;
				}
			}
		}
	}
}

function reversed(index: number, bits: number): number {
	let [rest, result] = [index, 0];
	for (let bit = 0; bit < bits; bit += 1) {
		result = (result << 1) | (rest & 1);
		rest >>= 1;
	}
	return result >>> 0;
}
