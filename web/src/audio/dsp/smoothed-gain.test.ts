import { describe, expect, test } from 'vitest';

import { RATE } from '../signals';
import { toDecibels } from './decibels';
import { COUGH_RAMP_MS, CROSS_FADE_MS, SmoothedGain } from './smoothed-gain';
import type { FadeCurve } from './smoothed-gain';

/** All gains of a fade. */
function fade(from: number, to: number, ms: number, curve?: FadeCurve): number[] {
	const gain = new SmoothedGain(RATE, from);
	gain.fadeTo(to, ms, curve);
	const all: number[] = [];
	while (!gain.isSettled) all.push(gain.next());
	return all;
}

const largestStep = (gains: readonly number[], from: number): number =>
	Math.max(...gains.map((gain, index) => Math.abs(gain - (gains[index - 1] ?? from))));

describe('a fade', () => {
	test.each([
		[CROSS_FADE_MS, 7200],
		[COUGH_RAMP_MS, 480],
	])('of %i ms takes %i samples and arrives exactly', (ms, samples) => {
		const gains = fade(1, 0.1, ms);
		expect(gains).toHaveLength(samples);
		expect(gains.at(-1)).toBe(0.1);
	});

	test.each<FadeCurve>(['gain', 'power'])('rises without turning back (%s)', (curve) => {
		const gains = fade(0.1, 1, CROSS_FADE_MS, curve);
		expect(gains.every((gain, index) => index === 0 || gain >= (gains[index - 1] ?? 0))).toBe(true);
	});

	test('has no step that clicks: far below the sound, also on the ramp of a cough', () => {
		expect(toDecibels(largestStep(fade(1, 0, CROSS_FADE_MS), 1))).toBeLessThan(-73);
		expect(toDecibels(largestStep(fade(1, 0, CROSS_FADE_MS, 'power'), 1))).toBeLessThan(-73);
		expect(toDecibels(largestStep(fade(1, 0, COUGH_RAMP_MS), 1))).toBeLessThan(-49);
	});

	test('that is turned round begins where it is', () => {
		const gain = new SmoothedGain(RATE, 0);
		gain.fadeTo(1, CROSS_FADE_MS);
		for (let count = 0; count < 3000; count += 1) gain.next();
		const before = gain.value;
		gain.fadeTo(0, CROSS_FADE_MS);
		expect(Math.abs(gain.next() - before)).toBeLessThan(1e-5);
	});

	test('of no time is a step', () => {
		const gain = new SmoothedGain(RATE, 1);
		gain.fadeTo(0.5, 0);
		expect(gain.next()).toBe(0.5);
	});
});

describe('of two that cross', () => {
	test('the sum stays the same with equal gain', () => {
		const [up, down] = [fade(0, 1, CROSS_FADE_MS), fade(1, 0, CROSS_FADE_MS)];
		for (const [index, gain] of up.entries()) expect(gain + (down[index] ?? 0)).toBeCloseTo(1, 12);
	});

	test('the sum of the powers stays the same with equal power', () => {
		const [up, down] = [fade(0.1, 1, CROSS_FADE_MS, 'power'), fade(1, 0.1, CROSS_FADE_MS, 'power')];
		for (const [index, gain] of up.entries()) expect(gain ** 2 + (down[index] ?? 0) ** 2).toBeCloseTo(1.01, 12);
	});
});
