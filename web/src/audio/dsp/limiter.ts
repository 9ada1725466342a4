/**
 * Keeps what an interpreter hears under a ceiling. It looks ahead: sound leaves 5 ms later than it came, and the gain is
 * down before a peak arrives, on a slope without a corner. All channels have one gain, so that nothing wanders in the
 * stereo picture. Where nothing is too high, the gain is 1 exactly and the sound is only later.
 *
 * Speech has tops of 18 to 21 dB above its mean (measured with assets/voices): at −26 dBFS the highest of them are taken
 * back by 1 to 5 dB, from −31 dBFS on none.
 */
import { toDecibels, toGain } from './decibels';
import { SlidingMinimum } from './sliding-minimum';
import { TruePeak, TRUE_PEAK_DELAY } from './true-peak';

/** Looks so far ahead, in milliseconds. */
export const LOOK_AHEAD_MS = 5;
/** The ceiling to begin with, in dBTP: the level that hearing protection in the booth is calibrated to. */
export const CEILING_DB = -9;
/** After a peak the gain is back by two thirds in such a time, in milliseconds: slower pumps, faster distorts bass. */
const RELEASE_MS = 80;
/** What is so near to 1 is 1. */
const NEARLY = 1e-5;

export class Limiter {
	/** By how many samples sound is later. */
	readonly delay: number;
	readonly #meters: readonly TruePeak[];
	readonly #delayed: readonly Float32Array[];
	readonly #least: SlidingMinimum;
	readonly #release: number;
	/** The gains of the last moment; the one that is used is their mean. */
	readonly #held: Float64Array;
	#sum: number;
	#at = 0;
	#place = 0;
	#gain = 1;
	/** For how many samples it has been at rest. */
	#rested: number;
	#ceiling = toGain(CEILING_DB);
	#lowest = 1;

	/** @param rate samples in a second @param channels how many are limited together */
	constructor(rate: number, channels = 2) {
		this.delay = Math.round((LOOK_AHEAD_MS / 1000) * rate);
		this.#meters = Array.from({ length: channels }, () => new TruePeak());
		this.#delayed = Array.from({ length: channels }, () => new Float32Array(this.delay));
		// A peak is measured up to TRUE_PEAK_DELAY too late. Of the gains whose mean is used when it leaves, the first is set
		// after it was measured and the last before it is forgotten.
		const slope = this.delay - TRUE_PEAK_DELAY;
		this.#least = new SlidingMinimum(this.delay + TRUE_PEAK_DELAY);
		this.#held = new Float64Array(slope).fill(1);
		this.#sum = slope;
		this.#rested = slope;
		this.#release = 1 - Math.exp(-1000 / (RELEASE_MS * rate));
	}

	/** @param decibels in dBTP; nothing is let above it from now on */
	setCeiling(decibels: number): void {
		this.#ceiling = toGain(decibels);
	}

	/**
	 * Limits a block in place.
	 * @param channels as many as were said, all of one length
	 * @param wanted a gain for each sample that must not be exceeded either, such as the onset suppressor's
	 */
	process(channels: readonly Float32Array[], wanted?: Float32Array): void {
		const length = channels[0]?.length ?? 0;
		for (let index = 0; index < length; index += 1) {
			let peak = 0;
			for (let channel = 0; channel < this.#meters.length; channel += 1) {
				peak = Math.max(peak, this.#meters[channel]?.next(channels[channel]?.[index] ?? 0) ?? 0);
			}
			const gain = this.#next(Math.min(peak > this.#ceiling ? this.#ceiling / peak : 1, wanted?.[index] ?? 1));
			for (let channel = 0; channel < this.#meters.length; channel += 1) {
				const [sound, delayed] = [channels[channel], this.#delayed[channel]];
				if (!sound || !delayed) continue;
				const out = (delayed[this.#place] ?? 0) * gain;
				delayed[this.#place] = sound[index] ?? 0;
				sound[index] = out;
			}
			this.#place = (this.#place + 1) % this.delay;
		}
	}

	/** The most by which it took back since this was asked last, in decibels: 0 or more. */
	takeReduction(): number {
		const lowest = Math.min(this.#lowest, this.#gain);
		this.#lowest = 1;
		return lowest >= 1 ? 0 : -toDecibels(lowest);
	}

	/** The gain for the sample that leaves now, given what the one that comes now needs. */
	#next(needed: number): number {
		const least = this.#least.next(needed);
		const before = this.#held[(this.#at === 0 ? this.#held.length : this.#at) - 1] ?? 1;
		let held = Math.min(least, before + (1 - before) * this.#release);
		if (least === 1 && held > 1 - NEARLY) held = 1;
		this.#sum += held - (this.#held[this.#at] ?? 1);
		this.#held[this.#at] = held;
		this.#at = (this.#at + 1) % this.#held.length;
		this.#rested = held === 1 ? this.#rested + 1 : 0;
		// At rest it is exact again: sums of fractions are not.
		if (this.#rested >= this.#held.length) this.#sum = this.#held.length;
		this.#gain = Math.min(1, this.#sum / this.#held.length);
		this.#lowest = Math.min(this.#lowest, this.#gain);
		return this.#gain;
	}
}
