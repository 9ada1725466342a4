import { describe, expect, it } from 'vitest';

import { interpretationOf, withBooths } from '../fixtures/booths.svelte';
import { wishOf } from '../fixtures/fake.svelte';
import { planOf } from '../fixtures/plan';
import type { BoothView } from '../wire/types';
import {
	alarmOf,
	handoverActions,
	handoverOf,
	incomingOf,
	lampOf,
	ownBooth,
	placedFor,
	presetsOf,
	shiftOf,
} from './booth';
import { takersOf, wouldLoop } from './booth';
import type { MeetingState } from './state';

const MINUTE = 60_000;
const [ONE, TWO] = ['booth-en-1', 'booth-en-2'];

function meetingWith(how: string, more: Partial<MeetingState> = {}): MeetingState {
	const plan = withBooths(planOf(2));
	const wish = wishOf(new URLSearchParams({ view: 'booth', booth: how }));
	const seats = [...plan.delegations.flatMap((side) => side.seats), ...plan.secretariat];
	const here = { state: 'here', devices: { microphone: true, camera: true } } as const;
	return {
		you: ONE,
		plan,
		presence: Object.fromEntries(seats.map(({ id }) => [id, here])),
		floor: { holder: ['vesland-head', 0], queue: [], stood_ms: 0, stands_since: null },
		interpretation: interpretationOf(plan, wish, 0),
		interpreting: [],
		caucuses: [],
		sources: [],
		speaking: ['vesland-head'],
		...more,
	} as unknown as MeetingState;
}

function boothIn(meeting: MeetingState): BoothView {
	const booth = ownBooth(meeting);
	if (!booth) throw new Error('no booth');
	return booth;
}

describe('what comes in', () => {
	it('falls back to the next pivot of the plan, else to the floor', () => {
		const meeting = meetingWith('relay');
		// Russian takes relay from English: the booth cannot, and French is the pivot of the plan.
		expect(incomingOf(meeting, boothIn(meeting))).toEqual({ wanted: 'ru', heard: 'fr', by: 'booth-fr-1' });
		const shut = { ...meeting, interpretation: { ...meeting.interpretation, closed: ['fr'] } };
		expect(incomingOf(shut, boothIn(shut))).toEqual({ wanted: 'ru', heard: null, by: undefined });
	});

	it('never leads back to what goes out', () => {
		const meeting = meetingWith('open');
		expect(wouldLoop(meeting, boothIn(meeting), 'en', 'ru')).toBe(true);
		expect(wouldLoop(meeting, boothIn(meeting), 'en', 'fr')).toBe(false);
		expect(wouldLoop(meeting, boothIn(meeting), 'en', 'en')).toBe(true);
		expect(takersOf(meeting, boothIn(meeting)).map(({ booth }) => booth)).toEqual(['ru']);
	});

	it('is selected by three keys: as assigned, else the floor and the best pivots', () => {
		const meeting = meetingWith('open');
		expect(presetsOf(meeting, boothIn(meeting), {})).toEqual([null, 'fr', 'ru']);
		expect(presetsOf(meeting, boothIn(meeting), { 1: 'ar', 2: 'xx' })).toEqual([null, 'ar', 'ru']);
	});

	it('silences the floor while a relay is heard', () => {
		const sources = [
			{ id: 1, seat: 'vesland-head', kind: 'microphone' as const },
			{ id: 2, seat: 'booth-fr-1', kind: 'microphone' as const },
			{ id: 3, seat: TWO, kind: 'microphone' as const },
		];
		const meeting = meetingWith('relay', { sources });
		const placed = placedFor(meeting, boothIn(meeting));
		expect([placed(1), placed(2), placed(3), placed(4)]).toEqual([
			{ as: 'floor', gain: 0 },
			{ as: 'relay', gain: 1 },
			{ as: 'partner', gain: 1 },
			undefined,
		]);
	});
});

describe('the microphone', () => {
	it.each([
		['open', 'open'],
		['both', 'second'],
		['shut', 'shut'],
	])('%s: %s', (how, lamp) => {
		const meeting = meetingWith(how);
		expect(lampOf(meeting, boothIn(meeting))).toBe(lamp);
	});

	it('waits for the turn in consecutive mode', () => {
		const simultaneous = meetingWith('open');
		const interpretation = { ...simultaneous.interpretation, mode: 'consecutive' as const };
		const meeting = { ...simultaneous, interpretation };
		expect(lampOf(meeting, boothIn(meeting))).toBe('waiting');
		const rendering = { ...meeting, interpretation: { ...interpretation, rendering: 1 } };
		expect(lampOf(rendering, boothIn(rendering))).toBe('open');
	});

	it('works for 25 minutes, is warned, and asks for relief at 30', () => {
		const booth = boothIn(meetingWith('open'));
		const since = booth.open[0]?.since ?? 0;
		const states = [24, 25, 29, 30].map((minutes) => shiftOf(booth, ONE, since + minutes * MINUTE)?.state);
		expect(states).toEqual(['working', 'nearly_over', 'nearly_over', 'over']);
		expect(shiftOf(booth, TWO, since)).toBeUndefined();
	});
});

describe('alarms', () => {
	it('tell both open, nobody open and open but silent', () => {
		const alarm = (meeting: MeetingState) => alarmOf(meeting, boothIn(meeting));
		expect(alarm(meetingWith('both', { speaking: [] }))).toBe('both');
		expect(alarm(meetingWith('nobody'))).toBe('nobody');
		expect(alarm(meetingWith('nobody', { speaking: [] }))).toBeUndefined();
		expect(alarm(meetingWith('open'))).toBe('silent');
		expect(alarm(meetingWith('open', { interpreting: [ONE] }))).toBeUndefined();
		expect(alarm(meetingWith('suspended'))).toBeUndefined();
	});

	it('are silent where the speaker speaks what the booth works into', () => {
		const meeting = meetingWith('nobody');
		const interpretation = { ...meeting.interpretation, spoken: { 'vesland-head': 'en-GB' } };
		expect(alarmOf({ ...meeting, interpretation }, boothIn(meeting))).toBeUndefined();
	});
});

describe('the handover', () => {
	it('is asked for, offered, or made at once', () => {
		const open = meetingWith('open');
		expect(handoverActions(open, boothIn(open), 'ask')).toEqual([{ type: 'booth.handover', to: TWO, after: null }]);
		const shut = meetingWith('shut');
		expect(handoverActions(shut, boothIn(shut), 'now')).toEqual([{ type: 'booth.handover', to: ONE, after: 0 }]);
		const nobody = meetingWith('nobody');
		expect(handoverActions(nobody, boothIn(nobody), 'ask')).toEqual([]);
	});

	it('is accepted by who was asked, and counted down for both', () => {
		const asked = meetingWith('asked');
		expect(handoverOf(boothIn(asked), ONE, 0)).toEqual({ kind: 'asked', takes: true });
		expect(handoverActions(asked, boothIn(asked), 'ask')).toEqual([{ type: 'booth.handover_accept' }]);
		const counting = meetingWith('counting');
		expect(handoverOf(boothIn(counting), ONE, 4000)).toEqual({
			kind: 'counting',
			takes: false,
			own: false,
			left: 5000,
		});
		expect(handoverOf(boothIn(counting), TWO, 4000)).toEqual({ kind: 'counting', takes: true, own: true, left: 5000 });
	});
});
