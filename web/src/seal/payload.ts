/** What is inside and outside of a sealed frame, by codec. */
import { concat } from './bytes';
import type { Bytes } from './bytes';
import { readRed } from './red';

export type Codec = 'opus' | 'red' | 'vp8' | 'vp9';

const VP8_CLEAR_KEY = 10;
const VP8_CLEAR_DELTA = 1;
/** The first byte of a sound: what follows. */
const OPUS = 0;
const RED = 1;

/** The codec of a MIME type; `undefined` for those that cannot be sealed. */
export function codecOf(mimeType: string): Codec | undefined {
	const codec = /^(?:audio|video)\/(opus|red|vp8|vp9)$/.exec(mimeType.toLowerCase())?.[1];
	return codec as Codec | undefined;
}

export function isSound(codec: Codec): boolean {
	return codec === 'opus' || codec === 'red';
}

/** How many bytes of a frame stay clear, so that it can be forwarded; `undefined` for a frame that is too short for it. */
export function clearLength(codec: Codec, frame: Uint8Array): number | undefined {
	if (codec !== 'vp8') return 0;
	const first = frame[0];
	if (first === undefined) return undefined;
	const length = (first & 1) === 0 ? VP8_CLEAR_KEY : VP8_CLEAR_DELTA;
	return frame.length < length ? undefined : length;
}

/** What is sealed of a frame, without its clear bytes. */
export function wrap(codec: Codec, content: Bytes): Bytes {
	return isSound(codec) ? concat(Uint8Array.of(codec === 'red' ? RED : OPUS), content) : content;
}

/** What the decoder of `codec` is given; `undefined` where that is not in it. */
export function unwrap(codec: Codec, plaintext: Bytes): Bytes | undefined {
	if (!isSound(codec)) return plaintext;
	const content = plaintext.subarray(1);
	if (plaintext[0] === OPUS) return codec === 'opus' ? content : undefined;
	if (plaintext[0] !== RED) return undefined;
	return codec === 'red' ? content : readRed(content)?.at(-1)?.data;
}
