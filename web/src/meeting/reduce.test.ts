import { describe, expect, test } from 'vitest';

import type { Event, Refusal, ServerMessage } from '../wire/types';
import { recording, recordings } from './fixtures';
import { reduce, revealDueAt, stageOf } from './reduce';
import { initial } from './state';
import type { Action, Input, State } from './state';

/** The server's clock in the recordings is ahead of this computer's by this much. */
const OFFSET = 500;
const BEGIN = 1_790_000_000_000 - OFFSET;

const hear = (state: State, message: ServerMessage, at = BEGIN): State =>
	reduce(state, { type: 'message', message, at });

const replay = (name: string): State =>
	recording(name).messages.reduce((state, message) => hear(state, message), initial);

const apply = (state: State, ...inputs: Input[]): State => inputs.reduce(reduce, state);

describe('a recorded meeting leads to the view that the server has', () => {
	test.each(recordings)('%s', (_name, { seat, messages, view }) => {
		const { meeting } = messages.reduce((state, message) => hear(state, message), initial);
		expect(meeting).toMatchObject({ you: seat, ...view });
		expect(Object.keys(meeting?.presence ?? {}).sort()).toEqual(Object.keys(view.presence).sort());
	});
});

describe('the reveal', () => {
	test('waits for its instant by the server’s clock', () => {
		const decided = apply(replay('reveal'), { type: 'entered' });
		const due = BEGIN + 16_000;
		expect(revealDueAt(decided)).toBe(due);
		expect(stageOf(decided).name).toBe('lobby');
		expect(stageOf(apply(decided, { type: 'tick', at: due - 1 })).name).toBe('lobby');
		expect(stageOf(apply(decided, { type: 'tick', at: due })).name).toBe('plenary');
	});

	test('moves when the server’s clock becomes better known, and is never taken back', () => {
		const decided = apply(replay('reveal'), { type: 'entered' }, { type: 'clock', offset: 700, at: BEGIN });
		expect(revealDueAt(decided)).toBe(BEGIN + 16_000 - 200);
		const revealed = apply(decided, { type: 'tick', at: BEGIN + 16_000 }, { type: 'clock', offset: 0, at: BEGIN + 1 });
		expect(revealed.meeting?.revealed).toBe(true);
		expect(revealDueAt(revealed)).toBeUndefined();
	});

	test('is past for who arrives later', () => {
		const [welcome] = recording('floor').messages;
		if (!welcome) throw new Error('the recording is empty');
		const late = hear(initial, { ...welcome, now: BEGIN + 99_000 } as ServerMessage, BEGIN + 99_000 - OFFSET);
		expect(late.meeting?.revealed).toBe(true);
	});
});

describe('a connection that comes back', () => {
	const lost = apply(replay('floor'), { type: 'connection', connection: 'lost', at: BEGIN + 5 });
	const [welcome] = recording('floor').messages as [Extract<ServerMessage, { type: 'welcome' }>];
	const withSlots = hear(lost, { type: 'media.slots', slots: [{ mid: '7', source: 7, delivery: 'whole' }] });

	test('remembers since when it was lost', () => {
		expect(lost).toMatchObject({ connection: 'lost', lostAt: BEGIN + 5 });
		const still = apply(lost, { type: 'connection', connection: 'lost', at: BEGIN + 900 });
		expect(still.lostAt).toBe(BEGIN + 5);
		expect(hear(still, welcome)).toMatchObject({ connection: 'open', lostAt: null });
	});

	test('takes the meeting from the welcome, not from before', () => {
		expect(hear(lost, welcome).meeting).toMatchObject({ sequence: 5, agenda: null });
	});

	test('keeps what the m-lines carry only while the server has the media connection', () => {
		expect(hear(withSlots, welcome).meeting?.slots).toEqual({ '7': 7 });
		expect(hear(withSlots, { ...welcome, media: false }).meeting?.slots).toEqual({});
		const paused = hear(withSlots, { type: 'media.slots', slots: [{ mid: '7', source: 7, delivery: 'paused' }] });
		expect(paused.meeting?.paused).toEqual(['7']);
		const reduced = hear(paused, { type: 'media.slots', slots: [{ mid: '7', source: 7, delivery: 'reduced' }] });
		expect(reduced.meeting).toMatchObject({ paused: [], reduced: ['7'] });
		expect(hear(reduced, { type: 'media.slots', slots: [{ mid: '7', source: 7, delivery: 'whole' }] })).toEqual(
			withSlots,
		);
	});

	test('knows nothing of the m-lines of a new media connection until it is said', () => {
		expect(apply(withSlots, { type: 'media_renewed' }).meeting?.slots).toEqual({});
	});
});

