import { describe, expect, test } from 'vitest';

import type { ServerMessage } from '../wire/types';
import { recording } from './fixtures';
import { reduce } from './reduce';
import * as select from './selectors';
import { initial } from './state';
import type { MeetingState } from './state';

function after(name: string, changes: Partial<MeetingState> = {}): MeetingState {
	const hear = (state: typeof initial, message: ServerMessage): typeof initial =>
		reduce(state, { type: 'message', message, at: 1_790_000_000_000 });
	const { meeting } = recording(name).messages.reduce(hear, initial);
	if (!meeting) throw new Error('the recording has no welcome');
	return { ...meeting, ...changes };
}

const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

describe('the alternat', () => {
	test('shows each side itself first', () => {
		expect(ids(select.inAlternatOrder(after('reveal')))).toEqual(['vesland', 'meridia']);
		expect(ids(select.inAlternatOrder(after('reveal', { you: 'meridia-1' })))).toEqual(['meridia', 'vesland']);
	});

	test('shows the secretariat the agreed order', () => {
		expect(ids(select.inAlternatOrder(after('reveal', { you: 'chair' })))).toEqual(['meridia', 'vesland']);
	});

	test('goes on after the own side when there are three', () => {
		const meeting = after('reveal');
		const [meridia, vesland] = meeting.plan.delegations;
		if (!meridia || !vesland) throw new Error('the recording has two sides');
		const tarsis = { ...vesland, id: 'tarsis', seats: [] };
		const plan = { ...meeting.plan, delegations: [meridia, vesland, tarsis] };
		expect(ids(select.inAlternatOrder({ ...meeting, plan }))).toEqual(['vesland', 'tarsis', 'meridia']);
	});
});

describe('tiles', () => {
	const [own, other] = select.sides(after('floor')) as [select.Side, select.Side];

	test('exist for every seat, also for who is absent', () => {
		expect(own).toMatchObject({ own: true, principal: { you: true, seat: { id: 'vesland-head' } } });
		expect(other.advisers[0]).toMatchObject({ presence: { state: 'absent' }, camera: undefined, muted: false });
		expect(select.secretariat(after('floor'))).toMatchObject([{ seat: { id: 'chair' }, chair: true }]);
	});

	test('say who has the floor and who comes next', () => {
		expect(own.principal.hasFloor).toBe(true);
		const waiting = after('floor', {
			floor: { holder: null, queue: ['meridia-head', 'vesland-1'], stood_ms: 0, stands_since: null },
		});
		expect(select.queue(waiting).map(({ seat, place }) => [seat.id, place])).toEqual([
			['meridia-head', 1],
			['vesland-1', 2],
		]);
	});

	test('keep the picture of who is coming back', () => {
		const presence = { 'meridia-head': { state: 'reconnecting' } } as const;
		const [, away] = select.sides(after('floor', { presence }));
		expect(away?.principal).toMatchObject({ camera: 6, muted: false });
	});

	test('show a camera only while it is on', () => {
		expect(other.principal.camera).toBe(6);
		const presence = { 'meridia-head': { state: 'here', devices: { microphone: false, camera: false } } } as const;
		const [, dark] = select.sides(after('floor', { presence, speaking: ['meridia-head'] }));
		expect(dark?.principal).toMatchObject({ camera: undefined, muted: true, speaking: false });
	});
});

describe('what a person may do', () => {
	const of = (you: string, changes: Partial<MeetingState> = {}): select.Rights =>
		select.rights(after('floor', { you, revealed: true, ...changes }));

	test('the speaker may yield, the others may raise a hand', () => {
		expect(of('vesland-head')).toMatchObject({ yieldFloor: true, raiseHand: false, lowerHand: false, preside: false });
		expect(of('meridia-head')).toMatchObject({ yieldFloor: false, raiseHand: true });
	});

	test('who raised a hand may lower it', () => {
		const floor = { holder: null, queue: ['meridia-head'], stood_ms: 0, stands_since: null };
		expect(of('meridia-head', { floor })).toMatchObject({ raiseHand: false, lowerHand: true });
	});

	test('the chair presides and ends', () => {
		expect(of('chair')).toMatchObject({ preside: true, endSummit: true });
		expect(of('meridia-head')).toMatchObject({ preside: false, endSummit: false });
	});

	test('the chair may give the floor while somebody has it, also to who did not ask', () => {
		expect(of('chair').giveFloor).toBe(true);
		const given = select.mayBeGiven(after('floor', { you: 'chair' })).map(({ seat }) => seat.id);
		expect(given).toContain('chair');
		expect(given).not.toContain('vesland-head');
	});

	test('only heads say "ready", and only in the lobby', () => {
		const phase = { state: 'lobby', ready: [] } as const;
		const lobby = { phase: { ...phase, ready: [] }, revealed: false };
		expect(of('meridia-head', lobby).ready).toBe(true);
		expect(of('vesland-1', lobby).ready).toBe(false);
		expect(of('meridia-head').ready).toBe(false);
		expect(of('meridia-head', lobby)).toMatchObject({ raiseHand: false, shareScreen: false });
	});

	test('the same while the connection comes back', () => {
		const presence = { chair: { state: 'reconnecting' } } as const;
		expect(of('chair', { presence })).toMatchObject({ preside: true, endSummit: true, raiseHand: true });
	});

	test('nothing for who is not here', () => {
		expect(Object.values(of('meridia-1')).some(Boolean)).toBe(false);
	});
});

