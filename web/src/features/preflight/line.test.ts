import { expect, test } from 'vitest';

import { measureLine, verdictOf, type Means } from './line';

/** A line on which an answer takes so long, and then so many bits come per second. */
function line(
	roundTripMs: number,
	bps: number,
	{ size = 400_000, headers = {} as Record<string, string>, signal = new AbortController().signal } = {},
): { means: Means; asked: string[]; came: () => number } {
	let [clock, bytes] = [0, 0];
	const asked: string[] = [];
	const piece = 20_000;
	const get = (address: string, until: AbortSignal): Promise<Response> => {
		asked.push(address);
		clock += roundTripMs + (asked.length === 1 ? 500 : 0);
		if (address === '/') return Promise.resolve(new Response('page'));
		let left = size;
		const body = new ReadableStream<Uint8Array>(
			{
				pull: (controller) => {
					// The clock of the test is not that of the timer, which is what ends it in a page.
					if (until.aborted || clock > 6000) return controller.error(new Error('stopped'));
					if (left <= 0) return controller.close();
					left -= piece;
					bytes += piece;
					clock += (8000 * piece) / bps;
					controller.enqueue(new Uint8Array(piece));
				},
			},
			{ highWaterMark: 0 },
		);
		return Promise.resolve(new Response(body, { headers }));
	};
	return { means: { get, now: () => clock, signal }, asked, came: () => bytes };
}

test('the round trip is that of the quickest answer, the rate that of what came, of one megabyte', async () => {
	const { means, came } = line(40, 8_000_000);
	expect(await measureLine('/', '/file', means)).toEqual({ roundTripMs: 40, receiveBps: 8_000_000 });
	expect(came()).toBe(1_000_000);
});

test('a file that something on the way made smaller tells no rate', async () => {
	const small = line(40, 8_000_000, { headers: { 'content-encoding': 'br' } });
	expect(await measureLine('/', '/file', small.means)).toEqual({ roundTripMs: 40, receiveBps: undefined });
});

test('a slow line is not burdened with a whole megabyte', async () => {
	const { means, came } = line(40, 160_000, { size: 80_000 });
	expect(await measureLine('/', '/file', means)).toEqual({ roundTripMs: 40, receiveBps: 160_000 });
	expect(came()).toBeLessThanOrEqual(160_000);
});

test('whoever leaves asks for nothing more', async () => {
	const leaving = new AbortController();
	const { means, asked } = line(40, 8_000_000, { signal: leaving.signal });
	const stopped = {
		...means,
		get: (address: string, until: AbortSignal) => {
			if (asked.length === 2) leaving.abort();
			return until.aborted ? Promise.reject(new Error('aborted')) : means.get(address, until);
		},
	};
	await expect(measureLine('/', '/file', stopped)).rejects.toThrow('aborted');
	expect(asked).toHaveLength(2);
});

test.each([
	[{ roundTripMs: 40, receiveBps: 20_000_000 }, 'good'],
	[{ roundTripMs: 40, receiveBps: undefined }, 'good'],
	[{ roundTripMs: 450, receiveBps: 20_000_000 }, 'far'],
	[{ roundTripMs: 450, receiveBps: 600_000 }, 'slow'],
	[{ roundTripMs: 40, receiveBps: 90_000 }, 'weak'],
] as const)('%o is said to be %s', (measured, verdict) => {
	expect(verdictOf(measured)).toBe(verdict);
});
