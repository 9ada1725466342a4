import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';

import { FILE_MAX, type ChatMessage, type ChatThread } from '../../app/context';
import Given from '../../fixtures/Given.svelte';
import { planOf } from '../../fixtures/plan';
import type { MeetingState } from '../../meeting/state';
import { chatNews, excerpt, fileSize, grouped, peopleToWrite, percent, sendable, threadName, unreadOf } from './chat';
import MessageGroup from './MessageGroup.svelte';

const here = { state: 'here', devices: { microphone: true, camera: true } } as const;
const meeting = {
	you: 'meridia-head',
	plan: planOf(2),
	presence: { 'meridia-head': here, 'vesland-head': here, 'vesland-foreign': { state: 'reconnecting' } },
} as unknown as MeetingState;

const MINUTE = 60_000;

const message = (id: string, from: string, at: number, text = id): ChatMessage => ({
	id,
	from,
	at,
	mine: from === meeting.you,
	state: 'sent',
	kind: 'text',
	text,
});

const thread = (messages: readonly ChatMessage[], more: Partial<ChatThread> = {}): ChatThread => ({
	id: 'plenary',
	kind: 'plenary',
	with: undefined,
	messages,
	unread: messages.length,
	open: true,
	...more,
});

describe('messages', () => {
	test('of one person without a pause are one group', () => {
		const groups = grouped([
			message('1', 'vesland-head', 0),
			message('2', 'vesland-head', 4 * MINUTE),
			message('3', 'vesland-head', 8 * MINUTE),
			message('4', 'meridia-head', 8 * MINUTE),
			message('5', 'vesland-head', 9 * MINUTE),
			message('6', 'vesland-head', 15 * MINUTE),
		]);
		expect(groups.map(({ messages }) => messages.map(({ id }) => id))).toEqual([['1', '2', '3'], ['4'], ['5'], ['6']]);
		expect(groups.map(({ at }) => at / MINUTE)).toEqual([0, 8, 9, 15]);
		expect(groups.map(({ mine }) => mine)).toEqual([false, true, false, false]);
	});

	test('keep the name of their group while it grows', () => {
		const one = grouped([message('1', 'vesland-head', 0)]);
		const two = grouped([message('1', 'vesland-head', 0), message('2', 'vesland-head', 1)]);
		expect(two[0]?.id).toBe(one[0]?.id);
	});

	test('are text and never markup, each in its own direction', () => {
		const [group] = grouped([message('1', 'vesland-head', 0, '<b>https://archive.invalid/?a=1&b=2</b>')]);
		const client = { meeting, seal: { chat: {} } };
		const { body } = render(Given, { props: { client, view: MessageGroup, props: { group } } as never });
		expect(body).toContain('&lt;b>https://archive.invalid/?a=1&amp;b=2&lt;/b>');
		expect(body).not.toMatch(/<b>|<a /);
		expect(body).toContain('dir="auto"');
	});
});

describe('conversations', () => {
	test('are called after who reads them', () => {
		expect(threadName(meeting, thread([]))).toBe('Everybody');
		expect(threadName(meeting, { kind: 'side', with: undefined })).toBe('My delegation');
		expect(threadName({ ...meeting, you: 'chair' }, { kind: 'side', with: undefined })).toBe('Secretariat');
		expect(threadName(meeting, { kind: 'pair', with: 'vesland-foreign' })).toBe('Magnus Okoye');
	});

	test('show their last words on one line', () => {
		expect(excerpt(thread([]))).toBe('Nothing has been written yet.');
		expect(excerpt(thread([message('1', 'vesland-head', 0, 'One\n  two')]))).toBe('One two');
	});

	test('count what was not read', () => {
		expect(unreadOf([thread([], { unread: 2 }), thread([], { unread: 1 })])).toBe(3);
	});

	test('can be begun with who is here and is in none', () => {
		const names = (threads: readonly ChatThread[]): string[] =>
			peopleToWrite(meeting, threads).map(({ seat }) => seat.id);
		expect(names([])).toEqual(['vesland-head', 'vesland-foreign']);
		expect(names([thread([], { kind: 'pair', with: 'vesland-head' })])).toEqual(['vesland-foreign']);
	});
});

describe('news', () => {
	const old = thread([message('1', 'vesland-head', 0)]);
	const fresh = thread([...old.messages, message('2', 'vesland-foreign', 1)]);

	test('say who wrote where, and not what', () => {
		expect(chatNews(meeting, [old], [fresh], undefined)).toEqual(['Everybody: new message from Magnus Okoye']);
	});

	test('are none for what is on the screen, is one’s own, or was there at first', () => {
		expect(chatNews(meeting, [old], [fresh], 'plenary')).toEqual([]);
		expect(chatNews(meeting, undefined, [fresh], undefined)).toEqual([]);
		const own = thread([...old.messages, message('2', 'meridia-head', 1)]);
		expect(chatNews(meeting, [old], [own], undefined)).toEqual([]);
		expect(chatNews(meeting, [old], [{ ...old, unread: 0 }], undefined)).toEqual([]);
	});

	test('are counted when they are many', () => {
		const threads = ['a', 'b', 'c'].map((id) => thread([message(id, 'vesland-head', 0)], { id, unread: 2 }));
		expect(chatNews(meeting, [], threads, undefined)).toEqual(['New messages: 6']);
	});
});

describe('files', () => {
	test('that are too large are refused before they are sent', () => {
		const files = [
			{ name: 'fits', size: FILE_MAX },
			{ name: 'empty', size: 0 },
			{ name: 'too large', size: FILE_MAX + 1 },
		];
		const { fit, tooLarge } = sendable(files);
		expect(fit.map(({ name }) => name)).toEqual(['fits', 'empty']);
		expect(tooLarge).toEqual(['too large']);
	});

	test('have a size and a part in the words of the language', () => {
		expect(fileSize(0)).toBe('0 kB');
		expect(fileSize(2000)).toBe('2 kB');
		expect(fileSize(2.4 * 1_048_576)).toBe('2.4 MB');
		expect(percent(0.623)).toBe('62%');
		expect(percent(1.2)).toBe('100%');
	});
});
