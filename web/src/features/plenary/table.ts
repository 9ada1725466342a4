/** Lays the plenary's table: both sides as ever, or in a caucus everybody as large as everybody else. */
import type { Side, Tile } from '../../meeting/selectors';
import type { Table } from './geometry';

/** Up to so many people of a caucus each have a large place; more sit as in the plenary. */
const LARGE_PLACES_MAX = 6;

export function plenaryTable(head: readonly Tile[], sides: readonly Side[]): Table {
	return {
		head: head.map(({ seat }) => seat.id),
		sides: sides.map(({ delegation, principal, advisers }) => ({
			delegation: delegation.id,
			principal: principal.seat.id,
			members: advisers.map(({ seat }) => seat.id),
		})),
	};
}

/** The table of a caucus: its people in the order of their seats, whatever their rank. */
export function caucusTable(head: readonly Tile[], sides: readonly Side[]): Table {
	const people = [...sides.flatMap(({ principal, advisers }) => [principal, ...advisers]), ...head];
	if (people.length > LARGE_PLACES_MAX) return plenaryTable(head, sides);
	return { head: [], sides: people.map(({ seat }) => ({ delegation: seat.id, principal: seat.id, members: [] })) };
}
