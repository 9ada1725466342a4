import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { concat } from './bytes';
import type { Bytes } from './bytes';
import { Redundancy, readRed, writeRed } from './red';

const lastOf = (payload: Bytes): Bytes | undefined => readRed(payload)?.at(-1)?.data;
const frame = (number: number): Bytes => Uint8Array.of(number, number, number);

/** The payloads that a browser makes of frames of 20 ms: each with the one before, the first by itself. */
function browser(numbers: readonly number[]): Bytes[] {
	const block = (number: number, offset: number) => ({ payloadType: 111, offset, data: frame(number) });
	return numbers.map((number, place) => {
		const before = place === 0 ? [] : [block(number - 1, 960)];
		return writeRed([...before, block(number, 0)]);
	});
}

/** Of each payload: the frames in it with how much older they are. */
const contents = (payloads: readonly Bytes[]): (readonly [number | undefined, number])[][] =>
	payloads.map((payload) => (readRed(payload) ?? []).map(({ data, offset }) => [data[0], offset] as const));

describe('a RED payload', () => {
	test('has the present frame last', () => {
		const block = fc.uint8Array({ maxLength: 1023 });
		const former = fc.array(fc.tuple(fc.nat(0x3fff), block), { maxLength: 4 });
		fc.assert(
			fc.property(former, block, (blocks, last) => {
				// RFC 2198 section 3: a payload type, 14 bits of time, 10 bits of length.
				const headers = blocks.map(([time, { length }]) =>
					Uint8Array.of(0x80 | 111, time >> 6, ((time & 0x3f) << 2) | (length >> 8), length & 0xff),
				);
				const whole = concat(...headers, Uint8Array.of(111), ...blocks.map(([, frame]) => frame), last);
				expect(lastOf(whole)).toEqual(last);
				expect(writeRed(readRed(whole) ?? [])).toEqual(whole);
			}),
		);
	});

	test('is nothing else', () => {
		expect(readRed(Uint8Array.of())).toBeUndefined();
		expect(readRed(Uint8Array.of(0x80, 0))).toBeUndefined();
		expect(readRed(Uint8Array.of(0x80, 0, 0, 9, 111, 1))).toBeUndefined();
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 64 }), (anything) => {
				const found = lastOf(anything);
				if (found !== undefined) expect(anything.subarray(anything.length - found.length)).toEqual(found);
			}),
		);
	});
});

describe('a line of sound', () => {
	test('goes as it came where no more is asked for', () => {
		const line = new Redundancy();
		const payloads = browser([1, 2, 3]);
		expect(payloads.map((payload) => line.deepen(payload, 1))).toEqual(payloads);
	});

	test('has more of what went before with each frame', () => {
		const line = new Redundancy();
		const payloads = browser([1, 2, 3, 4]).map((payload) => line.deepen(payload, 2));
		expect(contents(payloads)).toEqual([
			[[1, 0]],
			[
				[1, 960],
				[2, 0],
			],
			[
				[1, 1920],
				[2, 960],
				[3, 0],
			],
			[
				[2, 1920],
				[3, 960],
				[4, 0],
			],
		]);
	});

	test('knows what went before when more is asked for later', () => {
		const line = new Redundancy();
		const [first, second, third] = browser([1, 2, 3]) as [Bytes, Bytes, Bytes];
		line.deepen(first, 1);
		line.deepen(second, 1);
		expect(contents([line.deepen(third, 2)])).toEqual([
			[
				[1, 1920],
				[2, 960],
				[3, 0],
			],
		]);
	});

	test('begins anew where frames in between were let fall', () => {
		const line = new Redundancy();
		for (const payload of browser([1, 2, 3])) line.deepen(payload, 2);
		const [seventh, eighth] = browser([2, 3, 4, 6, 7, 8]).slice(4) as [Bytes, Bytes];
		// The sixth never came here: the seventh names it, and what is known is older than it seems.
		expect(contents([line.deepen(seventh, 2)])).toEqual([
			[
				[6, 960],
				[7, 0],
			],
		]);
		expect(contents([line.deepen(eighth, 2)])).toEqual([
			[
				[7, 960],
				[8, 0],
			],
		]);
	});

	test('carries nothing to others of what it said before', () => {
		const line = new Redundancy();
		const [first, second, third, fourth] = browser([1, 2, 3, 4]) as [Bytes, Bytes, Bytes, Bytes];
		line.deepen(first, 2);
		line.deepen(second, 2);
		line.beginAnew();
		expect(contents([line.deepen(third, 2), line.deepen(fourth, 2)])).toEqual([
			[[3, 0]],
			[
				[3, 960],
				[4, 0],
			],
		]);
	});

	test('begins anew where it was interrupted', () => {
		const line = new Redundancy();
		for (const payload of browser([1, 2, 3])) line.deepen(payload, 2);
		const payloads = browser([8, 9]).map((payload) => line.deepen(payload, 2));
		expect(contents(payloads)).toEqual([
			[[8, 0]],
			[
				[8, 960],
				[9, 0],
			],
		]);
		expect(line.deepen(Uint8Array.of(0x80), 2)).toEqual(Uint8Array.of(0x80));
	});
});
