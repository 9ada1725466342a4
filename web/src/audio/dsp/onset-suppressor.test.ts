import { describe, expect, test } from 'vitest';

import { joined, RATE, samplesOf, speechLike, tone } from '../signals';
import { toDecibels } from './decibels';
import { OnsetSuppressor } from './onset-suppressor';

function gainsOf(sound: Float32Array): Float32Array {
	const gains = new Float32Array(sound.length);
	new OnsetSuppressor(RATE).process([sound], gains);
	return gains;
}

/** The gain that is wanted so long after the beginning, in decibels. */
const at = (gains: Float32Array, seconds: number): number => toDecibels(gains[samplesOf(seconds)] ?? NaN);

const silence = new Float32Array(samplesOf(1));
/** Whoever has turned the volume down hears speech so. */
const soft = tone(1000, 12, -43);

describe('a jump is let in on a ramp', () => {
	test('by 20 dB from speech at its normal level: 8 dB are held back, none a quarter of a second later', () => {
		const gains = gainsOf(joined(tone(1000, 1, -23), tone(1000, 1, -3)));
		expect(at(gains, 1.02)).toBeGreaterThan(-8);
		expect(at(gains, 1.02)).toBeLessThan(-6.5);
		expect(at(gains, 1.1)).toBeLessThan(-3);
		expect(at(gains, 1.25)).toBe(0);
	});

	test('by more from less: what is soft makes a jump the larger', () => {
		const gains = gainsOf(joined(soft, tone(1000, 2, -3)));
		expect(at(gains, 12.02)).toBeLessThan(-26);
		expect(at(gains, 12.5)).toBeGreaterThan(-12);
		expect(at(gains, 13)).toBe(0);
	});

	test('in either channel', () => {
		const [left, right] = [new Float32Array(RATE), joined(silence.subarray(RATE / 2), tone(1000, 0.5, 0))];
		const gains = new Float32Array(RATE);
		new OnsetSuppressor(RATE).process([left, right], gains);
		expect(at(gains, 0.52)).toBeLessThan(-8);
	});
});

describe('is left alone', () => {
	test.each([
		['speech at its normal level', speechLike({ level: -26 })],
		['a first word after silence', joined(silence, speechLike({ level: -26, seconds: 2 }))],
		['speech 10 dB softer, for long', speechLike({ level: -36, seconds: 20 })],
		['silence', silence],
	])('%s', (_, sound) => {
		expect(gainsOf(sound).reduce((least, gain) => Math.min(least, gain), 1)).toBe(1);
	});
});
