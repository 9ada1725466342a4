/** Finds sound that was cut off at the top: by a microphone that is too near, or turned up too far. */
import { CLIPPED_LEVEL, CLIPPED_RUN, FLAT_RUN } from './thresholds';

/** What differs by less is equal: one step of 16 bits. */
const EQUAL = 2 ** -15;
/** Sound that is this soft was cut off by nothing. */
const SOFT = 0.1;
/** Flat tops lie within this of the highest point there was, as a factor. */
const NEAR_TOP = 0.98;

/** Counts the samples that are cut off, piece after piece of one sound. */
export class Clipping {
	#top = SOFT;
	#run = 0;
	#flat = 1;
	#last = 0;

	/** How many samples of this piece are cut off. A run that began in the piece before goes on. */
	count(samples: Float32Array): number {
		let clipped = 0;
		for (const sample of samples) {
			const height = Math.abs(sample);
			this.#top = Math.max(this.#top, height);
			this.#run = height >= CLIPPED_LEVEL ? this.#run + 1 : 0;
			const isFlat = Math.abs(sample - this.#last) < EQUAL && height > SOFT && height > NEAR_TOP * this.#top;
			this.#flat = isFlat ? this.#flat + 1 : 1;
			this.#last = sample;
			// With the run the samples before it become cut off as well.
			if (this.#run >= CLIPPED_RUN) clipped += this.#run === CLIPPED_RUN ? CLIPPED_RUN : 1;
			else if (this.#flat >= FLAT_RUN) clipped += this.#flat === FLAT_RUN ? FLAT_RUN : 1;
		}
		return clipped;
	}
}
