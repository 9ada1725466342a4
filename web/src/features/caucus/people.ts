/** Who can be called to a caucus, and what is done with those who were: pure functions. */
import { m, text } from '../../i18n';
import { caucusOf, mayBeCalled, seatOf } from '../../meeting/selectors';
import type { Tile } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { CaucusView, Delegation, GroupId, SeatId } from '../../wire/types';

/** The people of one side who can be called. */
export interface Callable {
	/** None for the secretariat. */
	readonly delegation: Delegation | undefined;
	readonly own: boolean;
	readonly people: readonly Tile[];
}

/** By side, in the order of the plan; sides of which nobody is here are left out. */
export function callable(meeting: MeetingState): readonly Callable[] {
	const people = mayBeCalled(meeting);
	const sides: readonly (Delegation | undefined)[] = [...meeting.plan.delegations, undefined];
	return sides.flatMap((delegation) => {
		const here = people.filter((tile) => tile.delegation?.id === delegation?.id);
		if (here.length === 0) return [];
		const seats = delegation?.seats ?? meeting.plan.secretariat;
		return [{ delegation, own: seats.some(({ id }) => id === meeting.you), people: here }];
	});
}

/** Those of one's own side who can be called. */
export const ownPeople = (sides: readonly Callable[]): readonly SeatId[] =>
	sides.filter(({ own }) => own).flatMap(({ people }) => people.map(({ seat }) => seat.id));

/** The caucus that one called and has not gone into yet. */
export function calledByYou(meeting: MeetingState): GroupId | undefined {
	if (caucusOf(meeting)) return undefined;
	return meeting.caucuses.findLast(({ called }) => called[0] === meeting.you)?.caucus;
}

/** The names of who is in a caucus; of who was called while nobody is in it. Never one's own. */
export function namesOf(meeting: MeetingState, { called, inside }: CaucusView): string {
	const seats = (inside.length > 0 ? inside : called).filter((id) => id !== meeting.you);
	return seats.flatMap((id) => (seatOf(meeting, id) ? [text(seatOf(meeting, id)?.name ?? {})] : [])).join(' · ');
}

/** Who called, in a sentence. */
export function callWords(meeting: MeetingState, { called }: CaucusView): string {
	const by = called[0] === undefined ? undefined : seatOf(meeting, called[0]);
	return m.caucus_call_from({ name: by ? text(by.name) : '' });
}
