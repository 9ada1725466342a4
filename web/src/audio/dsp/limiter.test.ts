import { describe, expect, test } from 'vitest';

import { joined, noise, peakOf, RATE, rms, samplesOf, speechLike, tone } from '../signals';
import { toDecibels, toGain } from './decibels';
import { CEILING_DB, Limiter } from './limiter';
import { truePeakOf } from './true-peak';

const BLOCK = 128;

/** What leaves, and the reduction after each block. */
function limited(sound: Float32Array, limiter = new Limiter(RATE, 1)): { out: Float32Array; reductions: number[] } {
	const out = sound.slice();
	const reductions: number[] = [];
	for (let at = 0; at < out.length; at += BLOCK) {
		limiter.process([out.subarray(at, at + BLOCK)]);
		reductions.push(limiter.takeReduction());
	}
	return { out, reductions };
}

/** How far the highest point is above the ceiling, in decibels. */
const above = (out: Float32Array, ceiling = CEILING_DB): number => toDecibels(truePeakOf(out)) - ceiling;

/** The largest difference from what came in so many samples ago. */
function deviation(out: Float32Array, sound: Float32Array, delay: number): number {
	return out.subarray(delay).reduce((most, sample, at) => Math.max(most, Math.abs(sample - (sound[at] ?? NaN))), 0);
}

const ONE_KHZ = tone(1000, 2, -26);
const STEP = joined(ONE_KHZ, tone(1000, 0.5, -6), ONE_KHZ);
const BURST = joined(new Float32Array(samplesOf(0.5)), tone(1000, 0.2, 0), new Float32Array(samplesOf(2)));
const IMPULSE = joined(new Float32Array(1000), Float32Array.of(1), new Float32Array(4000));

describe('never above the ceiling by more than 0.1 dB of true peak', () => {
	test.each([
		['a step by 20 dB', STEP],
		['a burst of 1 kHz at full scale', BURST],
		['a single sample at full scale', IMPULSE],
		['noise at full scale', noise(1, -4.8)],
		['speech that is shouted', speechLike({ level: -6 })],
		[
			'a tone of which no sample is at the top',
			tone(12_000, 0.5, 0).map((_, index) => Math.sin((index + 0.5) * (Math.PI / 2))),
		],
	])('%s', (_, sound) => {
		expect(above(limited(sound).out)).toBeLessThan(0.1);
	});

	test('wherever the ceiling is set', () => {
		const limiter = new Limiter(RATE, 1);
		limiter.setCeiling(-20);
		expect(above(limited(BURST, limiter).out, -20)).toBeLessThan(0.1);
	});
});

test('what is limited is still near the ceiling', () => {
	expect(above(limited(BURST).out)).toBeGreaterThan(-0.5);
});

test('the reduction is told, and recovers: 9 dB at full scale, less than 0.1 dB half a second later, then none', () => {
	const { out, reductions } = limited(BURST);
	const at = (seconds: number): number => reductions[Math.floor(samplesOf(seconds) / BLOCK)] ?? NaN;
	expect(at(0.6)).toBeCloseTo(9, 0);
	expect(at(0.7 + 0.5)).toBeLessThan(0.1);
	expect(reductions.at(-1)).toBe(0);
	expect(peakOf(out.subarray(-4800))).toBe(0);
	const step = limited(STEP).out;
	expect(toDecibels(rms(step.subarray(-4800)) / rms(ONE_KHZ))).toBeCloseTo(0, 3);
});

test('speech at its normal level only comes later: no sample is other than it was', () => {
	const limiter = new Limiter(RATE, 1);
	const speech = speechLike({ level: -26 });
	const { out, reductions } = limited(speech, limiter);
	expect(toDecibels(truePeakOf(speech))).toBeLessThan(CEILING_DB);
	expect(deviation(out, speech, limiter.delay)).toBe(0);
	expect(limiter.delay).toBe(240);
	expect(Math.max(...reductions)).toBe(0);
});

test('it is so again after something was limited', () => {
	const limiter = new Limiter(RATE, 1);
	limited(joined(BURST, new Float32Array(samplesOf(1))), limiter);
	const speech = speechLike({ level: -26, seconds: 2 });
	expect(deviation(limited(speech, limiter).out, speech, limiter.delay)).toBe(0);
});

test('both channels have one gain', () => {
	const limiter = new Limiter(RATE, 2);
	const [left, right] = [tone(1000, 0.5, 0), tone(1000, 0.5, -20)];
	limiter.process([left, right]);
	expect(toDecibels(rms(left.subarray(4800)) / rms(right.subarray(4800)))).toBeCloseTo(20, 3);
});

test('a gain that is wanted is kept to, ahead of time', () => {
	const limiter = new Limiter(RATE, 1);
	const sound = tone(1000, 0.2, -20);
	const wanted = new Float32Array(sound.length).fill(1).fill(0.25, 4800);
	const before = sound.slice();
	limiter.process([sound], wanted);
	const kept = sound.subarray(4800 + limiter.delay);
	expect(peakOf(kept)).toBeCloseTo(0.25 * peakOf(before), 4);
	expect(peakOf(sound.subarray(4800, 4800 + 100))).toBeGreaterThan(0.25 * toGain(-20));
});
