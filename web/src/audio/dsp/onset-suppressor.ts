/**
 * Protects from what harms more than level alone: a sudden jump (acoustic shock). It knows the level the ear is used to
 * and lets a sound be louder than that by as much as syllables are; what jumps higher is let in on a ramp. It sees only:
 * the gains it asks for are applied by the limiter, whose look-ahead has them down before the jump leaves.
 *
 * The figures are ours: no standard that can be read names any. Speech, also a first word after a pause, is left alone.
 */
import { toGain } from './decibels';

/** The level is a mean over such a time, in milliseconds: longer than a pitch period, shorter than a startle. */
const LEVEL_MS = 10;
/** Syllables exceed the level one is used to by less than this, in decibels. */
const HEADROOM_DB = 12;
/** What one is used to before anything was heard, in dBFS: speech at its normal level. */
const NORMAL_DB = -26;
/** One is not used to less than this, in dBFS. */
const SOFTEST_DB = -50;
/** The ear gets used to more so fast, in decibels each second: a jump by 20 dB is let in within a quarter of a second. */
const RISE_DB = 40;
/** And to less so fast, while there is sound; silence changes nothing. */
const FALL_DB = 3;
/** Below this is silence, in dBFS. */
const SILENCE_DB = -55;

const power = (decibels: number): number => toGain(decibels) ** 2;
const [ALLOWED, SOFTEST, SILENCE] = [power(HEADROOM_DB), power(SOFTEST_DB), power(SILENCE_DB)];

export class OnsetSuppressor {
	/** The squares of the last moment, in a ring. */
	readonly #squares: Float64Array;
	readonly #rise: number;
	readonly #fall: number;
	#sum = 0;
	#at = 0;
	/** What one is used to, as a power. */
	#usual = power(NORMAL_DB);

	/** @param rate samples in a second */
	constructor(rate: number) {
		this.#squares = new Float64Array(Math.round((LEVEL_MS / 1000) * rate));
		this.#rise = power(RISE_DB / rate);
		this.#fall = power(-FALL_DB / rate);
	}

	/**
	 * What must be taken back of a block.
	 * @param channels all of one length; the louder one counts
	 * @param gains where the gain of each sample is written, 1 at most
	 */
	process(channels: readonly Float32Array[], gains: Float32Array): void {
		for (let index = 0; index < gains.length; index += 1) {
			let square = 0;
			for (const channel of channels) square = Math.max(square, (channel[index] ?? 0) ** 2);
			gains[index] = this.#next(square);
		}
	}

	#next(square: number): number {
		this.#sum = Math.max(0, this.#sum + square - (this.#squares[this.#at] ?? 0));
		this.#squares[this.#at] = square;
		this.#at = (this.#at + 1) % this.#squares.length;
		const level = this.#sum / this.#squares.length;
		if (level > this.#usual) this.#usual = Math.min(level, this.#usual * this.#rise);
		else if (level > SILENCE) this.#usual = Math.max(SOFTEST, this.#usual * this.#fall);
		const allowed = this.#usual * ALLOWED;
		return level > allowed ? Math.sqrt(allowed / level) : 1;
	}
}
