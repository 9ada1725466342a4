import { describe, expect, test } from 'vitest';

import { toDecibels } from './dsp/decibels';
import { CROSS_FADE_MS } from './dsp/smoothed-gain';
import { truePeakOf } from './dsp/true-peak';
import { Mixer } from './mixer';
import type { Hearing } from './mixer';
import { peakOf, RATE, rms, speechLike, tone } from './signals';

const BLOCK = 128;

/** What leaves of sounds that last as long as the first; `before` is done before the block at that sample. */
function mix(
	sounds: readonly (readonly Float32Array[])[],
	mixer = new Mixer(RATE),
	before: (sample: number) => void = () => undefined,
): { left: Float32Array; right: Float32Array } {
	const length = Math.floor((sounds[0]?.[0]?.length ?? 0) / BLOCK) * BLOCK;
	const [left, right] = [new Float32Array(length), new Float32Array(length)];
	for (let at = 0; at < length; at += BLOCK) {
		before(at);
		const block = sounds.map((sound) => sound.map((channel) => channel.subarray(at, at + BLOCK)));
		mixer.process(block, left.subarray(at, at + BLOCK), right.subarray(at, at + BLOCK));
	}
	return { left, right };
}

function heard(wish: Partial<Hearing>, sound: readonly Float32Array[]): { left: number; right: number } {
	const mixer = new Mixer(RATE);
	mixer.hear(0, wish);
	const { left, right } = mix([sound], mixer);
	// Once all that moves has arrived.
	const end = (out: Float32Array): number => toDecibels(rms(out.subarray(-4800)));
	return { left: end(left), right: end(right) };
}

/** −33.01 dBFS. */
const mono = [tone(1000, 1, -30)];
const LEVEL = -33.01;

describe('each sound is heard as it was wished', () => {
	test('one channel, in the middle: the same power as it came', () => {
		const { left, right } = heard({}, mono);
		expect(left).toBeCloseTo(LEVEL - 3.01, 2);
		expect(right).toBeCloseTo(LEVEL - 3.01, 2);
	});

	test('two channels, as they came', () => {
		const { left, right } = heard({}, [tone(1000, 1, -30), tone(500, 1, -40)]);
		expect(left).toBeCloseTo(LEVEL, 2);
		expect(right).toBeCloseTo(LEVEL - 10, 2);
	});

	test('to one side', () => {
		const { left, right } = heard({ pan: 1 }, mono);
		expect(left).toBeLessThan(-300);
		expect(right).toBeCloseTo(LEVEL, 2);
	});

	test('louder and softer', () => {
		expect(heard({ volume: 0.5, pan: -1 }, mono).left).toBeCloseTo(LEVEL - 6.02, 2);
		expect(heard({ volume: 2, pan: -1 }, mono).left).toBeCloseTo(LEVEL + 6.02, 2);
	});

	test('with less bass and more treble', () => {
		expect(heard({ pan: -1, bass: -12 }, [tone(40, 1, -30)]).left).toBeCloseTo(LEVEL - 12, 0);
		expect(heard({ pan: -1, treble: 12 }, [tone(15_000, 1, -30)]).left).toBeCloseTo(LEVEL + 12, 0);
		expect(heard({ pan: -1, treble: 12 }, [tone(100, 1, -30)]).left).toBeCloseTo(LEVEL, 1);
	});

	test('and all are heard together', () => {
		const mixer = new Mixer(RATE);
		mixer.hear(0, { pan: -1 });
		mixer.hear(1, { pan: 1 });
		mixer.hear(5, { pan: -1 });
		const { left, right } = mix([mono, [tone(300, 1, -40)], [], [], [], [tone(3000, 1, -30)]], mixer);
		expect(toDecibels(rms(left.subarray(-4800)))).toBeCloseTo(LEVEL + 3.01, 1);
		expect(toDecibels(rms(right.subarray(-4800)))).toBeCloseTo(LEVEL - 10, 1);
	});
});

test('floor and channel cross within 150 ms, and the power stays the same meanwhile', () => {
	const mixer = new Mixer(RATE);
	const [floor, channel] = [
		speechLike({ seconds: 2, seed: 1, level: -40 }),
		speechLike({ seconds: 2, seed: 2, level: -40 }),
	];
	const cross = RATE - (RATE % BLOCK);
	mixer.hear(0, { pan: -1 });
	mixer.hear(1, { pan: -1 });
	mixer.fade(1, 0, 0);
	const { left } = mix([[floor], [channel]], mixer, (sample) => {
		if (sample !== cross) return;
		mixer.fade(0, 0, CROSS_FADE_MS);
		mixer.fade(1, 1, CROSS_FADE_MS);
	});
	const late = (sound: Float32Array, at: number): number => sound[at - mixer.delay] ?? NaN;
	const end = cross + 7200 + mixer.delay;
	for (const at of [cross - 100, cross - 1]) expect(left[at]).toBeCloseTo(late(floor, at), 6);
	for (const at of [end, end + 1000]) expect(left[at]).toBeCloseTo(late(channel, at), 6);
});

test('whatever is turned while it sounds, nothing clicks', () => {
	const mixer = new Mixer(RATE);
	const sound = [tone(100, 1, -20)];
	const { left } = mix([sound], mixer, (sample) => {
		if (sample === 12_800) mixer.hear(0, { volume: 0.2, pan: 0.8, bass: 12, treble: -12 });
		if (sample === 25_600) mixer.hear(0, { volume: 1, pan: -1, bass: -12, treble: 12 });
		if (sample === 38_400) mixer.fade(0, 0, 10);
	});
	/** How much the slope changes from one sample to the next: a tone of 100 Hz changes it little, a click much. */
	const bends = left.subarray(0, -2).map((sample, at) => sample - 2 * (left[at + 1] ?? 0) + (left[at + 2] ?? 0));
	// A step of one hundredth of the tone would be 1e-3.
	expect(peakOf(bends.subarray(1000))).toBeLessThan(5e-4);
	expect(peakOf(left.subarray(-4800))).toBe(0);
});

test('a place that was cleared begins anew', () => {
	const mixer = new Mixer(RATE);
	mixer.hear(0, { volume: 0 });
	mix([mono], mixer);
	mixer.clear(0);
	expect(toDecibels(rms(mix([mono], mixer).left.subarray(-4800)))).toBeCloseTo(LEVEL - 3.01, 2);
});

test('many that shout at once stay under the ceiling, and that is told', () => {
	const mixer = new Mixer(RATE);
	const { left } = mix(
		Array.from({ length: 12 }, (_, seed) => [speechLike({ level: -10, seconds: 2, seed })]),
		mixer,
	);
	expect(toDecibels(truePeakOf(left))).toBeLessThan(-9 + 0.1);
	expect(mixer.takeReduction()).toBeGreaterThan(10);
});

test('one who speaks at the normal level is not touched, only 5 ms later', () => {
	const mixer = new Mixer(RATE);
	const speech = speechLike({ level: -26, seconds: 4 });
	mixer.hear(0, { pan: -1 });
	const { left } = mix([[speech]], mixer);
	const from = RATE;
	const most = left
		.subarray(from)
		.reduce((worst, sample, at) => Math.max(worst, Math.abs(sample - (speech[at + from - mixer.delay] ?? NaN))), 0);
	expect(most).toBeLessThan(1e-7);
	expect(mixer.takeReduction()).toBe(0);
});
