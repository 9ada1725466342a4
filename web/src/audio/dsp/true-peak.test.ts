import { expect, test } from 'vitest';

import { RATE, peakOf, tone } from '../signals';
import { toDecibels } from './decibels';
import { truePeakOf } from './true-peak';

/** A quarter of the rate, an eighth of a turn late: no sample is at the top, which is 3 dB higher. */
const between = Float32Array.from({ length: 4800 }, (_, index) => Math.sin((Math.PI / 2) * index + Math.PI / 4));

test('a top between samples is found: 3 dB above the samples', () => {
	expect(toDecibels(peakOf(between))).toBeCloseTo(-3.01, 2);
	expect(Math.abs(toDecibels(truePeakOf(between.subarray(0, 4800))))).toBeLessThan(0.7);
});

test.each([100, 997, 5000, 10_000])('a tone of %i Hz is as high as it is, within 0.3 dB', (hertz) => {
	expect(Math.abs(toDecibels(truePeakOf(tone(hertz, 0.5, -6))) + 6)).toBeLessThan(0.3);
});

test('a single sample is itself', () => {
	const impulse = new Float32Array(RATE / 100);
	impulse[100] = 0.5;
	expect(truePeakOf(impulse)).toBe(0.5);
});
