import { beforeEach, expect, test, vi } from 'vitest';

import { Pins, PINS_MAX } from './pins.svelte';

let kept: Map<string, string>;

beforeEach(() => {
	kept = new Map();
	vi.stubGlobal('sessionStorage', {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => kept.set(key, value),
	});
	return () => vi.unstubAllGlobals();
});

test('pins are there after a reload, in the summit in which they were set', () => {
	new Pins().set('strait', 'vesland-head', true);
	expect(new Pins().in('strait')).toEqual(['vesland-head']);
	expect(new Pins().in('other')).toEqual([]);
});

test('one too many lets the first one go, and any can be taken back', () => {
	const pins = new Pins();
	const seats = Array.from({ length: PINS_MAX + 1 }, (_, index) => `seat-${index}`);
	for (const seat of seats) pins.set('strait', seat, true);
	expect(pins.in('strait')).toEqual(seats.slice(1));
	pins.set('strait', 'seat-2', false);
	expect(pins.in('strait')).not.toContain('seat-2');
});

test.each(['{', '[]', '{"summit":"strait","seats":[1]}', '{"summit":"strait"}'])(
	'what is no pin counts for none: %s',
	(text) => {
		kept.set('sommet.pins', text);
		expect(new Pins().in('strait')).toEqual([]);
	},
);

test('a browser that stores nothing pins all the same', () => {
	vi.stubGlobal('sessionStorage', {
		getItem: () => {
			throw new Error('forbidden');
		},
		setItem: () => {
			throw new Error('forbidden');
		},
	});
	const pins = new Pins();
	pins.set('strait', 'vesland-head', true);
	expect(pins.in('strait')).toEqual(['vesland-head']);
});
