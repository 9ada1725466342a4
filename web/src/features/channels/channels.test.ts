import { expect, test } from 'vitest';

import { planOf } from '../../fixtures/plan';
import { interpretationOf } from '../../fixtures/listening.svelte';
import { hearing } from '../../meeting/listening';
import type { MeetingState } from '../../meeting/state';
import { assignable, assignableName, boothRows, chainWords } from './booths';
import { heardLabel, hearingNews, troubleWords } from './words';

const plan = planOf(2, 0, true);

const meeting = (interpreted: string): MeetingState =>
	({
		you: 'chair',
		plan,
		presence: {},
		caucuses: [],
		audience: { fr: 14 },
		floor: { holder: ['vesland-head', 0], queue: [], stood_ms: 0, stands_since: null },
		speaking: [],
		interpretation: interpretationOf(plan, { interpreted, floor: 'vesland-head' }, 0),
	}) as unknown as MeetingState;

const wishes = { channel: 'fr', locked: false, floorLevel: 0.1, understood: ['fr'] };
const heard = (interpreted: string, more = {}) =>
	hearing(meeting(interpreted), { ...wishes, ...more }, 'vesland-head', false);

test('a booth is told with who is heard, where its words come from, and how many listen', () => {
	const [french, russian, arabic] = boothRows(meeting('live'));
	expect(french).toMatchObject({ live: 'interpreter-fr', listeners: 14, chain: ['fr'] });
	expect(russian).toMatchObject({ live: undefined, listeners: 0 });
	expect(chainWords(arabic?.chain ?? [])).toBe('Arabic ← French ← Floor');
});

test('interpreters of other booths can be put into one, and it is said where they come from', () => {
	expect(assignable(meeting('live'), 'french').map(assignableName)).toEqual([
		'Milan Sorokin (now: Russian)',
		'Omar Vandersee (now: Arabic)',
	]);
});

test('what is heard is said in words', () => {
	expect(heardLabel(heard('live'))).toBe('French');
	expect(heardLabel(heard('live', { understood: ['en'] }))).toBe('Floor: English');
	expect(troubleWords(heard('suspended'))).toBe(
		'Interpretation into French is suspended: the sound from the floor cannot be understood. You hear the floor.',
	);
});

test('what is said of a change is the choice, and what is heard by it', () => {
	expect(hearingNews(meeting('live'), heard('live', { channel: null }), heard('live'))).toEqual([
		'Channel: French.',
		'You hear French, interpreted by Clara Whitlock.',
	]);
	expect(hearingNews(meeting('live'), heard('live'), heard('live'))).toEqual([]);
	expect(hearingNews(meeting('live'), undefined, heard('live'))).toEqual([]);
});
