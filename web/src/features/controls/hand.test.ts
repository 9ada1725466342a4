import { expect, test } from 'vitest';

import type { Rights } from '../../meeting/selectors';
import { handAction } from './hand';

const none: Rights = {
	ready: false,
	raiseHand: false,
	lowerHand: false,
	yieldFloor: false,
	giveFloor: false,
	preside: false,
	endSummit: false,
	shareScreen: false,
	openCaucus: false,
	leaveCaucus: false,
	whisper: false,
	lookAfterBooths: false,
	setInterpretationMode: false,
};

test('the hand control does what the floor allows', () => {
	expect(handAction(none, 'me')).toBeUndefined();
	expect(handAction({ ...none, raiseHand: true }, 'me')?.action).toEqual({ type: 'floor.raise' });
	expect(handAction({ ...none, lowerHand: true }, 'me')?.action).toEqual({ type: 'floor.lower', seat: 'me' });
	expect(handAction({ ...none, yieldFloor: true }, 'me')?.action).toEqual({ type: 'floor.yield' });
});
