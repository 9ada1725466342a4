import { expect, test } from 'vitest';

import type { ChatMessage } from '../app/context';
import {
	NO_CONVERSATIONS,
	kindOf,
	otherOf,
	threadsOf,
	withAllRead,
	withChange,
	withFile,
	withMessage,
} from './conversations';

const SEATS = ['meridia-head', 'meridia-1', 'vesland-head'];

const text = (id: string, mine = false, state: ChatMessage['state'] = 'sent'): ChatMessage => ({
	id,
	from: mine ? 'meridia-head' : 'vesland-head',
	at: Number(id.replace(/\D/g, '')),
	mine,
	state,
	kind: 'text',
	text: id,
});

const ids = (all: typeof NO_CONVERSATIONS, group: string): string[] | undefined =>
	all.get(group)?.messages.map(({ id }) => id);

test('what others write stands before what is still on its way, and counts as unread', () => {
	let all = withMessage(NO_CONVERSATIONS, 'plenary', text('m1'));
	all = withMessage(all, 'plenary', text('m2', true, 'sending'));
	all = withMessage(all, 'plenary', text('m3'));
	expect(ids(all, 'plenary')).toEqual(['m1', 'm3', 'm2']);
	expect(all.get('plenary')?.unread).toBe(2);
	expect(withAllRead(all, 'plenary').get('plenary')?.unread).toBe(0);
	expect(withAllRead(all, 'side-meridia')).toBe(all);
});

test('a message that comes again is there once', () => {
	const all = withMessage(NO_CONVERSATIONS, 'plenary', text('m1'));
	expect(withMessage(all, 'plenary', text('m1'))).toBe(all);
});

test('a message changes where it stands', () => {
	const all = withMessage(NO_CONVERSATIONS, 'plenary', text('m1', true, 'sending'));
	const failed = withChange(all, 'm1', (message) => ({ ...message, state: 'failed' }));
	expect(failed.get('plenary')?.messages[0]?.state).toBe('failed');
	expect(withChange(all, 'm9', (message) => ({ ...message, state: 'failed' }))).toBe(all);
	expect(withFile(all, 'm1', { progress: 1 }).get('plenary')?.messages[0]).toEqual(text('m1', true, 'sending'));
});

test.each([
	['plenary', 'plenary'],
	['side-meridia', 'side'],
	['caucus-1', 'caucus'],
	['pair-0-2', 'pair'],
	['side-', undefined],
	['elsewhere', undefined],
])('the group %s is of the kind %s', (group, kind) => {
	expect(kindOf(group)).toBe(kind);
});

test('a pair is named by places, and the other one is whom it is with', () => {
	expect(otherOf('pair-0-2', SEATS, 'meridia-head')).toBe('vesland-head');
	expect(otherOf('pair-0-2', SEATS, 'vesland-head')).toBe('meridia-head');
	expect(otherOf('pair-0-9', SEATS, 'meridia-head')).toBeUndefined();
	expect(otherOf('plenary', SEATS, 'meridia-head')).toBeUndefined();
});

test('everybody comes first, then one’s own, the caucus, and pairs by their latest word', () => {
	let all = withMessage(NO_CONVERSATIONS, 'pair-0-1', text('m5'));
	all = withMessage(all, 'pair-0-2', text('m7'));
	all = withMessage(all, 'caucus-1', text('m6'));
	const groups = ['pair-0-1', 'side-meridia', 'pair-0-2', 'plenary'].map((group) => ({ group, open: true }));
	const threads = threadsOf(all, groups, SEATS, 'meridia-head');
	expect(threads.map(({ id, open, with: other }) => [id, open, other])).toEqual([
		['plenary', true, undefined],
		['side-meridia', true, undefined],
		// It is over, and what was said there can still be read.
		['caucus-1', false, undefined],
		['pair-0-2', true, 'vesland-head'],
		['pair-0-1', true, 'meridia-1'],
	]);
});
