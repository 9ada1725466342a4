import { expect, test } from 'vitest';

import type { Client, SealStatus } from '../../app/context';
import { planOf } from '../../fixtures/plan';
import { noInterpretation } from '../../meeting/interpretation';
import type { MeetingState } from '../../meeting/state';
import { extras, type Extra } from './extras';

const here = { state: 'here', devices: { microphone: true, camera: true } } as const;

function given(
	you: string,
	more: { status?: SealStatus; whispering?: boolean; inside?: boolean; signed?: boolean; captions?: boolean } = {},
): readonly Extra[] {
	const meeting = {
		you,
		plan: { ...planOf(2), booths: more.signed ? [{ id: 'hands', languages: ['ase'], signed: true }] : [] },
		interpretation: noInterpretation(planOf(2)),
		phase: { state: 'plenary', revealed_at: 0 },
		revealed: true,
		presence: { [you]: here },
		floor: { holder: null, queue: [] },
		caucuses: more.inside ? [{ caucus: 'caucus-1', called: [you], inside: [you] }] : [],
		whispering: [],
	} as unknown as MeetingState;
	return extras({
		meeting,
		media: { canShareScreen: true, sharing: false },
		seal: { status: more.status ?? 'sealed', whispering: more.whispering ?? false },
		preferences: { shortcuts: true, captions: { on: more.captions ?? false }, signs: { shown: [] } },
	} as unknown as Client);
}

const one = (list: readonly Extra[], action: Extra['action']): Extra | undefined =>
	list.find((extra) => extra.action === action);

test('only who chairs can end the summit', () => {
	expect(one(given('meridia-head'), 'end')).toBeUndefined();
	expect(one(given('chair'), 'end')).toMatchObject({ tone: 'danger', disabled: false });
});

test('a whisper begins only under keys, and can always be ended', () => {
	expect(one(given('meridia-head'), 'whisper')).toMatchObject({ disabled: false, label: 'Whisper', shortcut: 'W' });
	expect(one(given('meridia-head', { status: 'paused' }), 'whisper')?.disabled).toBe(true);
	const whispering = given('meridia-head', { status: 'paused', whispering: true });
	expect(one(whispering, 'whisper')).toMatchObject({ disabled: false, label: 'Speak to all', tone: 'on' });
});

test('the control of the caucus leads in, and out again', () => {
	expect(one(given('meridia-head'), 'caucus')).toMatchObject({ label: 'Caucus', disabled: false });
	expect(one(given('meridia-head', { inside: true }), 'caucus')).toMatchObject({
		label: 'Back to the plenary',
		tone: 'on',
		disabled: false,
	});
});

test('captions and sign languages have a control where there are any, which says whether something is shown', () => {
	expect(one(given('meridia-head'), 'captions')).toBeUndefined();
	expect(one(given('meridia-head', { signed: true }), 'captions')).toMatchObject({
		label: 'Sign language',
		tone: 'plain',
		shortcut: 'T',
	});
	expect(one(given('meridia-head', { signed: true, captions: true }), 'captions')?.tone).toBe('on');
});
