/** What the hand control does now: raise, lower or yield, by the state of the floor. */
import type { IconName } from '../../ui/icons';
import { isAsked } from '../../meeting/selectors';
import type { Rights } from '../../meeting/selectors';
import type { Action, State } from '../../meeting/state';
import type { SeatId } from '../../wire/types';

/** One thing the hand control can do. */
export interface HandAction {
	kind: 'raise' | 'lower' | 'yield';
	icon: IconName;
	action: Action;
}

/** None while the server would refuse all three. */
export function handAction(rights: Rights, you: SeatId): HandAction | undefined {
	if (rights.yieldFloor) return { kind: 'yield', icon: 'check', action: { type: 'floor.yield' } };
	if (rights.lowerHand) return { kind: 'lower', icon: 'hand', action: { type: 'floor.lower', seat: you } };
	if (rights.raiseHand) return { kind: 'raise', icon: 'hand', action: { type: 'floor.raise' } };
	return undefined;
}

/** The hand was moved, and the answer is awaited: another press would undo what is not done yet. */
export function isHandMoving(state: State, you: SeatId): boolean {
	return isAsked(state, { type: 'floor.raise' }, { type: 'floor.lower', seat: you }, { type: 'floor.yield' });
}
