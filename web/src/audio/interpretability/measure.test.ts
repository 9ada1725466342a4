import { describe, expect, test } from 'vitest';

import { mixed, noise, RATE, samplesOf, speechLike, tone } from '../signals';
import { gradeOf } from './grade';
import type { Grade, Reason } from './grade';
import { SoundMeter } from './measure';
import type { Measure, SpeechMeasure } from './measure';

function measured(sound: Float32Array, rate = RATE): Measure | undefined {
	const meter = new SoundMeter(rate);
	for (let at = 0; at < sound.length; at += 1000) meter.push(sound.subarray(at, at + 1000));
	return meter.measure();
}

function speechOf(sound: Float32Array): SpeechMeasure {
	const speech = measured(sound)?.speech;
	if (!speech) throw new Error('no speech was found');
	return speech;
}

const amplified = (sound: Float32Array, factor: number, top = 1): Float32Array =>
	sound.map((sample) => Math.min(top, Math.max(-top, factor * sample)));

/** As a telephone has it: every sixth sample, and straight lines between them, which is the worst way back to 48 kHz. */
function telephone(sound: Float32Array): Float32Array {
	return sound.map((_, at) => {
		const before = at - (at % 6);
		const part = (at % 6) / 6;
		return (1 - part) * (sound[before] ?? 0) + part * (sound[before + 6] ?? 0);
	});
}

/** A quiet room. */
const room = noise(8, -75, 3);
const clean = mixed(speechLike(), room);

describe('bandwidth', () => {
	test.each([3400, 7000, 10_000, 15_000, 20_000])('speech up to %i Hz is seen so, within one band', (upTo) => {
		const { bandwidthHertz } = speechOf(mixed(speechLike({ upTo }), room));
		expect(Math.abs(bandwidthHertz - upTo)).toBeLessThanOrEqual(500);
	});

	test('of noise that is always there, nothing counts', () => {
		expect(speechOf(mixed(speechLike({ upTo: 3400 }), noise(8, -50, 4))).bandwidthHertz).toBeLessThanOrEqual(4000);
	});
});

describe('signal to noise', () => {
	test.each([10, 20, 30, 40])('%i dB is measured within 2 dB', (wanted) => {
		const { signalToNoiseDb, levelDbfs } = speechOf(mixed(speechLike({ level: -26 }), noise(8, -26 - wanted, 5)));
		expect(Math.abs(signalToNoiseDb - wanted)).toBeLessThan(2);
		expect(Math.abs(levelDbfs + 26)).toBeLessThan(2);
	});

	test('rumble that interpreters do not hear counts for nothing', () => {
		expect(speechOf(mixed(clean, tone(50, 8, -30))).signalToNoiseDb).toBeGreaterThan(40);
	});
});

describe('clipping', () => {
	test('speech at its normal level has none', () => {
		expect(speechOf(clean).clippedShare).toBe(0);
	});

	test.each([8, 30])('what is turned up %i times is cut off, and counted', (factor) => {
		const sound = amplified(clean, factor);
		const share = sound.filter((sample) => Math.abs(sample) === 1).length / sound.length;
		expect(speechOf(sound).clippedShare).toBeGreaterThan(share / 3);
	});

	test('also where it was turned down afterwards', () => {
		expect(speechOf(amplified(clean, 4, 0.3)).clippedShare).toBeGreaterThan(0.001);
	});

	test('a tone that is loud but whole is not', () => {
		const bursts = tone(200, 8, -1).map((sample, at) => (Math.floor(at / samplesOf(0.5)) % 2 === 0 ? sample : 0));
		expect(speechOf(bursts).clippedShare).toBe(0);
	});
});

test.each<[string, Float32Array, Grade, Reason[]]>([
	['good', clean, 'good', []],
	[
		'of the telephone',
		mixed(telephone(speechLike({ from: 300, upTo: 3400 })), room),
		'not_interpretable',
		['narrow_band'],
	],
	['of a wide-band telephone', mixed(speechLike({ upTo: 7400 }), room), 'usable', ['narrow_band']],
	['in a loud room', mixed(speechLike({ upTo: 15_000 }), noise(8, -36, 6)), 'not_interpretable', ['noise']],
	['cut off', amplified(clean, 30), 'not_interpretable', ['clipping']],
])('sound that is %s', (_, sound, grade, reasons) => {
	const verdict = gradeOf(measured(sound));
	expect(verdict.findings.map(({ reason }) => reason)).toEqual(expect.arrayContaining(reasons));
	expect(verdict.grade).toBe(grade);
	expect(verdict.findings[0]?.reason).toBe(reasons[0]);
});

test('before somebody speaks there is no grade, unless the room is too loud already', () => {
	expect(gradeOf(measured(room)).grade).toBeUndefined();
	expect(gradeOf(measured(new Float32Array(RATE))).grade).toBeUndefined();
	expect(measured(new Float32Array(1000))).toBeUndefined();
	expect(gradeOf(measured(noise(4, -30)))).toEqual({
		grade: 'not_interpretable',
		findings: [{ reason: 'noise', grade: 'not_interpretable' }],
	});
});

test('it is the last ten seconds that count', () => {
	const meter = new SoundMeter(RATE);
	meter.push(amplified(clean, 30));
	meter.push(speechLike({ seconds: 11 }));
	expect(meter.measure()?.speech?.clippedShare).toBe(0);
});
