/**
 * How loud a sound is to the ear, to compare channels: they shall be within 3 dB of each other.
 * Source: ITU-R BS.1770-4, annex 1 (K-weighting, no gate), over 400 ms (momentary) and 3 s (short-term) as EBU Tech 3341
 * names them. The filters are given there for 48 kHz; for other rates they are derived from the same analogue ones, with
 * the figures that implementations agree on.
 */
import { Biquad } from './biquad';
import type { Coefficients } from './biquad';

/** Levels are kept for pieces of this length, in milliseconds. */
const PIECE_MS = 100;
const MOMENTARY_PIECES = 4;
const SHORT_TERM_PIECES = 30;
/** The constant of the formula, in decibels: a tone of 997 Hz at full scale in one channel is −3.01 LUFS. */
const OFFSET_DB = -0.691;

/** The head, as a shelf: annex 1, table 1. @param rate samples in a second */
export function headFilter(rate: number): Coefficients {
	const [hertz, decibels, quality] = [1681.974450955533, 3.999843853973347, 0.7071752369554196];
	const k = Math.tan((Math.PI * hertz) / rate);
	const high = 10 ** (decibels / 20);
	const band = high ** 0.4996667741545416;
	const a0 = 1 + k / quality + k * k;
	return {
		b0: (high + (band * k) / quality + k * k) / a0,
		b1: (2 * (k * k - high)) / a0,
		b2: (high - (band * k) / quality + k * k) / a0,
		a1: (2 * (k * k - 1)) / a0,
		a2: (1 - k / quality + k * k) / a0,
	};
}

/** The ear's deafness to what is low: annex 1, table 2. @param rate samples in a second */
export function lowCut(rate: number): Coefficients {
	const [hertz, quality] = [38.13547087602444, 0.5003270373238773];
	const k = Math.tan((Math.PI * hertz) / rate);
	const a0 = 1 + k / quality + k * k;
	return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / quality + k * k) / a0 };
}

export class Loudness {
	readonly #filters: readonly (readonly [Biquad, Biquad])[];
	readonly #pieceLength: number;
	/** The mean squares of the last pieces, the newest first. */
	readonly #pieces: number[] = [];
	#sum = 0;
	#count = 0;

	/** @param rate samples in a second @param channels how many there are */
	constructor(rate: number, channels = 1) {
		this.#pieceLength = Math.round((PIECE_MS / 1000) * rate);
		this.#filters = Array.from({ length: channels }, () => [new Biquad(headFilter(rate)), new Biquad(lowCut(rate))]);
	}

	/** @param channels as many as were said, all of one length */
	push(channels: readonly Float32Array[]): void {
		const length = channels[0]?.length ?? 0;
		for (let index = 0; index < length; index += 1) {
			for (let channel = 0; channel < this.#filters.length; channel += 1) {
				const filters = this.#filters[channel];
				if (filters) this.#sum += filters[1].next(filters[0].next(channels[channel]?.[index] ?? 0)) ** 2;
			}
			this.#count += 1;
			if (this.#count === this.#pieceLength) this.#keep();
		}
	}

	/** Over the last 400 ms, in LUFS; −Infinity for silence, and before there was so much. */
	get momentary(): number {
		return this.#over(MOMENTARY_PIECES);
	}

	/** Over the last 3 s, in LUFS; −Infinity for silence, and before there was so much. */
	get shortTerm(): number {
		return this.#over(SHORT_TERM_PIECES);
	}

	#keep(): void {
		this.#pieces.unshift(this.#sum / this.#pieceLength);
		this.#pieces.length = Math.min(this.#pieces.length, SHORT_TERM_PIECES);
		[this.#sum, this.#count] = [0, 0];
	}

	#over(pieces: number): number {
		if (this.#pieces.length < pieces) return -Infinity;
		const sum = this.#pieces.slice(0, pieces).reduce((all, piece) => all + piece, 0);
		return OFFSET_DB + 10 * Math.log10(sum / pieces);
	}
}
