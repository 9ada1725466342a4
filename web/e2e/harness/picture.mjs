/**
 * Whether a picture can be seen in what was passed on, by somebody who has no key but knows the format. `startCodesIn` runs
 * everywhere; `seePicture` where there is `VideoDecoder`, which is a page.
 */

/** @typedef {{ width: number, height: number }} Size in pixels */

/** The longest header of SFrame (RFC 9605 section 4.3): one byte, and two numbers of eight. */
const HEAD_MAX = 1 + 8 + 8;
/** The bytes of a VP8 key frame that are clear (`docs/security/protocol.md`, Frames). Of VP9 there are none. */
const CLEAR_OF_VP8 = 10;
/** RFC 6386 section 9.1. */
const START_OF_VP8 = [0x9d, 0x01, 0x2a];
/** Where it stands in a key frame, behind the frame tag. */
const START_OF_VP8_AT = 3;
/** Section 6.2 of the VP9 bitstream specification: `frame_sync_code`. */
const SYNC_OF_VP9 = [0x49, 0x83, 0x42];
/** How far the sides may be from the known proportion: browsers that make a picture smaller round them to even numbers. */
const TOLERANCE = 0.03;
/** Below it nothing is encoded, in pixels. */
const WIDTH_MIN = 16;

/**
 * Where a payload has the beginning of a key frame of one of these pictures.
 *
 * Three bytes alone prove nothing: in a megabyte of ciphertext each of the two codes turns up by chance once in sixteen times. What
 * follows it in a real key frame is the size of the picture, and that is known: no wider than the camera, and of its proportion. Some
 * 3900 sizes are so, of the 2^28 that VP8 can name and the 2^32 of VP9. Chance then needs 24 bits of the code and at least 16 of the
 * size: 2^-40 for a place, 2^-20 for a megabyte of them, once in a million runs. A real one is not missed: encoders write the
 * code and the size into every key frame, in one piece, and no packet ends within the first bytes of a frame.
 * @param {Uint8Array} payload
 * @param {Size[]} known
 * @returns {{ codec: 'VP8' | 'VP9', at: number }[]}
 */
export function startCodesIn(payload, known) {
	const isKnown = (/** @type {number} */ width, /** @type {number} */ height) =>
		known.some(
			(size) =>
				width >= WIDTH_MIN &&
				width <= size.width &&
				Math.abs((height * size.width) / (width * size.height) - 1) <= TOLERANCE,
		);
	/** @type {{ codec: 'VP8' | 'VP9', at: number }[]} */
	const found = [];
	for (let at = 0; at + 7 <= payload.length; at += 1) {
		const [a = 0, b = 0, c = 0, d = 0, e = 0] = payload.subarray(at + 3, at + 8);
		const begins = (/** @type {number[]} */ code) => code.every((byte, place) => payload[at + place] === byte);
		// Two bits of each side say how it is to be scaled.
		if (begins(START_OF_VP8) && isKnown(((b & 0x3f) << 8) | a, ((d & 0x3f) << 8) | c)) found.push({ codec: 'VP8', at });
		// Colour space and range take four bits, so that the sides, less one, stand across the bytes.
		const width = (((a & 0xf) << 12) | (b << 4) | (c >> 4)) + 1;
		const height = (((c & 0xf) << 12) | (d << 4) | (e >> 4)) + 1;
		if (begins(SYNC_OF_VP9) && isKnown(width, height)) found.push({ codec: 'VP9', at });
	}
	return found;
}

/**
 * Whether that is where the protocol leaves it: in the clear bytes that a VP8 key frame begins with. They name its size, which the
 * server needs, and nothing that is in the picture.
 * @param {{ codec: string, at: number }} code
 * @param {{ codec: string }} packet
 * @param {{ at: number, isKey: boolean }} descriptor
 */
export function isLeftClear(code, packet, descriptor) {
	const isVp8 = code.codec === 'VP8' && packet.codec === 'VP8';
	return isVp8 && descriptor.isKey && code.at === descriptor.at + START_OF_VP8_AT;
}

