import { noInterpretation } from '../../meeting/interpretation';
import { expect, test } from 'vitest';

import type { MeetingState } from '../../meeting/state';
import { planOf } from '../../fixtures/plan';
import type { Presence } from '../../wire/types';
import { announcements } from './announce';

const here: Presence = { state: 'here', devices: { microphone: true, camera: true } };

const meeting = (more: Partial<MeetingState>): MeetingState => ({
	summit: 's',
	you: 'meridia-head',
	plan: planOf(2),
	phase: { state: 'plenary', revealed_at: 0 },
	sequence: 1,
	presence: { 'meridia-head': here },
	devices: {},
	departed: [],
	floor: { holder: null, queue: [], stood_ms: 0, stands_since: null },
	agenda: null,
	interpretation: noInterpretation(planOf(2)),
	interpreting: [],
	audience: {},
	signal: null,
	caucuses: [],
	whispering: [],
	sources: [],
	speaking: [],
	quality: {},
	slots: {},
	paused: [],
	reduced: [],
	revealed: true,
	...more,
});

test('who comes, drops and goes is said, but not oneself', () => {
	const absent = meeting({ presence: {} });
	const present = meeting({ presence: { 'vesland-head': here, 'meridia-head': here } });
	const dropped = meeting({ presence: { 'vesland-head': { state: 'reconnecting' }, 'meridia-head': here } });
	expect(announcements(absent, present)).toEqual(['Anneke Sorensdottir-Whitcombe is here']);
	expect(announcements(present, dropped)).toEqual(['Anneke Sorensdottir-Whitcombe: connection lost']);
	expect(announcements(dropped, absent)).toEqual(['Anneke Sorensdottir-Whitcombe has left']);
});

test('the floor is said before anything else', () => {
	const before = meeting({ floor: { holder: null, queue: ['vesland-foreign'], stood_ms: 0, stands_since: null } });
	const given = meeting({
		floor: { holder: ['vesland-foreign', 0], queue: ['vesland-head'], stood_ms: 0, stands_since: null },
		agenda: 'river',
	});
	expect(announcements(before, given)).toEqual([
		'Magnus Okoye has the floor',
		'Agenda: Navigation and water levels on the River Anse',
		'Anneke Sorensdottir-Whitcombe asks for the floor',
	]);
	expect(announcements(given, before)).toContain('The floor is free again.');
});

test('trouble of the own line is said in words that one can act on, and that it is over; not that of others', () => {
	const well = { grade: 'good', symptom: null } as const;
	const weak = { grade: 'fair', symptom: 'upload_rate' } as const;
	const of = (quality: MeetingState['quality'][string]): MeetingState =>
		meeting({ quality: { 'meridia-head': quality } });
	expect(announcements(meeting({}), of(well))).toEqual([]);
	expect(announcements(of(well), of(weak))).toEqual(['Weak upload: your picture is reduced, your voice is not']);
	expect(announcements(of(weak), of({ ...weak }))).toEqual([]);
	expect(announcements(of(weak), of(well))).toEqual(['Good connection']);
	expect(announcements(meeting({}), meeting({ quality: { 'vesland-head': weak } }))).toEqual([]);
});

test('one’s own turn is said as such', () => {
	const mine = meeting({ floor: { holder: ['meridia-head', 0], queue: [], stood_ms: 0, stands_since: null } });
	expect(announcements(meeting({}), mine)).toEqual(['You have the floor']);
	const raised = meeting({
		floor: { holder: null, queue: ['vesland-head', 'meridia-head'], stood_ms: 0, stands_since: null },
	});
	const alone = meeting({ floor: { holder: null, queue: ['vesland-head'], stood_ms: 0, stands_since: null } });
	expect(announcements(alone, raised)).toEqual(['Your place: 2']);
});

test('voices and devices are not announced', () => {
	const muted: Presence = { state: 'here', devices: { microphone: false, camera: false } };
	const after = meeting({ presence: { 'meridia-head': muted }, speaking: ['meridia-head'] });
	expect(announcements(meeting({}), after)).toEqual([]);
});

test('the opening is said as one, and many arrivals as a number', () => {
	const everybody = Object.fromEntries(
		planOf(2).delegations.flatMap((side) => side.seats.map((seat) => [seat.id, here] as const)),
	);
	const closed = meeting({ revealed: false });
	const full = meeting({ presence: everybody });
	expect(announcements(undefined, closed)).toEqual([]);
	expect(announcements(undefined, full)).toEqual(['The plenary is open.']);
	expect(announcements(closed, closed)).toEqual([]);
	expect(announcements(closed, full)).toEqual(['The plenary is open.']);
	expect(announcements(meeting({}), full)).toEqual(['Here: 8 of 9']);
});

const caucus = (inside: string[]): MeetingState['caucuses'] => [
	{ caucus: 'caucus-1', called: ['meridia-head', 'vesland-foreign', 'vesland-head'], inside },
];

test('from the plenary, who goes into a caucus and who comes back is said', () => {
	const away = meeting({ caucuses: caucus(['vesland-foreign']) });
	expect(announcements(meeting({}), away)).toEqual(['Magnus Okoye is in a caucus']);
	expect(announcements(away, meeting({}))).toEqual(['Magnus Okoye is back in the plenary']);
});

test('in a caucus, one’s own way in and out is said, and who comes and goes', () => {
	const alone = meeting({ caucuses: caucus(['meridia-head']) });
	const both = meeting({ caucuses: caucus(['meridia-head', 'vesland-foreign']) });
	expect(announcements(meeting({}), alone)).toEqual(['You are in a caucus: nobody outside hears you.']);
	expect(announcements(alone, both)).toEqual(['Magnus Okoye came into the caucus']);
	expect(announcements(both, alone)).toEqual(['Magnus Okoye left the caucus']);
	expect(announcements(alone, meeting({}))).toEqual(['You are back in the plenary.']);
});

test('a whisper is said when it begins, and one’s own also when it ends', () => {
	const other = meeting({ whispering: ['meridia-foreign'] });
	expect(announcements(meeting({}), other)).toEqual(['Ines Valdoro whispers to your delegation']);
	expect(announcements(other, meeting({}))).toEqual([]);
	const own = meeting({ whispering: ['meridia-head'] });
	expect(announcements(meeting({}), own)).toEqual(['You are whispering: only your delegation hears you.']);
	expect(announcements(own, meeting({}))).toEqual(['Everybody hears you again.']);
});
