import { describe, expect, it } from 'vitest';

import { sentByMid, watch } from './watchdog';
import type { Amount, Watching } from './watchdog';

const NONE: Watching = new Map();

/** Of each frame, in bytes. */
const SIZE = 1000;
const amount = (frames: number, bytes = frames * SIZE): Amount => ({ frames, bytes });

/** Looks once a second: what was sent, and seen by the worker, so far. The look that barks, or -1. */
function run(looks: readonly (readonly [sent: Amount, seen: Amount | undefined])[]): number {
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
	it('is silent while everything that leaves went through the worker', () => {
		expect(run(seconds(60).map((at) => [amount(at * 30), amount(at * 30 + 3)]))).toBe(-1);
	});

	it('barks at the second look when nothing does', () => {
		const nothing = amount(0);
		expect(run(seconds(3).map((at) => [amount(30 + at * 30), nothing]))).toBe(1);
		expect(run(seconds(3).map((at) => [amount(30 + at * 30), undefined]))).toBe(1);
	});

	it('barks when the worker is left out in the middle, whenever that is', () => {
		for (let from = 0; from < 25; from += 1) {
			const at = run(seconds(60).map((second) => [amount(second * 50), amount(Math.min(second, from) * 50)]));
			expect(at).toBeGreaterThan(from);
			expect(at).toBeLessThan(from + 5);
		}
	});

	it('bears with a few frames that the browser counts apart, for hours', () => {
		expect(run(seconds(3600).map((at) => [amount(at * 50 + Math.floor(at / 4)), amount(at * 50)]))).toBe(-1);
	});

	it('bears with a worker that is late once, and with pictures that a busy browser never gave it', () => {
		expect(run(seconds(60).map((at) => [amount(at * 50), amount(at % 2 ? at * 50 - 40 : at * 50)]))).toBe(-1);
		// They were counted and not sent.
		expect(run(seconds(60).map((at) => [amount(at * 50, at * 25 * SIZE), amount(at * 25)]))).toBe(-1);
	});

	it('bears with both at once, once', () => {
		// Ten pictures are lost and the way is probed as a meeting begins; then all is well.
		expect(run(seconds(60).map((at) => [amount(at * 50 + 10, at * 50 * SIZE + 9000), amount(at * 50)]))).toBe(-1);
		// Twice the same answer, while more is sent that nobody has looked at.
		expect(
			run([
				[amount(60), amount(0)],
				[amount(60), amount(0)],
				...seconds(9).map((at) => [amount(60 + at * 50), amount(60 + at * 50)] as const),
			]),
		).toBe(-1);
	});

	it('bears with bytes that probe the way', () => {
		expect(run(seconds(60).map((at) => [amount(at * 50, at * 100 * SIZE), amount(at * 50)]))).toBe(-1);
	});

	it('adds up the layers of a picture, and counts packets of sound', () => {
		const picture = { type: 'outbound-rtp', mid: '1', kind: 'video', packetsSent: 10 };
		const stats = [
			{ ...picture, framesSent: 10, bytesSent: 5000, retransmittedBytesSent: 500 },
			{ ...picture, framesSent: 12, bytesSent: 8000 },
			{ type: 'outbound-rtp', mid: '0', kind: 'audio', packetsSent: 50, bytesSent: 8000 },
			{ type: 'inbound-rtp', mid: '2', kind: 'audio', packetsSent: 50 },
		];
		expect([...sentByMid(stats)]).toEqual([
			['1', { frames: 22, bytes: 12_380 }],
			['0', { frames: 50, bytes: 8000 }],
		]);
	});
});
