import { render } from 'svelte/server';
import { expect, test } from 'vitest';

import Given from '../../fixtures/Given.svelte';
import type { Tile as Person } from '../../meeting/selectors';
import type { Tile as Placed } from './geometry';
import Tile from './Tile.svelte';

const nothing = (): (() => void) => () => undefined;
const media = { arrivalOf: () => 'arriving', show: nothing, showSelf: nothing, status: {} };
const client = { media, meeting: { revealed: true }, pinned: [] };

const person: Person = {
	seat: {
		id: 'vesland-head',
		name: { en: 'Anneke Sorensdottir-Whitcombe' },
		title: { en: 'Prime Minister' },
		role: 'principal',
		languages: ['en'],
		time_zone: 'Europe/Vienna',
	},
	delegation: undefined,
	you: false,
	presence: { state: 'here', devices: { microphone: true, camera: true } },
	departed: false,
	camera: 4,
	muted: false,
	speaking: false,
	hasFloor: false,
	place: undefined,
	chair: false,
	whereabouts: 'same_room',
	whispering: false,
	quality: { grade: 'fair', symptom: 'delay' },
	reduced: false,
};

const place: Omit<Placed, 'place' | 'pictured'> = {
	key: 'vesland-head',
	seat: 'vesland-head',
	delegation: null,
	rect: { x: 0, y: 0, width: 400, height: 300 },
	plate: 60,
	beside: false,
};

function drawn(change: Partial<Person>, placed: Pick<Placed, 'place' | 'pictured'>): string {
	const props = { tile: { ...person, ...change }, placed: { ...place, ...placed } };
	return render(Given, { props: { client, view: Tile, props } as never }).body;
}

/** The elements that take up room, one after the other. */
const boxes = (html: string): string[] =>
	[...html.replace(/<span class="visually-hidden.*?<\/span>/gs, '').matchAll(/<(?!!)\/?[a-z]+/g)].map(([tag]) => tag);

const isHidden = (html: string, sign: 'quiet' | 'voice'): boolean => {
	const classes = new RegExp(`class="([^"]*\\b${sign}\\b[^"]*)"`).exec(html)?.[1];
	if (classes === undefined) throw new Error(`there is no place for "${sign}"`);
	return classes.includes('kept');
};

test.each([
	{ place: 'principal', pictured: true },
	{ place: 'member', pictured: true },
	{ place: 'member', pictured: false },
	{ place: 'head', pictured: true },
] as const)('nothing moves when somebody speaks or is silenced ($place, pictured: $pictured)', (placed) => {
	const still = drawn({}, placed);
	const speaks = drawn({ speaking: true }, placed);
	const silent = drawn({ muted: true }, placed);
	expect(boxes(speaks)).toEqual(boxes(still));
	expect(boxes(silent)).toEqual(boxes(still));
	expect([isHidden(still, 'quiet'), isHidden(still, 'voice')]).toEqual([true, true]);
	expect([isHidden(speaks, 'quiet'), isHidden(speaks, 'voice')]).toEqual([true, false]);
	expect([isHidden(silent, 'quiet'), isHidden(silent, 'voice')]).toEqual([false, true]);
});
