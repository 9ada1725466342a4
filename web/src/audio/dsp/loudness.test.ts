import { describe, expect, test } from 'vitest';

import { noise, RATE, tone } from '../signals';
import { responseDb } from './biquad';
import { headFilter, Loudness, lowCut } from './loudness';

describe('the filters at 48 kHz are those of the Recommendation', () => {
	test('the head', () => {
		const { b0, b1, b2, a1, a2 } = headFilter(RATE);
		expect([b0, b1, b2, a1, a2]).toEqual(
			[1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585].map((figure) =>
				expect.closeTo(figure, 9),
			),
		);
	});

	test('what is low', () => {
		const { a1, a2 } = lowCut(RATE);
		expect([a1, a2]).toEqual([expect.closeTo(-1.99004745483398, 9), expect.closeTo(0.99007225036621, 9)]);
	});

	test('and do the same at 44.1 kHz', () => {
		for (const hertz of [50, 500, 2000, 8000]) {
			expect(responseDb(headFilter(44_100), hertz, 44_100)).toBeCloseTo(responseDb(headFilter(RATE), hertz, RATE), 1);
			expect(responseDb(lowCut(44_100), hertz, 44_100)).toBeCloseTo(responseDb(lowCut(RATE), hertz, RATE), 1);
		}
	});
});

/** EBU Tech 3341, test 1 and 2, and what the Recommendation says of 997 Hz. */
test.each([
	[0, 1, -3.01],
	[-23, 2, -23],
	[-33, 2, -33],
])('a tone at %i dBFS in %i channels is %f LUFS, over 400 ms and over 3 s', (level, channels, lufs) => {
	const meter = new Loudness(RATE, channels);
	const sound = tone(channels === 1 ? 997 : 1000, 4, level);
	meter.push(Array.from({ length: channels }, () => sound));
	expect(Math.abs(meter.momentary - lufs)).toBeLessThan(0.1);
	expect(Math.abs(meter.shortTerm - lufs)).toBeLessThan(0.1);
});

test('the two lengths see the last of it', () => {
	const meter = new Loudness(RATE);
	meter.push([noise(3, -20)]);
	const before = meter.shortTerm;
	meter.push([noise(1, -40)]);
	expect(meter.momentary).toBeLessThan(before - 19);
	expect(meter.shortTerm).toBeGreaterThan(before - 3);
});

test('silence, and what is too short, is −Infinity', () => {
	const meter = new Loudness(RATE);
	meter.push([tone(1000, 1)]);
	expect(meter.shortTerm).toBe(-Infinity);
	expect(meter.momentary).toBeGreaterThan(-5);
	const silent = new Loudness(RATE);
	silent.push([new Float32Array(4 * RATE)]);
	expect(silent.shortTerm).toBe(-Infinity);
});
