/**
 * How high the sound rises between the samples, once a loudspeaker plays it.
 * Source: ITU-R BS.1770-4, annex 2: four times as many samples by a filter of 48 taps, in four phases of twelve.
 */

/** As printed there. The last two phases are the first two backwards. */
const FIRST = [
	0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
	-0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const SECOND = [
	-0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
	-0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];
const TAPS = FIRST.length;
const PHASES = [FIRST, SECOND, SECOND.toReversed(), FIRST.toReversed()].map((phase) => Float64Array.from(phase));

/** So many samples later a peak is seen at the latest. */
export const TRUE_PEAK_DELAY = TAPS;

/** One channel. */
export class TruePeak {
	/** The last twelve samples, twice, so that they are always in one piece. */
	readonly #last = new Float64Array(2 * TAPS);
	#at = 0;

	/** The highest rise around the samples of the last moment, as a factor: 1 is 0 dBTP. Never less than this sample. */
	next(sample: number): number {
		this.#at = this.#at === 0 ? TAPS - 1 : this.#at - 1;
		this.#last[this.#at] = this.#last[this.#at + TAPS] = sample;
		let peak = Math.abs(sample);
		for (const phase of PHASES) {
			let sum = 0;
			for (let tap = 0; tap < TAPS; tap += 1) sum += (phase[tap] ?? 0) * (this.#last[this.#at + tap] ?? 0);
			peak = Math.max(peak, Math.abs(sum));
		}
		return peak;
	}
}

/** The highest rise of a whole sound, as a factor. */
export function truePeakOf(samples: Float32Array): number {
	const meter = new TruePeak();
	let highest = 0;
	for (const sample of samples) highest = Math.max(highest, meter.next(sample));
	for (let more = 0; more < TAPS; more += 1) highest = Math.max(highest, meter.next(0));
	return highest;
}
