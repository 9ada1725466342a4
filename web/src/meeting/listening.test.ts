import { describe, expect, test } from 'vitest';

import { planOf } from '../fixtures/plan';
import type { InterpretationView, Source, SuspensionReason } from '../wire/types';
import { noInterpretation } from './interpretation';
import {
	NO_SILENCE,
	choiceOf,
	gainOf,
	hearing,
	interpretedInto,
	isSilent,
	lastSpeaker,
	mayListen,
	nextChoice,
	silenceAfter,
	silentAt,
} from './listening';
import type { Wishes } from './listening';
import type { MeetingState } from './state';
import { mayBeGiven, rights, secretariat } from './selectors';

const plan = planOf(2, 0, true);
const LIVE = 'interpreter-fr';

const wishes = (more: Partial<Wishes> = {}): Wishes => ({
	channel: 'fr',
	locked: false,
	floorLevel: 0.1,
	understood: ['fr'],
	...more,
});

const here = { state: 'here', devices: { microphone: true, camera: true } } as const;

function meeting(more: Partial<MeetingState> = {}, change: Partial<InterpretationView> = {}): MeetingState {
	const view = noInterpretation(plan);
	const booths = view.booths.map((booth) =>
		booth.booth === 'french' ? { ...booth, open: [{ seat: LIVE, since: 0 }] } : booth,
	);
	return {
		you: 'meridia-head',
		plan,
		phase: { state: 'plenary', revealed_at: 0 },
		presence: { 'meridia-head': here, 'vesland-head': here, [LIVE]: here },
		devices: {},
		departed: [],
		floor: { holder: ['vesland-head', 0], queue: [], stood_ms: 0, stands_since: null },
		interpretation: { ...view, booths, ...change },
		interpreting: [],
		caucuses: [],
		whispering: [],
		sources: [],
		speaking: ['vesland-head'],
		quality: {},
		slots: {},
		reduced: [],
		revealed: true,
		...more,
	} as unknown as MeetingState;
}

const suspended = (reason: SuspensionReason): MeetingState => {
	const before = meeting();
	const booths = before.interpretation.booths.map((booth) => ({ ...booth, suspended: { reason, since: 0 } }));
	return { ...before, interpretation: { ...before.interpretation, booths } };
};

const microphone = (seat: string): Source => ({ id: 1, seat, kind: 'microphone' });
const heard = (state: MeetingState, wished = wishes(), silent = false) =>
	hearing(state, wished, lastSpeaker(state, undefined), silent);

describe('the choice', () => {
	test('of who never chose is the first own language that has a channel', () => {
		expect(choiceOf(meeting(), wishes({ channel: undefined, understood: ['de', 'fr-CA', 'ru'] }))).toBe('fr');
		expect(choiceOf(meeting(), wishes({ channel: undefined, understood: undefined }))).toBeUndefined();
	});

	test('made at another summit, of what there is not here, counts as none; the floor stays the floor', () => {
		expect(choiceOf(meeting(), wishes({ channel: 'es' }))).toBe('fr');
		expect(choiceOf(meeting(), wishes({ channel: null }))).toBeUndefined();
	});

	test('goes round by one key', () => {
		expect(nextChoice(meeting(), undefined)).toBe('fr');
		expect(nextChoice(meeting(), 'fr')).toBe('ru');
		expect(nextChoice(meeting(), 'ar')).toBeUndefined();
	});

	test('is nobody’s who works in a booth or receives nothing', () => {
		expect(mayListen(meeting())).toBe(true);
		expect(mayListen(meeting({ you: LIVE }))).toBe(false);
		expect(mayListen(meeting({ you: 'technician' }))).toBe(false);
		expect(mayListen(meeting({ plan: planOf(2) }))).toBe(false);
	});
});

