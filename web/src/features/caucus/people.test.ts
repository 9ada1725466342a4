import { expect, test } from 'vitest';

import { planOf } from '../../fixtures/plan';
import { noInterpretation } from '../../meeting/interpretation';
import type { MeetingState } from '../../meeting/state';
import { caucusTable, plenaryTable } from '../plenary/table';
import { secretariat, sides } from '../../meeting/selectors';
import { callable, calledByYou, callWords, namesOf, ownPeople } from './people';

const here = { state: 'here', devices: { microphone: true, camera: true } } as const;
const seats = ['meridia-head', 'meridia-foreign', 'vesland-head', 'vesland-foreign', 'chair'];
const meeting = {
	you: 'meridia-head',
	plan: planOf(2),
	interpretation: noInterpretation(planOf(2)),
	presence: Object.fromEntries(seats.map((seat) => [seat, here])),
	departed: [],
	devices: {},
	floor: { holder: null, queue: [] },
	sources: [],
	speaking: [],
	quality: {},
	caucuses: [],
	whispering: [],
} as unknown as MeetingState;

const caucus = { caucus: 'caucus-1', called: ['meridia-head', 'vesland-head'], inside: [] as string[] };

test('those who are here can be called, by side, and one’s own side at once', () => {
	const found = callable(meeting);
	expect(found.map(({ delegation, own, people }) => [delegation?.id, own, people.map(({ seat }) => seat.id)])).toEqual([
		['meridia', true, ['meridia-foreign']],
		['vesland', false, ['vesland-head', 'vesland-foreign']],
		[undefined, false, ['chair']],
	]);
	expect(ownPeople(found)).toEqual(['meridia-foreign']);
});

test('who called goes in, unless they are in one', () => {
	expect(calledByYou({ ...meeting, caucuses: [caucus] })).toBe('caucus-1');
	expect(calledByYou({ ...meeting, you: 'vesland-head', caucuses: [caucus] })).toBeUndefined();
	expect(calledByYou({ ...meeting, caucuses: [{ ...caucus, inside: ['meridia-head'] }] })).toBeUndefined();
});

test('a call says by whom and with whom', () => {
	const called = { ...meeting, you: 'vesland-head' };
	expect(callWords(called, caucus)).toBe('Elena Marchetti calls you to a caucus.');
	expect(namesOf(called, caucus)).toBe('Elena Marchetti');
	expect(namesOf(called, { ...caucus, inside: ['vesland-foreign', 'meridia-head'] })).toBe(
		'Magnus Okoye · Elena Marchetti',
	);
});

test('at the table of a caucus everybody is as large as everybody else, as long as there are few', () => {
	const inside = {
		...meeting,
		caucuses: [{ ...caucus, called: [...caucus.called, 'chair'], inside: ['meridia-head'] }],
	};
	const table = caucusTable(secretariat(inside), sides(inside));
	expect(table.head).toEqual([]);
	expect(table.sides.map(({ principal }) => principal)).toEqual(['meridia-head', 'vesland-head', 'chair']);
	expect(caucusTable(secretariat(meeting), sides(meeting))).toEqual(plenaryTable(secretariat(meeting), sides(meeting)));
});
