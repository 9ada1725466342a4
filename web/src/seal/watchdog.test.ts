import { describe, expect, it } from 'vitest';

import { sentByMid, watch } from './watchdog';
import type { Watching } from './watchdog';

const NONE: Watching = new Map();

/** Looks once a second: frames sent, and seen by the worker, so far. The look that barks, or -1. */
function run(looks: readonly (readonly [sent: number, seen: number | undefined])[]): number {
	let watching = NONE;
	for (const [at, [sent, seen]] of looks.entries()) {
		const judged = watch(watching, [{ line: 1, sent, seen }]);
		if (judged.bypassed.length > 0) return at;
		({ watching } = judged);
	}
	return -1;
}

const seconds = (count: number): number[] => [...Array(count).keys()];

describe('the watchdog', () => {
	it('is silent while what leaves goes through the worker', () => {
		expect(run(seconds(60).map((at) => [at * 30, at * 30 + 3]))).toBe(-1);
	});

	it('barks at the second look when nothing does', () => {
		expect(run(seconds(3).map((at) => [30 + at * 30, 0]))).toBe(1);
		expect(run(seconds(3).map((at) => [30 + at * 30, undefined]))).toBe(1);
	});

	it('barks when the worker is left out in the middle, whenever that is', () => {
		for (let from = 0; from < 25; from += 1)
			expect(run(seconds(60).map((at) => [at * 50, Math.min(at, from) * 50]))).toBe(from + 2);
	});

	it('barks when a stream that begins anew goes around the worker from the start', () => {
		const anew = seconds(3).map((at) => [30 + at * 30, 3000] as const);
		expect(run([[3000, 3000], ...anew])).toBe(2);
	});

	it('barks at a picture that is sent seldom, too', () => {
		expect(run(seconds(60).map((at) => [at * 2, 0]))).toBe(6);
	});

	it('bears with a worker that is late, that was late once, and that does not get all', () => {
		expect(run(seconds(60).map((at) => [at * 50, Math.max(0, at - 1) * 50]))).toBe(-1);
		expect(run(seconds(60).map((at) => [at * 50, at === 30 ? 29 * 50 : at * 50]))).toBe(-1);
		expect(run(seconds(60).map((at) => [at * 50, at * 5]))).toBe(-1);
	});

	it('bears with a few frames that the browser counts apart, while nothing is sent', () => {
		expect(run(seconds(600).map(() => [100 + 5, 100]))).toBe(-1);
		expect(run(seconds(600).map((at) => [Math.min(at, 5), 0]))).toBe(-1);
	});

	it('adds up the layers of a picture, and counts packets of sound', () => {
		const stats = [
			{ type: 'outbound-rtp', mid: '1', kind: 'video', framesSent: 10, packetsSent: 99 },
			{ type: 'outbound-rtp', mid: '1', kind: 'video', framesSent: 12, packetsSent: 99 },
			{ type: 'outbound-rtp', mid: '0', kind: 'audio', packetsSent: 50 },
			{ type: 'inbound-rtp', mid: '2', kind: 'audio', packetsSent: 50 },
		];
		expect([...sentByMid(stats)]).toEqual([
			['1', 22],
			['0', 50],
		]);
	});
});
