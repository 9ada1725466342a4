import { expect, test } from 'vitest';

import type { OwnLine } from '../../captions/captions';
import { planOf } from '../../fixtures/plan';
import type { MeetingState } from '../../meeting/state';
import { lineToCorrect, linesInSight, speakerFor, speakers } from './writing';

const plan = planOf(2);
const [chair] = plan.secretariat;
const secretariat = chair
	? [
			chair,
			{ ...chair, id: 'steno', role: 'captioner' as const },
			{ ...chair, id: 'clara', role: 'interpreter' as const },
		]
	: [];

const meeting = (holder?: string, speaking: string[] = []): MeetingState =>
	({
		you: 'steno',
		plan: { ...plan, secretariat },
		floor: { holder: holder === undefined ? null : [holder, 0] },
		caucuses: [],
		speaking,
	}) as unknown as MeetingState;

const line = (id: string, at: number): OwnLine => ({ id, at, language: 'en', speaker: null, text: id, state: 'sent' });

test('words are those of people with a voice of their own', () => {
	const ids = speakers(meeting()).map(({ id }) => id);
	expect(ids).toContain('chair');
	expect(ids).not.toContain('steno');
	expect(ids).not.toContain('clara');
});

test('a line has the words of who speaks when it is begun, unless it was chosen otherwise', () => {
	expect(speakerFor(meeting('vesland-head', ['chair']), 'now')).toBe('vesland-head');
	expect(speakerFor(meeting(undefined, ['chair']), 'now')).toBe('chair');
	expect(speakerFor(meeting(), 'now')).toBeNull();
	expect(speakerFor(meeting('vesland-head'), 'none')).toBeNull();
	expect(speakerFor(meeting('vesland-head'), 'meridia-head')).toBe('meridia-head');
	expect(speakerFor(meeting('vesland-head'), 'gone')).toBeNull();
});

test('the last line is corrected, for a minute', () => {
	const own = ['1', '2', '3', '4', '5'].map((id) => line(id, Number(id) * 1000));
	expect(linesInSight(own).map(({ id }) => id)).toEqual(['3', '4', '5']);
	expect(lineToCorrect(own, 6000)?.id).toBe('5');
	expect(lineToCorrect(own, 70_000)).toBeUndefined();
	expect(lineToCorrect([], 0)).toBeUndefined();
});
