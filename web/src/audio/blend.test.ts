import { describe, expect, test } from 'vitest';

import { blend, Fader, FLOOR_LEVEL, isSameLanguage } from './blend';
import type { Blend, Situation, Ticker } from './blend';

/** A listener who understands French, has chosen English, and hears somebody speak Russian. */
const listener: Situation = {
	spoken: 'ru',
	understood: ['fr'],
	chosen: 'en',
	locked: false,
	carried: true,
	boothSilent: false,
	floorLevel: FLOOR_LEVEL,
};

test.each<[string, Partial<Situation>, Blend]>([
	['the channel, with the floor under it', {}, { floor: 0.1, channel: 1, heard: 'channel', instead: undefined }],
	[
		'the floor at the level they like',
		{ floorLevel: 0.3 },
		{ floor: 0.3, channel: 1, heard: 'channel', instead: undefined },
	],
	['no floor at all, if they like', { floorLevel: 0 }, { floor: 0, channel: 1, heard: 'channel', instead: undefined }],
	['no more than all of it', { floorLevel: 7 }, { floor: 1, channel: 1, heard: 'channel', instead: undefined }],
	[
		'the floor, where no channel was chosen',
		{ chosen: undefined },
		{ floor: 1, channel: 0, heard: 'floor', instead: undefined },
	],
	[
		'the floor, in a language they understand',
		{ spoken: 'fr' },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'understood' },
	],
	[
		'the floor, in a kind of that language',
		{ spoken: 'fr-CA' },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'understood' },
	],
	[
		'the floor, in the language they chose',
		{ spoken: 'en' },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'understood' },
	],
	[
		'the channel, where nobody knows what is spoken',
		{ spoken: undefined },
		{ floor: 0.1, channel: 1, heard: 'channel', instead: undefined },
	],
	[
		'the floor, where nobody carries the channel',
		{ carried: false },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'not_carried' },
	],
	[
		'the floor, where the booth is silent; the channel stays open',
		{ boothSilent: true },
		{ floor: 1, channel: 1, heard: 'floor', instead: 'booth_silent' },
	],
	[
		'the floor they understand, also where the booth is silent',
		{ spoken: 'fr', boothSilent: true },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'understood' },
	],
	[
		'with a lock the channel, though they understand',
		{ locked: true, spoken: 'fr' },
		{ floor: 0.1, channel: 1, heard: 'channel', instead: undefined },
	],
	[
		'with a lock the channel, though the booth is silent',
		{ locked: true, boothSilent: true },
		{ floor: 0.1, channel: 1, heard: 'channel', instead: undefined },
	],
	[
		'with a lock the floor, where there is no channel',
		{ locked: true, carried: false },
		{ floor: 1, channel: 0, heard: 'floor', instead: 'not_carried' },
	],
])('a listener hears %s', (_, change, expected) => {
	expect(blend({ ...listener, ...change })).toEqual(expected);
});

test('a language is the same in whatever country and letters', () => {
	expect(isSameLanguage('en-GB', 'EN')).toBe(true);
	expect(isSameLanguage('zh-Hans-CN', 'zh')).toBe(true);
	expect(isSameLanguage('es', 'et')).toBe(false);
});

describe('a fader', () => {
	function fader(volume: number): {
		element: { volume: number };
		fader: Fader;
		pass: (ms: number) => void;
		ticking: () => number;
	} {
		const element = { volume };
		const ticks = new Set<() => void>();
		let now = 1000;
		const ticker: Ticker = (tick) => {
			ticks.add(tick);
			return () => void ticks.delete(tick);
		};
		const pass = (ms: number): void => {
			now += ms;
			for (const tick of ticks) tick();
		};
		return { element, fader: new Fader(element, ticker, () => now), pass, ticking: () => ticks.size };
	}

	test('goes to the volume in its time, then rests', () => {
		const { element, fader: fading, pass, ticking } = fader(1);
		fading.fadeTo(0, 150);
		pass(75);
		expect(element.volume).toBeCloseTo(Math.SQRT1_2, 6);
		pass(75);
		expect(element.volume).toBe(0);
		expect(ticking()).toBe(0);
	});

	test('that is called late has arrived', () => {
		const { element, fader: fading, pass } = fader(0);
		fading.fadeTo(0.4, 150);
		pass(1000);
		expect(element.volume).toBe(0.4);
	});

	test('that is turned round goes on from where it is', () => {
		const { element, fader: fading, pass, ticking } = fader(0);
		fading.fadeTo(1, 150, 'gain');
		pass(75);
		fading.fadeTo(0, 150, 'gain');
		expect(element.volume).toBeCloseTo(0.5, 6);
		pass(75);
		expect(element.volume).toBeCloseTo(0.25, 6);
		expect(ticking()).toBe(1);
	});

	test('never leaves 0 to 1', () => {
		const { element, fader: fading } = fader(0);
		fading.fadeTo(3, 0);
		expect(element.volume).toBe(1);
	});
});
