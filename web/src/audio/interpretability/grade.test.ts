import { expect, test } from 'vitest';

import { PROCESSING } from '../profiles';
import { gradeOf, looksWireless } from './grade';
import type { Facts, Finding } from './grade';
import type { Measure } from './measure';
import { Steady } from './steady';

const sound = { levelDbfs: -26, bandwidthHertz: 15_000, signalToNoiseDb: 40, clippedShare: 0 };
const measure: Measure = { speechSeconds: 4, noiseDbfs: -70, speech: sound };

test.each<[string, Facts, Finding[]]>([
	['nothing is known', {}, []],
	['all is well', { lossShare: 0.002, roundTripMs: 120, profile: 'booth', processing: PROCESSING.booth }, []],
	[
		'a booth is processed',
		{ profile: 'booth', processing: PROCESSING.floorHeadset },
		[{ reason: 'processing', grade: 'usable' }],
	],
	['the floor is, as it should', { profile: 'floorLoudspeaker', processing: PROCESSING.floorLoudspeaker }, []],
	['there is no cable', { wireless: true }, [{ reason: 'wireless', grade: 'usable' }]],
	['some is lost', { lossShare: 0.03 }, [{ reason: 'loss', grade: 'usable' }]],
	['much is lost', { lossShare: 0.2 }, [{ reason: 'loss', grade: 'not_interpretable' }]],
	['it is far', { roundTripMs: 900 }, [{ reason: 'round_trip', grade: 'usable' }]],
])('where %s', (_, facts, findings) => {
	expect(gradeOf(measure, facts)).toEqual({ grade: findings[0]?.grade ?? 'good', findings });
});

test('the worst counts and is said first', () => {
	const bad = { ...measure, speech: { ...sound, bandwidthHertz: 10_000, signalToNoiseDb: 5 } };
	expect(gradeOf(bad, { wireless: true })).toEqual({
		grade: 'not_interpretable',
		findings: [
			{ reason: 'noise', grade: 'not_interpretable' },
			{ reason: 'narrow_band', grade: 'usable' },
			{ reason: 'wireless', grade: 'usable' },
		],
	});
});

test('facts alone make no grade: somebody must have spoken', () => {
	expect(gradeOf(undefined, { wireless: true }).grade).toBeUndefined();
});

test('names tell of devices without a cable, or nothing', () => {
	expect(looksWireless('Headset (WH-1000XM4 Hands-Free AG Audio)')).toBe(true);
	expect(looksWireless('Marie’s AirPods Pro')).toBe(true);
	expect(looksWireless('Jabra BIZ 2400 USB')).toBeUndefined();
	expect(looksWireless('Subtle Mic')).toBeUndefined();
});

test('the first grade counts at once, another one after it was found four times on end', () => {
	const steady = new Steady();
	const [unknown, good] = [gradeOf(undefined), gradeOf(measure)];
	const noisy = gradeOf({ ...measure, speech: { ...sound, signalToNoiseDb: 20 } });
	expect(steady.take(unknown).grade).toBeUndefined();
	expect(steady.take(good).grade).toBe('good');
	const shown = [noisy, noisy, good, noisy, noisy, noisy, noisy].map((found) => steady.take(found).grade);
	expect(shown).toEqual(['good', 'good', 'good', 'good', 'good', 'good', 'usable']);
});
