import { describe, expect, test } from 'vitest';

import { RATE, rms, tone } from '../signals';
import { Biquad, PASS, responseDb } from './biquad';
import { toDecibels } from './decibels';
import { BASS_HERTZ, highShelf, lowShelf, SHELF_MAX_DB, TREBLE_HERTZ } from './shelves';

/** By how much a tone comes out louder, once the filter has settled. */
function measured(filter: Biquad, hertz: number): number {
	const sound = tone(hertz, 1, -20);
	const out = sound.map((sample) => filter.next(sample));
	return toDecibels(rms(out.subarray(RATE / 2)) / rms(sound.subarray(RATE / 2)));
}

describe.each([12, 6, -6, -12])('by %i dB', (decibels) => {
	const bass = lowShelf(RATE, BASS_HERTZ, decibels);
	const treble = highShelf(RATE, TREBLE_HERTZ, decibels);

	test('bass is all of it below, half of it at the corner, nothing above', () => {
		expect(responseDb(bass, 1, RATE)).toBeCloseTo(decibels, 2);
		expect(responseDb(bass, BASS_HERTZ, RATE)).toBeCloseTo(decibels / 2, 6);
		expect(responseDb(bass, 10_000, RATE)).toBeCloseTo(0, 2);
	});

	test('treble is nothing below, half of it at the corner, all of it above', () => {
		expect(responseDb(treble, 20, RATE)).toBeCloseTo(0, 2);
		expect(responseDb(treble, TREBLE_HERTZ, RATE)).toBeCloseTo(decibels / 2, 6);
		expect(responseDb(treble, 23_900, RATE)).toBeCloseTo(decibels, 1);
	});

	test.each([60, 250, 1000, 3000, 12_000])('a tone of %i Hz comes out as the formula says', (hertz) => {
		expect(measured(new Biquad(bass), hertz)).toBeCloseTo(responseDb(bass, hertz, RATE), 2);
		expect(measured(new Biquad(treble), hertz)).toBeCloseTo(responseDb(treble, hertz, RATE), 2);
	});
});

test('nothing is touched at 0 dB, and nothing goes beyond the most', () => {
	expect(lowShelf(RATE, BASS_HERTZ, 0)).toEqual(PASS);
	expect(highShelf(RATE, TREBLE_HERTZ, 40)).toEqual(highShelf(RATE, TREBLE_HERTZ, SHELF_MAX_DB));
});

test('an impulse dies away', () => {
	const filter = new Biquad(lowShelf(RATE, BASS_HERTZ, 12));
	filter.next(1);
	for (let count = 0; count < RATE; count += 1) filter.next(0);
	expect(filter.next(0)).toBe(0);
});
