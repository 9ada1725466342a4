/**
 * Watches that what leaves went through the worker. Browsers are known to bypass a transform without a word: then more
 * is sent than the worker saw, and what is sent can be read on the way. What the worker let fall counts as seen: Chromium
 * and Firefox count a picture as sent before the worker gets it. On a machine that is busy the worker may answer before it
 * turns to pictures that wait for it: it has time until the next look.
 */
import type { LineId } from './frame-messages';

/** Frames that may be sent beyond those seen: what the browser counts apart, as probing of the way. */
const TOLERANCE = 5;
/** After so many looks the comparison begins anew, so that the tolerance is not used up over hours. */
const LOOKS = 10;

/** A line at one look: what the browser sent, and after that what the worker had seen. */
export interface Look {
	readonly line: LineId;
	/** Frames of pictures, packets of sound. */
	readonly sent: number;
	/** `undefined` where the worker does not know the line or does not answer: then it saw nothing. */
	readonly seen: number | undefined;
}

/** What is remembered of a line. */
export interface Watched {
	readonly sent: number;
	readonly seen: number;
	readonly looks: number;
	/** What was sent at the look before, which must have been seen by the next one. */
	readonly due: number;
}

export type Watching = ReadonlyMap<LineId, Watched>;

/** Judges a look: what to remember, and the lines that were bypassed. */
export function watch(
	before: Watching,
	looks: readonly Look[],
): { readonly watching: Watching; readonly bypassed: readonly LineId[] } {
	const watching = new Map<LineId, Watched>();
	const bypassed: LineId[] = [];
	for (const { line, sent, seen } of looks) {
		const base = before.get(line) ?? { sent: 0, seen: 0, looks: 0, due: 0 };
		const known = seen ?? base.seen;
		if (base.due - base.sent > known - base.seen + TOLERANCE) bypassed.push(line);
		const isOver = base.looks + 1 >= LOOKS;
		const next = isOver ? { sent, seen: known, looks: 0 } : { ...base, looks: base.looks + 1 };
		watching.set(line, { ...next, due: sent });
	}
	return { watching, bypassed };
}

/** What was sent on each m-line, out of the browser's counters; the layers of a picture together. */
export function sentByMid(stats: readonly Record<string, unknown>[]): ReadonlyMap<string, number> {
	const sent = new Map<string, number>();
	for (const { type, mid, kind, framesSent, packetsSent } of stats) {
		if (type !== 'outbound-rtp' || typeof mid !== 'string') continue;
		const count = kind === 'video' ? framesSent : packetsSent;
		if (typeof count === 'number') sent.set(mid, (sent.get(mid) ?? 0) + count);
	}
	return sent;
}
