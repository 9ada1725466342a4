/**
 * Watches that what leaves went through the worker. Browsers are known to bypass a transform without a word, for a whole
 * line and for good (a transform that is assigned late): then frames are sent, the worker sees none of them, and what
 * is sent can be read on the way.
 *
 * A line was bypassed when, from one look to the next, frames were sent and the worker saw not a single one, twice in a row.
 * To compare how many would not do: Chromium and Firefox count a picture as sent before the worker gets it, on a machine
 * that cannot keep up the worker is late, and some it never gets. But it always sees some.
 */
import type { LineId } from './frame-messages';

/** Frames that a browser counts apart, as probing of the way: no more than these are no sign of anything. */
const TOLERANCE = 5;

/** A line at one look: what the browser sent, and after that what the worker had seen. */
export interface Look {
	readonly line: LineId;
	/** Frames of pictures, packets of sound. */
	readonly sent: number;
	/** `undefined` where the worker does not know the line: then it saw nothing. */
	readonly seen: number | undefined;
}

/** What is remembered of a line. */
export interface Watched {
	readonly sent: number;
	readonly seen: number;
	/** Frames were sent before the last look, and none was seen. */
	readonly isSuspect: boolean;
}

export type Watching = ReadonlyMap<LineId, Watched>;

/** Judges a look: what to remember, and the lines that were bypassed. */
export function watch(
	before: Watching,
	looks: readonly Look[],
): { readonly watching: Watching; readonly bypassed: readonly LineId[] } {
	const watching = new Map<LineId, Watched>();
	const bypassed: LineId[] = [];
	for (const { line, sent, seen = 0 } of looks) {
		const known = before.get(line) ?? { sent: 0, seen: 0, isSuspect: false };
		// A stream that begins anew counts from nothing.
		const last = sent < known.sent ? { ...known, sent: 0 } : known;
		// Too few to tell: they are counted on to the next look.
		if (sent - last.sent <= TOLERANCE && seen <= last.seen) {
			watching.set(line, last);
			continue;
		}
		const isSuspect = seen <= last.seen;
		if (isSuspect && last.isSuspect) bypassed.push(line);
		watching.set(line, { sent, seen, isSuspect });
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
