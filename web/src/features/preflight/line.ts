/**
 * How the line to the server is, before joining: a few small requests for what the server serves anyway, over the page's
 * own connection. It tells how long the way is and how much comes; how much can be sent shows in the meeting only.
 */

export interface MeasuredLine {
	readonly roundTripMs: number;
	/** What came, in bits per second; none where too little came to tell. */
	readonly receiveBps: number | undefined;
}

/** `far`: all comes, but late. `slow`: there is room for sound and little more. `weak`: hardly for sound. */
export type LineVerdict = 'good' | 'far' | 'slow' | 'weak';

/** The page's means; a test has others. */
export interface Means {
	readonly get: (address: string, signal: AbortSignal) => Promise<Response>;
	/** In milliseconds; only differences count. */
	readonly now: () => number;
	readonly signal: AbortSignal;
}

/** Of the answers to so many requests the quickest is the line's; the others waited for something else. */
const ROUND_TRIPS = 4;
/** No more than this is fetched, in bytes, and no longer. */
const BYTES_MAX = 1_000_000;
const FETCH_MAX_MS = 4000;
/** Less than this says nothing of a rate. */
const BYTES_MIN = 100_000;
/** Above this a conversation has to wait for its answers. */
const FAR_MS = 300;
/** What a meeting needs, in bits per second: sound sent twice and one picture; all pictures of a small table. */
const SOUND_BPS = 200_000;
const PICTURES_BPS = 2_000_000;

/** Rejects where the server does not answer, or when it is stopped. `page` is small, `file` large. */
export async function measureLine(page: string, file: string, means: Means): Promise<MeasuredLine> {
	let roundTripMs = Infinity;
	for (let count = 0; count < ROUND_TRIPS; count += 1) {
		const begin = means.now();
		const answer = await means.get(page, means.signal);
		roundTripMs = Math.min(roundTripMs, means.now() - begin);
		await answer.arrayBuffer();
	}
	return { roundTripMs: Math.round(roundTripMs), receiveBps: await receiveRate(file, means) };
}

export function verdictOf({ roundTripMs, receiveBps }: MeasuredLine): LineVerdict {
	if (receiveBps !== undefined && receiveBps < SOUND_BPS) return 'weak';
	if (receiveBps !== undefined && receiveBps < PICTURES_BPS) return 'slow';
	return roundTripMs > FAR_MS ? 'far' : 'good';
}

/** The waits for answers do not count: only what comes between the first bytes and the last. */
async function receiveRate(file: string, means: Means): Promise<number | undefined> {
	let [bytes, took] = [0, 0];
	while (bytes < BYTES_MAX && took < FETCH_MAX_MS) {
		const part = await receive(file, { bytes: BYTES_MAX - bytes, ms: FETCH_MAX_MS - took }, means);
		if (part.bytes === 0) break;
		bytes += part.bytes;
		took += part.ms;
	}
	const slow = took >= FETCH_MAX_MS;
	return bytes < BYTES_MIN && !slow ? undefined : Math.round((8000 * bytes) / Math.max(1, took));
}

interface Part {
	readonly bytes: number;
	readonly ms: number;
}

/** Reads up to so much of a file, for so long at most. */
async function receive(file: string, most: Part, { get, now, signal }: Means): Promise<Part> {
	const enough = new AbortController();
	const answer = await get(file, AbortSignal.any([signal, enough.signal]));
	const reader = answer.body?.getReader();
	// Of what something on the way has made smaller it is not known how much came.
	if (!reader || !answer.ok || answer.headers.has('content-encoding')) {
		enough.abort();
		return { bytes: 0, ms: 0 };
	}
	const begin = now();
	const timer = setTimeout(() => enough.abort(), most.ms);
	let bytes = 0;
	try {
		for (let read = await reader.read(); !read.done; read = await reader.read()) {
			bytes += read.value.byteLength;
			if (bytes >= most.bytes) break;
		}
	} catch (error) {
		// It took too long: what came until then counts.
		if (!enough.signal.aborted || signal.aborted) throw error;
	} finally {
		clearTimeout(timer);
		enough.abort();
	}
	return { bytes, ms: now() - begin };
}
