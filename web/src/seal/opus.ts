/**
 * Sound at one size. Browsers that keep to a constant bit rate make frames of one length; Firefox does not, and a muted
 * microphone shows in every length. Opus has padding of its own (RFC 6716 section 3.2.5): decoders skip it.
 */
import type { Bytes } from './bytes';

/** Lengths are rounded up to a multiple of this, in bytes. */
const STEP = 40;
/** Frames above this stay as they are: sound must not cost more than a picture, in bytes. */
const LENGTH_MAX = 320;

/** The length of a line of sound: it grows to what was needed once, and never shrinks. */
export class SteadyLength {
	#length = 0;

	/** The frame at that length, where it can be padded. */
	pad(frame: Bytes): Bytes {
		if (frame.length === 0 || frame.length > LENGTH_MAX) return frame;
		this.#length = Math.max(this.#length, Math.ceil(frame.length / STEP) * STEP);
		return padOpus(frame, this.#length);
	}
}

/** A packet of one Opus frame, padded to `length`; any other packet, or a longer one, as it is. */
export function padOpus(frame: Bytes, length: number): Bytes {
	const [toc] = frame;
	const missing = length - frame.length;
	if (toc === undefined || missing <= 0 || (toc & 3) !== 0) return frame;
	// As a packet of any number of frames, of which there is one. Each byte of 255 says that 254 more follow.
	const amount = missing - 1;
	const full = Math.max(0, Math.floor((amount - 1) / 255));
	const padded = new Uint8Array(length);
	padded[0] = toc | 3;
	padded[1] = amount > 0 ? 0x41 : 0x01;
	padded.fill(255, 2, 2 + full);
	if (amount > 0) padded[2 + full] = amount - 255 * full - 1;
	padded.set(frame.subarray(1), amount > 0 ? 3 + full : 2);
	return padded;
}
