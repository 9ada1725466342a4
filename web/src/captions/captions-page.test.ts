import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { planOf } from '../fixtures/plan';
import type { Text } from '../seal/mls-messages';
import { PageCaptions } from './captions.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const plan = planOf(2);
const secretariat = plan.secretariat.map((seat) => ({
	...seat,
	id: 'steno',
	role: 'captioner' as const,
	languages: ['en'],
}));
const meeting = { you: 'steno', plan: { ...plan, secretariat } };

/** A page whose line is up or down, and what got to the group. */
function page() {
	const written: string[] = [];
	const line = { up: true, groups: ['plenary', 'caucus-1'], group: 'plenary' };
	const captions: PageCaptions = new PageCaptions({
		meeting: () => meeting,
		group: () => line.group,
		isOpen: (group) => line.groups.includes(group),
		now: () => 0,
		write: async (group, text: Text) => {
			if (!line.up || !line.groups.includes(group) || text.type !== 'caption') throw new Error('lost');
			written.push(text.text);
			captions.hear({ group, seq: written.length, by: 'steno', text });
		},
	});
	return { written, line, captions };
}

const passing = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test('what was typed while the line was down gets there afterwards, in its order, and is on the screen all the while', async () => {
	const { written, line, captions } = page();
	line.up = false;
	captions.send('one', 'en', null);
	captions.send('two', 'en', null);
	await passing(5000);
	expect(captions.own.map(({ text, state }) => `${text} ${state}`)).toEqual(['one waiting', 'two waiting']);
	line.up = true;
	await passing(1000);
	expect(written).toEqual(['one', 'two']);
	expect(captions.own.map(({ text, state }) => `${text} ${state}`)).toEqual(['one sent', 'two sent']);
	expect(captions.all).toHaveLength(2);
});

test('a correction follows its line', async () => {
	const { written, line, captions } = page();
	captions.send('fourty', 'en', null);
	await passing(0);
	line.up = false;
	for (const own of captions.own) captions.correct(own, 'forty');
	expect(captions.own.map(({ text }) => text)).toEqual(['forty']);
	line.up = true;
	await passing(1000);
	expect(written).toEqual(['fourty', 'forty']);
	expect(captions.all.map(({ text, corrected }) => [text, corrected])).toEqual([['forty', true]]);
});

test('what was typed for a caucus that is over holds nothing back', async () => {
	const { written, line, captions } = page();
	line.group = 'caucus-1';
	line.up = false;
	captions.send('apart', 'en', null);
	await passing(0);
	[line.up, line.group, line.groups] = [true, 'plenary', ['plenary']];
	captions.send('all', 'en', null);
	await passing(2000);
	expect(written).toEqual(['all']);
});
