/**
 * RED (RFC 2198) with more of what went before than the browser puts in. A browser sends each frame of sound once more, with the
 * next; where many packets are lost, both often are.
 */
import { concat, equal } from './bytes';
import type { Bytes } from './bytes';

/** The header of a block that is not the last: a flag, the payload type, how much older it is, and its length. */
const HEADER_LENGTH = 4;
const FLAG = 0x80;
const OFFSET_MAX = 2 ** 14 - 1;
const LENGTH_MAX = 2 ** 10 - 1;
/** As many frames are kept. */
const DEPTH_MAX = 3;

/** A frame of sound in a RED payload. */
export interface Block {
	readonly payloadType: number;
	/** How much older than the present frame, in samples of the codec's clock. */
	readonly offset: number;
	readonly data: Bytes;
}

/** The blocks of a RED payload, the present frame last; `undefined` where it is none. */
export function readRed(payload: Bytes): readonly Block[] | undefined {
	const headers: { payloadType: number; offset: number; length: number | undefined }[] = [];
	let at = 0;
	for (;;) {
		const [first, second, third, fourth] = payload.subarray(at, at + HEADER_LENGTH);
		if (first === undefined) return undefined;
		const payloadType = first & ~FLAG;
		if ((first & FLAG) === 0) {
			headers.push({ payloadType, offset: 0, length: undefined });
			at += 1;
			break;
		}
		if (second === undefined || third === undefined || fourth === undefined) return undefined;
		const offset = (second << 6) | (third >> 2);
		headers.push({ payloadType, offset, length: ((third & 3) << 8) | fourth });
		at += HEADER_LENGTH;
	}
	const blocks: Block[] = [];
	for (const { payloadType, offset, length } of headers) {
		const end = length === undefined ? payload.length : at + length;
		if (end > payload.length) return undefined;
		blocks.push({ payloadType, offset, data: payload.subarray(at, end) });
		at = end;
	}
	return blocks;
}

/** The payload of these blocks, the present frame last. */
export function writeRed(blocks: readonly Block[]): Bytes {
	const headers = blocks.map(({ payloadType, offset, data: { length } }, place) =>
		place === blocks.length - 1
			? Uint8Array.of(payloadType)
			: Uint8Array.of(FLAG | payloadType, offset >> 6, ((offset & 0x3f) << 2) | (length >> 8), length & 0xff),
	);
	return concat(...headers, ...blocks.map(({ data }) => data));
}

/** One line of sound: knows the frames that went before. */
export class Redundancy {
	/** Of the latest frames, as old as they were when the last one came; the newest last. */
	#former: readonly Block[] = [];
	#forOthers = false;

	/** The next frame is for other people than those before: it goes alone. */
	beginAnew(): void {
		this.#former = [];
		this.#forOthers = true;
	}

	/** The payload with `depth` frames that went before, as far as they are known; as it came where it holds as many. */
	deepen(payload: Bytes, depth: number): Bytes {
		const blocks = readRed(payload);
		const present = blocks?.at(-1);
		const step = blocks?.at(-2)?.offset;
		// A payload that names another predecessor than the one that went last, or none, begins anew: how old the others are is not known.
		const goesOn = step !== undefined && isSame(blocks?.at(-2)?.data, this.#former.at(-1)?.data);
		const former = goesOn ? this.#former.map((block) => ({ ...block, offset: block.offset + step })) : [];
		if (!blocks || !present) {
			this.#former = [];
			return payload;
		}
		this.#former = [...former, present].slice(-DEPTH_MAX);
		// What went before was for others.
		if (this.#forOthers) {
			this.#former = [present];
			this.#forOthers = false;
			return writeRed([present]);
		}
		const fitting = former.filter(({ offset, data }) => offset <= OFFSET_MAX && data.length <= LENGTH_MAX);
		const chosen = fitting.slice(-depth);
		return depth < blocks.length || chosen.length < blocks.length ? payload : writeRed([...chosen, present]);
	}
}

function isSame(one: Bytes | undefined, other: Bytes | undefined): boolean {
	return one !== undefined && other !== undefined && equal(one, other);
}