describe('what is heard', () => {
	test('is the channel with the floor under it, while one does not understand who speaks', () => {
		const now = heard(meeting());
		expect(now).toMatchObject({ language: 'fr', interpreter: LIVE, trouble: undefined });
		expect(gainOf(meeting(), now, microphone(LIVE))).toBe(1);
		expect(gainOf(meeting(), now, microphone('vesland-head'))).toBe(0.1);
		expect(gainOf(meeting(), now, microphone('interpreter-ru'))).toBe(0);
	});

	test('is the floor when one understands it, unless one keeps to the channel', () => {
		const both = wishes({ understood: ['fr', 'en'] });
		expect(heard(meeting(), both)).toMatchObject({ language: 'en', blend: { floor: 1, instead: 'understood' } });
		expect(heard(meeting(), { ...both, locked: true })).toMatchObject({ language: 'fr', blend: { floor: 0.1 } });
	});

	test('is the floor when the channel’s own language is spoken, also for who keeps to it', () => {
		const french = meeting({}, { spoken: { 'vesland-head': 'fr' } });
		const now = heard(french, wishes({ locked: true }), true);
		expect(now).toMatchObject({ language: 'fr', blend: { floor: 1, heard: 'floor' }, trouble: undefined });
	});

	test('stays as it was between two words', () => {
		const quiet = meeting({ floor: { holder: null, queue: [], stood_ms: 0, stands_since: null }, speaking: [] });
		expect(lastSpeaker(quiet, 'vesland-head')).toBe('vesland-head');
		const apart = { ...quiet, caucuses: [{ caucus: 'c', called: [], inside: ['vesland-head'] }] };
		expect(lastSpeaker(apart, 'vesland-head')).toBeUndefined();
	});

	test('comes with its trouble: suspended, closed, not carried, silent', () => {
		expect(heard(suspended('too_fast')).trouble).toEqual({ why: 'suspended', reason: 'too_fast' });
		expect(heard(meeting({}, { closed: ['fr'] })).trouble).toEqual({ why: 'closed' });
		expect(heard(meeting(), wishes({ channel: 'ru' })).trouble).toEqual({ why: 'not_carried' });
		expect(heard(meeting(), wishes(), true)).toMatchObject({ trouble: { why: 'silent' }, blend: { floor: 1 } });
	});

	test('has no trouble for who understands the speaker', () => {
		expect(heard(suspended('too_fast'), wishes({ understood: ['fr', 'en'] })).trouble).toBeUndefined();
	});

	test('is everybody in consecutive mode, the interpreter in their turn', () => {
		const speaking = meeting({}, { mode: 'consecutive' });
		expect(heard(speaking, wishes({ channel: null }))).toMatchObject({ language: 'en', blend: { floor: 1 } });
		const rendering = meeting({}, { mode: 'consecutive', rendering: 5 });
		const now = heard(rendering, wishes({ channel: null }));
		expect(now).toMatchObject({ language: 'fr', interpreter: LIVE, blend: { heard: 'channel' } });
		expect(gainOf(rendering, now, microphone(LIVE))).toBe(1);
	});
});

test('one is interpreted into what is carried here, and not into the own language', () => {
	expect(interpretedInto(meeting(), 'vesland-head')).toEqual(['fr']);
	expect(interpretedInto(meeting({}, { spoken: { 'vesland-head': 'fr' } }), 'vesland-head')).toEqual([]);
	const caucus = { caucus: 'c', called: [], inside: ['meridia-head', 'vesland-head'] };
	expect(interpretedInto(meeting({ caucuses: [caucus] }), 'vesland-head')).toEqual([]);
});

describe('a silent booth', () => {
	test('is one that says nothing for five seconds of the floor’s speech, however that is interrupted', () => {
		let silence = silenceAfter(NO_SILENCE, meeting(), 'fr', 0);
		expect(silentAt(silence, 0)).toBe(5000);
		silence = silenceAfter(silence, meeting({ speaking: [] }), 'fr', 3000);
		expect(silentAt(silence, 3000)).toBeUndefined();
		silence = silenceAfter(silence, meeting(), 'fr', 60_000);
		expect([isSilent(silence, 61_000), isSilent(silence, 62_000)]).toEqual([false, true]);
	});

	test('begins anew with its next word, and is none where nobody works', () => {
		let silence = silenceAfter(NO_SILENCE, meeting(), 'fr', 0);
		silence = silenceAfter(silence, meeting({ interpreting: [LIVE] }), 'fr', 4000);
		expect(isSilent(silence, 60_000)).toBe(false);
		expect(silenceAfter(silence, meeting(), 'ru', 60_000)).toBe(NO_SILENCE);
	});
});

describe('who works in a booth', () => {
	test('sits at no table and is given no floor', () => {
		expect(secretariat(meeting()).map(({ seat }) => seat.id)).toEqual(['chair', 'technician']);
		expect(mayBeGiven(meeting({ you: 'chair' })).map(({ seat }) => seat.id)).not.toContain(LIVE);
		expect(rights(meeting({ you: LIVE })).raiseHand).toBe(false);
	});
});