describe('before the instant of the reveal', () => {
	const decided = after('reveal');

	test('only the own side is heard', () => {
		expect(select.mayHear(decided, 3)).toBe(true);
		expect(select.mayHear(decided, 5)).toBe(false);
		expect(select.mayHear(decided, 99)).toBe(false);
		expect(select.mayHear({ ...decided, revealed: true }, 5)).toBe(true);
	});

	test('the cameras to come are asked for', () => {
		expect(select.camerasAtReveal(decided)).toEqual([4, 6, 7]);
		expect(select.camerasAtReveal({ ...decided, revealed: true })).toEqual([]);
	});

	test('the lobby shows the own delegation, and of the others only whether they are ready', () => {
		expect(select.lobbyTiles(decided).map(({ seat }) => seat.id)).toEqual(['vesland-head', 'vesland-1']);
		const lobby = { ...decided, phase: { state: 'lobby' as const, ready: ['meridia'] } };
		const readiness = select.readiness(lobby).map(({ delegation, own, ready }) => [delegation.id, own, ready]);
		expect(readiness).toEqual([
			['vesland', true, false],
			['meridia', false, true],
		]);
	});
});

test('the document shown last lies on the table', () => {
	const presence = { state: 'here', devices: { microphone: true, camera: true } };
	const shown = { source: 8, by: { id: 'vesland-head' }, you: true, presence };
	expect(select.sharedDocument(after('floor'))).toMatchObject(shown);
	expect(select.sharedDocument(after('reveal'))).toBeUndefined();
});

/** The meeting of the recording, with an observer and a technician in the secretariat. */
function watched(changes: Partial<MeetingState> = {}): MeetingState {
	const meeting = after('floor', { revealed: true });
	const [chair] = meeting.plan.secretariat;
	if (!chair) throw new Error('the recording has a chair');
	const watchers = [
		{ ...chair, id: 'watcher', role: 'observer' as const },
		{ ...chair, id: 'line', role: 'technician' as const },
	];
	const devices = { microphone: true, camera: true };
	const here = { watcher: { state: 'here', devices }, line: { state: 'here', devices } } as const;
	const plan = { ...meeting.plan, secretariat: [chair, ...watchers] };
	return { ...meeting, plan, presence: { ...meeting.presence, ...here }, ...changes };
}

test('a slot is reserved for everybody else who may show a camera', () => {
	expect(select.othersWithCamera(watched())).toBe(4);
});

test('who watches neither asks for the floor, nor is given it, nor shares a screen', () => {
	for (const you of ['watcher', 'line'])
		expect(select.rights(watched({ you }))).toMatchObject({ raiseHand: false, shareScreen: false });
	const given = select.mayBeGiven(watched({ you: 'chair' })).map(({ seat }) => seat.id);
	expect(given).toContain('chair');
	expect(given).not.toContain('watcher');
	expect(given).not.toContain('line');
});