/**
 * How like the known picture a key frame can be made to look, with that one of all plausible headers taken out which makes it look
 * most like it: 1 is the picture, 0 something else.
 * @param {{ codec: 'VP8' | 'VP9', frame: Uint8Array }} keyFrame
 * @param {boolean[][]} fields the dark and light fields of the picture
 * @returns {Promise<{ likeness: number, head: number, decoded: number }>} also how many tries gave a picture at all
 */
export async function seePicture({ codec, frame }, fields) {
	const clear = codec === 'VP8' ? CLEAR_OF_VP8 : 0;
	let best = { likeness: 0, head: 0 };
	let decoded = 0;
	for (let head = 0; head <= HEAD_MAX; head += 1) {
		// What may follow the content, such as a tag, does not disturb these decoders.
		const bytes = new Uint8Array([...frame.subarray(0, clear), ...frame.subarray(clear + head)]);
		const brightness = await decode(codec, bytes, fields);
		if (!brightness) continue;
		decoded += 1;
		const likeness = correlation(brightness, fields.flat().map(Number));
		if (likeness > best.likeness) best = { likeness, head };
	}
	return { ...best, decoded };
}

/**
 * The brightness of each field in what a decoder makes of a key frame; nothing where it makes nothing of it.
 * @param {'VP8' | 'VP9'} codec
 * @param {Uint8Array} data
 * @param {boolean[][]} fields
 * @returns {Promise<number[] | undefined>}
 */
async function decode(codec, data, fields) {
	/** @type {VideoFrame[]} */
	const frames = [];
	// What it cannot decode closes it.
	const decoder = new VideoDecoder({ output: (frame) => frames.push(frame), error: () => undefined });
	decoder.configure({ codec: codec === 'VP8' ? 'vp8' : 'vp09.00.10.08' });
	try {
		decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
		await decoder.flush();
	} catch {
		// It is no key frame of that codec.
	}
	if (decoder.state !== 'closed') decoder.close();
	const [frame] = frames;
	if (!frame) return undefined;
	const brightness = await brightnessOf(frame, fields);
	for (const each of frames) each.close();
	return brightness;
}

/**
 * The mean of each field, without its edges.
 * @param {VideoFrame} frame
 * @param {boolean[][]} fields
 */
async function brightnessOf(frame, fields) {
	const { codedWidth, codedHeight, visibleRect } = frame;
	const { width, height } = visibleRect ?? { width: codedWidth, height: codedHeight };
	const bytes = new Uint8Array(frame.allocationSize());
	const [luma] = await frame.copyTo(bytes);
	return fields.flatMap((row, y) =>
		row.map((_, x) => {
			const [left, right] = [0.25, 0.75].map((part) => Math.floor(((x + part) * width) / row.length));
			const [top, bottom] = [0.25, 0.75].map((part) => Math.floor(((y + part) * height) / fields.length));
			let [sum, count] = [0, 0];
			for (let line = top ?? 0; line < (bottom ?? 0); line += 1)
				for (let column = left ?? 0; column < (right ?? 0); column += 1) {
					sum += bytes[(luma?.offset ?? 0) + line * (luma?.stride ?? width) + column] ?? 0;
					count += 1;
				}
			return count > 0 ? sum / count : 0;
		}),
	);
}

/** Pearson's; 0 where one of them does not vary. @param {number[]} some @param {number[]} others */
export function correlation(some, others) {
	const mean = (/** @type {number[]} */ values) => values.reduce((all, value) => all + value, 0) / values.length;
	const [a, b] = [some, others].map((values) => values.map((value) => value - mean(values)));
	const product = (/** @type {number[]} */ x = [], /** @type {number[]} */ y = []) =>
		x.reduce((all, value, place) => all + value * (y[place] ?? 0), 0);
	const scale = Math.sqrt(product(a, a) * product(b, b));
	return scale > 0 ? product(a, b) / scale : 0;
}
