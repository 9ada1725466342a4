/**
 * Mixes what an interpreter hears: any number of sounds of one or two channels, each with its own volume, place, bass and
 * treble, and a gain that fades. The sum passes the onset suppressor and the limiter. No browser is needed: the worklet
 * around it gives it blocks.
 */
import { Biquad } from './dsp/biquad';
import { Limiter } from './dsp/limiter';
import { OnsetSuppressor } from './dsp/onset-suppressor';
import { panMono, panStereo } from './dsp/pan';
import { BASS_HERTZ, highShelf, lowShelf, TREBLE_HERTZ } from './dsp/shelves';
import { COUGH_RAMP_MS, SmoothedGain } from './dsp/smoothed-gain';
import type { FadeCurve } from './dsp/smoothed-gain';

/** How one sound is heard. */
export interface Hearing {
	/** A factor, 0 to 1 and more: 1 is as it came. */
	readonly volume: number;
	/** −1 is left, 0 the middle, 1 right. */
	readonly pan: number;
	/** In decibels, −12 to 12. */
	readonly bass: number;
	/** In decibels, −12 to 12. */
	readonly treble: number;
}

/** As it came, in the middle. */
export const AS_IT_CAME: Hearing = { volume: 1, pan: 0, bass: 0, treble: 0 };

/** Tones are moved so far with each block at the most, in decibels: from one end to the other in a fifth of a second. */
const TONE_STEP_DB = 0.25;

/** Nothing comes in there. */
const NOTHING: readonly Float32Array[] = [];

class Input {
	readonly #rate: number;
	/** What fades do. */
	readonly fade: SmoothedGain;
	readonly #volume: SmoothedGain;
	/** Where each channel goes: to the left and to the right, of the left one and of the right one. */
	readonly #pan: readonly SmoothedGain[];
	readonly #low = [new Biquad(), new Biquad()] as const;
	readonly #high = [new Biquad(), new Biquad()] as const;
	#wanted: Hearing = AS_IT_CAME;
	#bass = 0;
	#treble = 0;
	#isMono = true;

	constructor(rate: number) {
		this.#rate = rate;
		this.fade = new SmoothedGain(rate);
		this.#volume = new SmoothedGain(rate);
		this.#pan = panGains(0, true).map((gain) => new SmoothedGain(rate, gain));
	}

	hear(wish: Partial<Hearing>): void {
		this.#wanted = { ...this.#wanted, ...wish };
		this.#volume.fadeTo(Math.max(0, this.#wanted.volume), COUGH_RAMP_MS);
		this.#place();
	}

	/** Adds a block of it to what leaves. */
	addTo(left: Float32Array, right: Float32Array, sound: readonly Float32Array[]): void {
		const [first, second] = sound;
		if (!first) return;
		if (this.#isMono !== (second === undefined)) {
			this.#isMono = second === undefined;
			this.#place();
		}
		this.#tone(left.length);
		const [leftToLeft, leftToRight, rightToLeft, rightToRight] = this.#pan;
		for (let index = 0; index < left.length; index += 1) {
			const gain = this.fade.next() * this.#volume.next();
			const a = gain * this.#high[0].next(this.#low[0].next(first[index] ?? 0));
			const b = second ? gain * this.#high[1].next(this.#low[1].next(second[index] ?? 0)) : 0;
			left[index] = (left[index] ?? 0) + a * (leftToLeft?.next() ?? 0) + b * (rightToLeft?.next() ?? 0);
			right[index] = (right[index] ?? 0) + a * (leftToRight?.next() ?? 0) + b * (rightToRight?.next() ?? 0);
		}
	}

	#place(): void {
		for (const [index, gain] of panGains(this.#wanted.pan, this.#isMono).entries()) {
			this.#pan[index]?.fadeTo(gain, COUGH_RAMP_MS);
		}
	}

	/** Its decibels go there in small steps, and it glides from one to the next. */
	#tone(length: number): void {
		const { bass, treble } = this.#wanted;
		if (bass !== this.#bass) {
			this.#bass = nearer(this.#bass, bass);
			const shelf = lowShelf(this.#rate, BASS_HERTZ, this.#bass);
			for (const filter of this.#low) filter.glideTo(shelf, length);
		}
		if (treble !== this.#treble) {
			this.#treble = nearer(this.#treble, treble);
			const shelf = highShelf(this.#rate, TREBLE_HERTZ, this.#treble);
			for (const filter of this.#high) filter.glideTo(shelf, length);
		}
	}
}

export class Mixer {
	readonly #rate: number;
	readonly #inputs: (Input | undefined)[] = [];
	readonly #suppressor: OnsetSuppressor;
	readonly #limiter: Limiter;
	#gains = new Float32Array(0);

	/** @param rate samples in a second */
	constructor(rate: number) {
		this.#rate = rate;
		this.#suppressor = new OnsetSuppressor(rate);
		this.#limiter = new Limiter(rate, 2);
	}

	/** By how many samples sound leaves later than it came. */
	get delay(): number {
		return this.#limiter.delay;
	}

	/** How the sound at that place is heard from now on; what is not named stays. Moves without a click. */
	hear(place: number, wish: Partial<Hearing>): void {
		this.#at(place).hear(wish);
	}

	/** Lets the sound at that place fade to a gain, 0 to 1, in so many milliseconds. */
	fade(place: number, gain: number, ms: number, curve: FadeCurve = 'power'): void {
		this.#at(place).fade.fadeTo(gain, ms, curve);
	}

	/** Nothing is known of that place any more: the next sound there is as it comes, at full gain. */
	clear(place: number): void {
		this.#inputs[place] = undefined;
	}

	/** @param decibels in dBTP; nothing is heard above it */
	setCeiling(decibels: number): void {
		this.#limiter.setCeiling(decibels);
	}

	/** The most that onset suppressor and limiter took back since this was asked last, in decibels: 0 or more. */
	takeReduction(): number {
		return this.#limiter.takeReduction();
	}

	/**
	 * Mixes one block.
	 * @param sounds what comes in at each place: no channel, one or two, each as long as `left` and `right`
	 * @param left is overwritten, as is `right`
	 */
	process(sounds: readonly (readonly Float32Array[])[], left: Float32Array, right: Float32Array): void {
		left.fill(0);
		right.fill(0);
		for (let place = 0; place < sounds.length; place += 1) {
			const sound = sounds[place] ?? NOTHING;
			if (sound.length > 0) this.#at(place).addTo(left, right, sound);
		}
		if (this.#gains.length !== left.length) this.#gains = new Float32Array(left.length);
		this.#suppressor.process([left, right], this.#gains);
		this.#limiter.process([left, right], this.#gains);
	}

	#at(place: number): Input {
		return (this.#inputs[place] ??= new Input(this.#rate));
	}
}

/** Left to left, left to right, right to left, right to right. */
function panGains(pan: number, isMono: boolean): readonly number[] {
	if (isMono) {
		const { left, right } = panMono(pan);
		return [left, right, 0, 0];
	}
	const { leftToLeft, leftToRight, rightToLeft, rightToRight } = panStereo(pan);
	return [leftToLeft, leftToRight, rightToLeft, rightToRight];
}

function nearer(from: number, to: number): number {
	return Math.abs(to - from) <= TONE_STEP_DB ? to : from + Math.sign(to - from) * TONE_STEP_DB;
}