describe('who leaves', () => {
	const presence = (state: State, what: 'arriving' | 'absent'): State =>
		hear(state, { type: 'presence', seat: 'meridia-head', presence: { state: what } });
	const watched = replay('floor');

	test('is told from who has not come yet, until coming back', () => {
		expect(watched.meeting?.departed).toEqual(['meridia-1']);
		const gone = presence(watched, 'absent');
		expect(gone.meeting?.departed).toEqual(['meridia-1', 'meridia-head']);
		expect(presence(gone, 'arriving').meeting?.departed).toEqual(['meridia-1']);
	});

	test('takes along what was known of the line', () => {
		const quality = { grade: 'poor', symptom: 'delay' } as const;
		const known = ['meridia-head', 'chair'].reduce(
			(state, seat) => hear(state, { type: 'quality', seat, quality }),
			watched,
		);
		expect(presence(known, 'arriving').meeting?.quality).toMatchObject({ 'meridia-head': quality });
		const { meeting } = presence(presence(known, 'absent'), 'arriving');
		expect(meeting?.quality['meridia-head']).toBeUndefined();
		expect(meeting?.quality['chair']).toEqual(quality);
	});
});

describe('a good-bye that is not for good', () => {
	test('is remembered until the server welcomes again', () => {
		const known = replay('floor');
		const gone = hear(known, { type: 'bye', reason: 'restart' });
		expect(gone.lostBecause).toBe('restart');
		expect(stageOf(gone)).toEqual(stageOf(known));
		expect(hear(gone, recording('floor').messages[0] as ServerMessage).lostBecause).toBeNull();
	});
});

describe('an event', () => {
	const state = replay('floor');
	const event = (sequence: number, what: Event): ServerMessage => ({ type: 'event', sequence, at: 1, event: what });

	test('that is known already changes nothing', () => {
		expect(hear(state, event(14, { type: 'floor.raised', seat: 'chair' }))).toBe(state);
	});

	test('before the welcome changes nothing', () => {
		expect(hear(initial, event(1, { type: 'floor.raised', seat: 'chair' }))).toBe(initial);
	});

	test('of the end leads to the goodbye and silences everybody', () => {
		const ended = hear(state, event(15, { type: 'summit.ended', by: 'chair' }));
		expect(stageOf(ended).name).toBe('ended');
		expect(ended.meeting).toMatchObject({ sources: [], speaking: [], slots: {} });
	});
});

describe('the stages', () => {
	const plan = (recording('reveal').messages[0] as Extract<ServerMessage, { type: 'welcome' }>).plan;
	const arrived = apply(initial, { type: 'arrived', summit: 's', you: 'vesland-head', plan });
	const names = (...inputs: Input[]): string[] => {
		let state = initial;
		return inputs.map((input) => stageOf((state = reduce(state, input))).name);
	};

	test('lead from the link to the lobby', () => {
		expect(stageOf(initial).name).toBe('opening');
		expect(
			names({ type: 'arrived', summit: 's', you: 'vesland-head', plan }, { type: 'entered' }, { type: 'left' }),
		).toEqual(['preflight', 'lobby', 'left']);
	});

	test('come back to the pre-flight after leaving', () => {
		const back = apply(arrived, { type: 'entered' }, { type: 'left' }, { type: 'returned' });
		expect(stageOf(back).name).toBe('preflight');
	});

	test('ask which device stays, until one was welcomed', () => {
		const asked = hear(arrived, { type: 'seat_taken', device: 'Firefox · Linux', since: 5 });
		expect(stageOf(asked)).toEqual({ name: 'seat_taken', device: 'Firefox · Linux', since: 5 });
		const [welcome] = recording('reveal').messages;
		if (welcome) expect(stageOf(hear(asked, welcome)).name).toBe('preflight');
	});

	test.each([
		['taken_over', 'problem'],
		['link_refused', 'problem'],
		['protocol', 'problem'],
		['malformed', 'problem'],
		['restart', 'preflight'],
		['too_slow', 'preflight'],
		['left', 'left'],
		['ended', 'ended'],
	] as const)('after the goodbye "%s": %s', (reason, stage) => {
		expect(stageOf(hear(arrived, { type: 'bye', reason })).name).toBe(stage);
	});

	test('know that the summit is over even if they never saw it', () => {
		expect(stageOf(hear(initial, { type: 'bye', reason: 'ended' })).name).toBe('ended');
	});
});