describe('a caucus', () => {
	const both = ['meridia-head', 'vesland-1'];
	const caucus = (inside: string[], called = both): MeetingState['caucuses'] => [
		{ caucus: 'caucus-1', called, inside },
	];
	const revealed = { revealed: true };
	const tiles = (meeting: MeetingState): select.Tile[] => [
		...select.secretariat(meeting),
		...select.sides(meeting).flatMap(({ principal, advisers }) => [principal, ...advisers]),
	];
	const whereabouts = (meeting: MeetingState): Record<string, string> =>
		Object.fromEntries(tiles(meeting).map((tile) => [tile.seat.id, tile.whereabouts]));

	test('is seen from the plenary as who is away, without a picture', () => {
		const meeting = after('floor', { ...revealed, caucuses: caucus(both) });
		expect(whereabouts(meeting)).toMatchObject({
			'meridia-head': 'in_caucus',
			'vesland-1': 'in_caucus',
			'vesland-head': 'same_room',
		});
		const away = tiles(meeting).find(({ seat }) => seat.id === 'meridia-head');
		expect(away).toMatchObject({ camera: undefined, speaking: false, quality: undefined });
	});

	test('tells nothing of the line of somebody whose connection is lost', () => {
		const meeting = after('floor', revealed);
		const known = { ...meeting, quality: { 'vesland-head': { grade: 'good' as const, symptom: null } } };
		const of = (state: MeetingState): select.Tile | undefined =>
			tiles(state).find(({ seat }) => seat.id === 'vesland-head');
		expect(of(known)?.quality).toBeDefined();
		const lost = { ...known, presence: { ...known.presence, 'vesland-head': { state: 'reconnecting' as const } } };
		expect(of(lost)?.quality).toBeUndefined();
	});

	test('has at its table who was called, and nobody else', () => {
		const meeting = after('floor', { ...revealed, you: 'vesland-1', caucuses: caucus(['vesland-1']) });
		expect(whereabouts(meeting)).toEqual({ 'vesland-1': 'same_room', 'meridia-head': 'called' });
		expect(tiles(meeting).some(({ hasFloor, place }) => hasFloor || place !== undefined)).toBe(false);
	});

	test('is not heard in the plenary, nor the plenary in it', () => {
		const sources: MeetingState['sources'] = [
			{ id: 1, seat: 'meridia-head', kind: 'microphone' },
			{ id: 2, seat: 'vesland-head', kind: 'microphone' },
			{ id: 3, seat: 'meridia-head', kind: 'screen' },
		];
		const outside = after('floor', { ...revealed, sources, caucuses: caucus(both) });
		expect([1, 2].map((id) => select.mayHear(outside, id))).toEqual([false, true]);
		expect(select.sharedDocument(outside)).toBeUndefined();
		const inside = { ...outside, you: 'vesland-1' };
		expect([1, 2, 99].map((id) => select.mayHear(inside, id))).toEqual([true, false, false]);
		expect(select.sharedDocument(inside)?.source).toBe(3);
	});

	test('calls who was called and is in none', () => {
		const meeting = after('floor', { you: 'vesland-1', caucuses: caucus(['meridia-head']) });
		expect(select.callsToYou(meeting)).toHaveLength(1);
		expect(select.callsToYou({ ...meeting, caucuses: caucus(both) })).toEqual([]);
		expect(select.callsToYou({ ...meeting, you: 'meridia-head' })).toEqual([]);
		expect(select.callsToYou({ ...meeting, you: 'vesland-head' })).toEqual([]);
	});

	test('changes what one may do', () => {
		const plenary = after('floor', {
			...revealed,
			floor: { holder: null, queue: [], stood_ms: 0, stands_since: null },
		});
		expect(select.rights(plenary)).toMatchObject({ openCaucus: true, leaveCaucus: false, whisper: true });
		const inside = { ...plenary, caucuses: caucus([plenary.you], [plenary.you, 'chair']) };
		expect(select.rights(inside)).toMatchObject({
			openCaucus: false,
			leaveCaucus: true,
			whisper: false,
			raiseHand: false,
			shareScreen: true,
		});
		const lobby = { ...plenary, phase: { state: 'lobby' as const, ready: [] }, revealed: false };
		expect(select.rights(lobby)).toMatchObject({ openCaucus: false, whisper: false });
	});

	test('is offered to who is here, receives what is said and is in none', () => {
		const names = (meeting: MeetingState): string[] => select.mayBeCalled(meeting).map(({ seat }) => seat.id);
		expect(names(after('floor'))).not.toContain('vesland-head');
		expect(names(after('floor'))).toContain('meridia-head');
		expect(names(after('floor', { caucuses: caucus(['meridia-head']) }))).not.toContain('meridia-head');
	});
});

test('nobody alone on their side has anybody to whisper to', () => {
	expect(select.rights(after('floor', { revealed: true, you: 'chair' })).whisper).toBe(false);
});
