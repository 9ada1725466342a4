import { expect, test } from 'vitest';

import { frontAfter, type Front } from './front';

const after = (before: Front, pinned: string[], voices: string[], places = 2): Front =>
	frontAfter(before, { places, pinned, voices });

test('who speaks takes a free place, and stays when silent', () => {
	const spoken = after([], [], ['ada']);
	expect(spoken).toEqual(['ada', undefined]);
	expect(after(spoken, [], [])).toEqual(['ada', undefined]);
	expect(after(spoken, [], ['ben'])).toEqual(['ada', 'ben']);
});

test('a silent person gives way, one who speaks does not, and nobody changes places', () => {
	expect(after(['ada', 'ben'], [], ['ben', 'cleo'])).toEqual(['cleo', 'ben']);
	expect(after(['ada', 'ben'], [], ['ada', 'ben', 'cleo'])).toEqual(['ada', 'ben']);
});

test('who is pinned stays whoever speaks, and takes the place of a silent person first', () => {
	expect(after(['ada', 'ben'], ['cleo'], ['ada'])).toEqual(['ada', 'cleo']);
	expect(after(['ada', 'ben'], ['cleo'], ['ada', 'ben'])).toEqual(['cleo', 'ben']);
	expect(after(['cleo', 'ben'], ['cleo', 'ben'], ['ada'])).toEqual(['cleo', 'ben']);
});

test('where there are fewer places than pins, the last one pinned is seen', () => {
	expect(after([], ['ada', 'ben'], ['cleo'], 1)).toEqual(['ben']);
	expect(after(['ben'], ['ada', 'ben', 'cleo'], [], 2)).toEqual(['ben', 'cleo']);
});

test('who was pinned a moment ago leaves only when somebody needs the place', () => {
	expect(after(['ada', 'ben'], [], [])).toEqual(['ada', 'ben']);
	expect(after(['ada', 'ben'], [], ['cleo'])).toEqual(['cleo', 'ben']);
});