describe('what was asked', () => {
	const asked = apply(replay('floor'), { type: 'asked', id: 'r1', action: { type: 'floor.raise' } });

	test('is pending until it is answered', () => {
		expect(asked.pending).toHaveLength(1);
		const done = hear(asked, { type: 'reply', id: 'r1', outcome: { result: 'done' } });
		expect(done).toMatchObject({ pending: [], notices: [] });
	});

	test('and refused is told, until it was read', () => {
		const refused = hear(asked, { type: 'reply', id: 'r1', outcome: { result: 'refused', why: 'already_raised' } });
		expect(refused.notices).toEqual([{ id: 'r1', action: 'floor.raise', kind: 'refused', why: 'already_raised' }]);
		expect(apply(refused, { type: 'dismissed', id: 'r1' }).notices).toEqual([]);
	});

	test.each([
		[false, 'not_done'],
		[true, 'uncertain'],
	] as const)('and given up (sent: %s) is told as %s', (sent, kind) => {
		const given = apply(asked, { type: 'given_up', id: 'r1', sent });
		expect(given).toMatchObject({ pending: [], notices: [{ id: 'r1', action: 'floor.raise', kind }] });
	});

	test('and refused again for the same reason is told once, and anew', () => {
		const refuse = (state: State, id: string, action: Action, why: Refusal): State =>
			hear(apply(state, { type: 'asked', id, action }), { type: 'reply', id, outcome: { result: 'refused', why } });
		const once = refuse(asked, 'r2', { type: 'floor.give', seat: 'chair' }, 'not_here');
		const twice = refuse(once, 'r3', { type: 'floor.give', seat: 'meridia-1' }, 'not_here');
		expect(twice.notices.map(({ id }) => id)).toEqual(['r3']);
		const others = refuse(
			refuse(twice, 'r4', { type: 'floor.yield' }, 'not_here'),
			'r5',
			{ type: 'floor.yield' },
			'ended',
		);
		expect(others.notices.map(({ id }) => id)).toEqual(['r3', 'r4', 'r5']);
	});

	test('answers to other requests are nobody’s business', () => {
		expect(hear(asked, { type: 'reply', id: 'r2', outcome: { result: 'done' } })).toBe(asked);
	});
});

describe('caucuses', () => {
	let sequence = 100;
	const happens = (state: State, ...events: Event[]): State =>
		events.reduce((known, event) => hear(known, { type: 'event', sequence: (sequence += 1), at: BEGIN, event }), state);
	const called = ['meridia-head', 'vesland-head'];
	const opened: Event = { type: 'caucus.opened', caucus: 'caucus-1', called, by: 'meridia-head' };
	const enters = (seat: string, caucus = 'caucus-1'): Event => ({ type: 'caucus.entered', caucus, seat });
	const leaves = (seat: string): Event => ({ type: 'caucus.left', caucus: 'caucus-1', seat });
	const caucuses = (...events: Event[]): unknown => happens(replay('floor'), ...events).meeting?.caucuses;

	test('are opened by a call, and nobody is in there yet', () => {
		expect(caucuses(opened)).toEqual([{ caucus: 'caucus-1', called, inside: [] }]);
		expect(caucuses(opened, opened)).toHaveLength(1);
	});

	test('know who is in there; a person is in one at most', () => {
		const second: Event = { ...opened, caucus: 'caucus-2' };
		const both = caucuses(opened, second, enters('meridia-head'), enters('meridia-head', 'caucus-2'));
		expect(both).toMatchObject([{ inside: ['meridia-head'] }, { inside: [] }]);
	});

	test('are closed by the last one who comes back', () => {
		const inside = [opened, enters('meridia-head'), enters('vesland-head')];
		expect(caucuses(...inside, leaves('meridia-head'))).toMatchObject([{ inside: ['vesland-head'] }]);
		expect(caucuses(...inside, leaves('meridia-head'), leaves('vesland-head'))).toEqual([]);
	});

	test('are given up by who called before anybody went in', () => {
		expect(caucuses(opened, leaves('meridia-head'))).toEqual([]);
	});

	test('are over with the summit', () => {
		expect(caucuses(opened, { type: 'summit.ended', by: null })).toEqual([]);
	});
});

test('who whispers is known as long as the connection lasts', () => {
	const whispering = hear(replay('floor'), { type: 'whispering', seats: ['vesland-1'] });
	expect(whispering.meeting?.whispering).toEqual(['vesland-1']);
	const [welcome] = recording('floor').messages;
	if (!welcome) throw new Error('the recording is empty');
	expect(hear(whispering, welcome).meeting?.whispering).toEqual([]);
});

test('what is sealed changes nothing of the meeting', () => {
	const before = replay('floor');
	expect(hear(before, { type: 'cert.waiting' })).toBe(before);
	expect(hear(before, { type: 'seal.suspect', source: 7 })).toBe(before);
});
