/**
 * A gain that never clicks: it goes from one value to the next on a curve that starts and ends without a corner. Of two
 * that cross, the sum stays the same (`gain`, for the same sound on two ways) or the sum of the powers (`power`, for two
 * different voices, such as floor and channel: with the other curve the middle of the fade would be 3 dB too soft).
 */

/** Which sum stays the same while two fades cross. */
export type FadeCurve = 'gain' | 'power';

/** From floor to channel and back, in milliseconds: heard as a change, not as a cut. */
export const CROSS_FADE_MS = 150;
/** The cough button and mute, in milliseconds: too short to hear, too long to click. */
export const COUGH_RAMP_MS = 10;

/**
 * A value on the way from one gain to another.
 * @param part how much of the time has passed, 0 to 1
 */
export function fadeAt(from: number, to: number, part: number, curve: FadeCurve): number {
	const share = Math.sin((Math.PI / 2) * Math.min(1, Math.max(0, part))) ** 2;
	if (curve === 'gain') return from + (to - from) * share;
	return Math.sqrt(from * from + (to * to - from * from) * share);
}

/** Gives one gain for each sample. */
export class SmoothedGain {
	readonly #rate: number;
	#from: number;
	#to: number;
	#length = 0;
	#done = 0;
	#curve: FadeCurve = 'gain';
	#now: number;

	/** @param rate samples in a second */
	constructor(rate: number, initial = 1) {
		this.#rate = rate;
		this.#from = this.#to = this.#now = initial;
	}

	/** Where it is. */
	get value(): number {
		return this.#now;
	}

	/** It has arrived. */
	get isSettled(): boolean {
		return this.#done >= this.#length;
	}

	/** From where it is now to `gain`, in `ms` milliseconds; what was under way is left. */
	fadeTo(gain: number, ms: number, curve: FadeCurve = 'gain'): void {
		this.#from = this.#now;
		this.#to = gain;
		this.#curve = curve;
		this.#done = 0;
		this.#length = Math.round((ms / 1000) * this.#rate);
		if (this.#length === 0) this.#now = gain;
	}

	/** The gain of the next sample. */
	next(): number {
		if (this.#done >= this.#length) return this.#now;
		this.#done += 1;
		this.#now =
			this.#done === this.#length ? this.#to : fadeAt(this.#from, this.#to, this.#done / this.#length, this.#curve);
		return this.#now;
	}
}
