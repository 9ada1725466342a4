import { expect, test } from 'vitest';

import { planOf } from '../fixtures/plan';
import type { BoothView, InterpretationView, Presence } from '../wire/types';
import { noInterpretation } from './interpretation';
import { paneAfter, signChannel, signingCameras, signLanguages, type PictureIs } from './signs';
import type { MeetingState } from './state';

const here: Presence = { state: 'here', devices: { microphone: true, camera: true } };

const plan = {
	...planOf(2),
	booths: [
		{ id: 'french', languages: ['fr'], interpreters: ['clara'], relay: [], signed: false },
		{ id: 'hands', languages: ['ase', 'bfi'], interpreters: ['ann', 'bob'], relay: [], signed: true },
	],
};

function meeting(
	booth: Partial<BoothView>,
	more: Partial<InterpretationView> = {},
	apart: string[] = [],
): MeetingState {
	const begun = noInterpretation(plan);
	const booths = begun.booths.map((known) => (known.booth === 'hands' ? { ...known, ...booth } : known));
	return {
		you: 'meridia-head',
		plan,
		interpretation: { ...begun, booths, ...more },
		presence: { ann: here, bob: here },
		caucuses: apart.length > 0 ? [{ caucus: 'caucus-1', called: apart, inside: apart }] : [],
		sources: [
			{ id: 1, seat: 'ann', kind: 'camera' },
			{ id: 2, seat: 'bob', kind: 'camera' },
		],
	} as unknown as MeetingState;
}

const open = (...seats: string[]): Partial<BoothView> => ({ open: seats.map((seat) => ({ seat, since: 0 })) });

test('sign languages are those of signed booths', () => {
	expect(signLanguages(plan)).toEqual(['ase', 'bfi']);
});

test('the camera of who is live is the channel', () => {
	const channel = signChannel(meeting(open('ann')), 'ase');
	expect(channel).toEqual({ language: 'ase', state: 'live', live: { seat: 'ann', camera: 1 }, next: [] });
	expect(signingCameras(meeting(open('ann')))).toEqual([1]);
});

test('a language that no booth works into now is signed by nobody', () => {
	expect(signChannel(meeting(open('ann')), 'bfi').state).toBe('nobody');
	expect(signChannel(meeting({}), 'ase')).toMatchObject({ state: 'nobody', live: undefined });
	expect(signChannel(meeting({ ...open('ann'), outgoing: 'bfi' }), 'bfi').state).toBe('live');
});

test('suspended and closed channels say so', () => {
	const suspended = { reason: 'technical' as const, since: 0 };
	expect(signChannel(meeting({ ...open('ann'), suspended }), 'ase').state).toBe('suspended');
	expect(signChannel(meeting(open('ann'), { closed: ['ase'] }), 'ase').state).toBe('closed');
});

test('who is in another room signs for nobody here', () => {
	expect(signChannel(meeting(open('ann'), {}, ['ann']), 'ase').state).toBe('nobody');
});

test('who takes over in a moment is seen in advance', () => {
	const handover = { from: 'ann', to: 'bob', by: 'bob', at: null };
	expect(signChannel(meeting({ ...open('ann'), handover }), 'ase').next).toEqual([{ seat: 'bob', camera: 2 }]);
	expect(signChannel(meeting(open('ann', 'bob')), 'ase').next).toEqual([{ seat: 'bob', camera: 2 }]);
	expect(signingCameras(meeting(open('ann', 'bob')))).toEqual([1, 2]);
});

const is = (pictures: Record<string, ReturnType<PictureIs>>): PictureIs => {
	return ({ seat }) => pictures[seat] ?? 'awaited';
};

test('the former picture stays until the new one is there', () => {
	const first = paneAfter({ shown: undefined, signers: [] }, signChannel(meeting(open('ann')), 'ase'), is({}));
	expect(first).toEqual({ shown: 'ann', signers: [{ seat: 'ann', camera: 1 }] });
	const handed = signChannel(meeting(open('bob')), 'ase');
	const between = paneAfter(first, handed, is({ ann: 'arriving' }));
	expect(between.shown).toBe('ann');
	expect(between.signers.map(({ seat }) => seat)).toEqual(['ann', 'bob']);
	const after = paneAfter(between, handed, is({ ann: 'arriving', bob: 'arriving' }));
	expect(after).toEqual({ shown: 'bob', signers: [{ seat: 'bob', camera: 2 }] });
});

test('nobody is shown any longer than the new picture takes to come', () => {
	const first = { shown: 'ann', signers: [{ seat: 'ann', camera: 1 }] };
	const handed = signChannel(meeting(open('bob')), 'ase');
	expect(paneAfter(first, handed, is({ ann: 'awaited' })).shown).toBe('bob');
	expect(paneAfter(first, handed, is({ ann: 'arriving', bob: 'paused' })).shown).toBe('bob');
	expect(paneAfter(first, signChannel(meeting({}), 'ase'), is({ ann: 'arriving' })).shown).toBeUndefined();
	const off = { ...handed, live: { seat: 'bob', camera: undefined } };
	expect(paneAfter(first, off, is({ ann: 'arriving' })).shown).toBe('bob');
});

test('who takes over in a moment has a picture behind the present one', () => {
	const pane = paneAfter({ shown: undefined, signers: [] }, signChannel(meeting(open('bob', 'ann')), 'ase'), is({}));
	expect(pane).toEqual({
		shown: 'bob',
		signers: [
			{ seat: 'ann', camera: 1 },
			{ seat: 'bob', camera: 2 },
		],
	});
});
