/**
 * Watches that what leaves went through the worker. Browsers are known to bypass a transform without a word: then more
 * is sent than the worker saw, and what is sent can be read on the way.
 *
 * Two of the browser's counters are compared with two of the worker's, and a line was bypassed when both are ahead, and
 * further ahead at the next look. Frames alone would not do: Chromium and Firefox count a picture as sent before the worker
 * gets it, and on a machine that cannot keep up it may never get it. Nor would bytes: what a browser sends to probe the way
 * is counted with them.
 */
import type { LineId } from './frame-messages';

/** What was sent, or went through the worker, so far. */
export interface Amount {
	/** Frames of pictures, packets of sound. */
	readonly frames: number;
	readonly bytes: number;
}

/** What may be sent beyond what went through the worker. */
const TOLERANCE: Amount = { frames: 5, bytes: 2000 };
/** After so many looks the comparison begins anew, so that the tolerance is not used up over hours. */
const LOOKS = 10;
/**
 * What a packet has before its part of a frame: at most this in VP8 (RFC 7741 section 4.2), and in VP9 but for the rare
 * packet that describes its layers (RFC 9628 section 4.2), which the tolerance covers.
 */
const DESCRIPTOR_MAX = 6;

/** A line at one look: what the browser sent, and after that what had gone through the worker. */
export interface Look {
	readonly line: LineId;
	readonly sent: Amount;
	/** `undefined` where the worker does not know the line: then nothing of it did. */
	readonly seen: Amount | undefined;
}

/** What is remembered of a line. */
export interface Watched {
	readonly sent: Amount;
	readonly seen: Amount;
	readonly looks: number;
	/** By how much what was sent was ahead at the last look, if it was. */
	readonly ahead: Amount | undefined;
}

export type Watching = ReadonlyMap<LineId, Watched>;

const NONE: Amount = { frames: 0, bytes: 0 };

/** Judges a look: what to remember, and the lines that were bypassed. */
export function watch(
	before: Watching,
	looks: readonly Look[],
): { readonly watching: Watching; readonly bypassed: readonly LineId[] } {
	const watching = new Map<LineId, Watched>();
	const bypassed: LineId[] = [];
	for (const { line, sent, seen } of looks) {
		const base = before.get(line) ?? { sent: NONE, seen: NONE, looks: 0, ahead: undefined };
		const known = seen ?? base.seen;
		const by = (what: keyof Amount): number => sent[what] - base.sent[what] - (known[what] - base.seen[what]);
		const lead: Amount = { frames: by('frames'), bytes: by('bytes') };
		const ahead = lead.frames > TOLERANCE.frames && lead.bytes > TOLERANCE.bytes ? lead : undefined;
		const grows = ahead && base.ahead && ahead.frames > base.ahead.frames && ahead.bytes > base.ahead.bytes;
		if (grows) bypassed.push(line);
		const isOver = base.looks + 1 >= LOOKS;
		const begins = { sent, seen: known, looks: 0, ahead: undefined };
		watching.set(line, isOver ? begins : { ...base, looks: base.looks + 1, ahead });
	}
	return { watching, bypassed };
}

/** What was sent on each m-line, out of the browser's counters; the layers of a picture together. */
export function sentByMid(stats: readonly Record<string, unknown>[]): ReadonlyMap<string, Amount> {
	const sent = new Map<string, Amount>();
	for (const entry of stats) {
		const { type, mid, kind } = entry;
		if (type !== 'outbound-rtp' || typeof mid !== 'string') continue;
		const count = (name: string): number => (typeof entry[name] === 'number' ? entry[name] : 0);
		const once = count('bytesSent') - count('retransmittedBytesSent');
		const { frames, bytes } = sent.get(mid) ?? NONE;
		sent.set(mid, {
			frames: frames + count(kind === 'video' ? 'framesSent' : 'packetsSent'),
			bytes: bytes + once - (kind === 'video' ? DESCRIPTOR_MAX * count('packetsSent') : 0),
		});
	}
	return sent;
}
