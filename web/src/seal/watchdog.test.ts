import { describe, expect, it } from 'vitest';

import { sentByMid, watch } from './watchdog';
import type { Look, Watching } from './watchdog';

const NONE: Watching = new Map();

/** Looks once a second: frames sent, and seen by the worker, so far. */
function run(looks: readonly (readonly [sent: number, seen: number | undefined])[]): number {
	let watching = NONE;
	for (const [at, [sent, seen]] of looks.entries()) {
		const look: Look = { line: 1, sent, seen };
		const judged = watch(watching, [look]);
		if (judged.bypassed.length > 0) return at;
		({ watching } = judged);
	}
	return -1;
}

describe('the watchdog', () => {
	it('is silent while everything that leaves went through the worker', () => {
		expect(run(Array.from({ length: 60 }, (_, at) => [at * 30, at * 30 + 3] as const))).toBe(-1);
	});

	it('barks within two seconds when nothing is', () => {
		expect(
			run([
				[0, 0],
				[30, 0],
				[60, 0],
			]),
		).toBe(2);
		expect(
			run([
				[30, undefined],
				[60, undefined],
			]),
		).toBe(1);
	});

	it('barks when the worker is left out in the middle, whenever that is', () => {
		for (let begin = 20; begin < 40; begin += 1) {
			const good = Array.from({ length: begin }, (_, at) => [at * 50, at * 50] as const);
			const [last] = good.at(-1) as readonly [number, number];
			const bad = [50, 100, 150].map((more) => [last + more, last] as const);
			const barked = run([...good, ...bad]) - begin;
			expect([1, 2], `left out after look ${begin}`).toContain(barked);
		}
	});

	it('bears with a worker that is behind by up to a second, whenever that is', () => {
		for (let begin = 20; begin < 40; begin += 1) {
			const looks = Array.from({ length: 60 }, (_, at) => [at * 50, at === begin ? (at - 1) * 50 : at * 50] as const);
			expect(run(looks), `behind at look ${begin}`).toBe(-1);
		}
	});

	it('bears with a few frames that the browser counts apart, for hours', () => {
		const looks = Array.from({ length: 3600 }, (_, at) => [at * 50 + Math.floor(at / 4), at * 50] as const);
		expect(run(looks)).toBe(-1);
		expect(
			run([
				[6, 0],
				[6, 0],
			]),
		).toBe(1);
		expect(
			run([
				[5, 0],
				[5, 0],
			]),
		).toBe(-1);
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
