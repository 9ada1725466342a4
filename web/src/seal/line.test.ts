import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { utf8 } from './bytes';
import type { Bytes } from './bytes';
import type { Judgement, Refused } from './frames';
import { OpeningLine, SealingLine } from './line';

/** A promise that is settled from outside. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
	let resolve: (value: T) => void = () => undefined;
	const promise = new Promise<T>((settle) => (resolve = settle));
	return { promise, resolve };
}

const settle = async (): Promise<void> => {
	for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};
const OK = utf8('ok');

describe('a line', () => {
	it('lets frames out in the order in which they came, however long each takes', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc
					.integer({ min: 1, max: 30 })
					.chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count })),
				async (order) => {
					const out: number[] = [];
					const line = new SealingLine<number>({ emit: (frame) => out.push(frame), now: () => 0 });
					const works = order.map(() => later<Bytes>());
					for (const [frame, { promise }] of works.entries()) line.push(frame, () => promise);
					for (const frame of order) {
						works[frame]?.resolve(OK);
						await settle();
					}
					expect(out).toEqual([...order.keys()]);
					expect(line.counts.sealed).toBe(order.length);
				},
			),
		);
	});

	it('lets nothing out without a key, nor what went wrong', async () => {
		const out: number[] = [];
		const line = new SealingLine<number>({ emit: (frame) => out.push(frame), now: () => 0 });
		line.push(1, () => undefined);
		line.push(2, () => Promise.reject(new Error('broken')));
		line.push(3, () => Promise.resolve(OK));
		await settle();
		expect(out).toEqual([3]);
		expect(line.counts).toMatchObject({ sealed: 1, noKey: 1, authFailed: 1 });
	});

	it('lets fall what comes while too much is on its way, and goes on in order', async () => {
		const out: number[] = [];
		const line = new SealingLine<number>({ emit: (frame) => out.push(frame), now: () => 0 });
		const works = Array.from({ length: 90 }, () => later<Bytes>());
		for (const [frame, { promise }] of works.entries()) line.push(frame, () => promise);
		line.push(90, () => Promise.resolve(OK));
		for (const { resolve } of works) resolve(OK);
		await settle();
		line.push(91, () => Promise.resolve(OK));
		await settle();
		expect(out).toEqual([...Array(90).keys(), 91]);
		expect(line.counts).toMatchObject({ came: 92, sealed: 91, late: 1 });
	});
});

describe('a line that opens', () => {
	let now = 0;
	let isKnown = false;
	const out: number[] = [];
	let gaps = 0;
	const make = (hold: Refused = 'noKey'): OpeningLine<number> => {
		now = 0;
		isKnown = false;
		gaps = 0;
		out.length = 0;
		const judge = (frame: number): Judgement =>
			isKnown || frame >= 100 ? { kind: 'open', work: () => Promise.resolve(OK) } : { kind: 'hold', why: hold };
		return new OpeningLine(judge, { emit: (frame) => out.push(frame), now: () => now, onGap: () => (gaps += 1) });
	};

	it('holds frames until their key comes, and lets them out in order', async () => {
		const line = make();
		for (const frame of [1, 2, 3]) line.push(frame);
		now = 900;
		isKnown = true;
		line.retry();
		line.push(4);
		await settle();
		expect(out).toEqual([1, 2, 3, 4]);
		expect(gaps).toBe(0);
	});

	it('holds them for a second at most, and asks for a key frame after the gap', async () => {
		const line = make();
		line.push(1);
		now = 500;
		line.push(2);
		now = 1001;
		line.push(3);
		isKnown = true;
		line.retry();
		await settle();
		expect(out).toEqual([2, 3]);
		expect(line.counts).toMatchObject({ noKey: 1, opened: 2 });
		expect(gaps).toBe(1);
	});

	it('holds sixty at most', async () => {
		const line = make();
		for (let frame = 0; frame < 70; frame += 1) line.push(frame);
		isKnown = true;
		line.retry();
		await settle();
		expect(out).toEqual(Array.from({ length: 60 }, (_, at) => at + 10));
		expect(line.counts.noKey).toBe(10);
	});

	it('does not wait for what is overtaken', async () => {
		const line = make('wrongSender');
		line.push(1);
		line.push(100);
		await settle();
		expect(out).toEqual([100]);
		expect(line.counts.wrongSender).toBe(1);
	});
});
