/** Lays the lobby's table: one's own side alone, with the head of it in the middle. */
import type { Tile } from '../../meeting/selectors';
import type { Table } from '../plenary/geometry';

/** The table of these people; the secretariat, which has no head, sits in its own order. */
export function ownTable(tiles: readonly Tile[]): Table {
	const principal = tiles.find(({ seat }) => seat.role === 'principal') ?? tiles[0];
	if (!principal) return { head: [], sides: [] };
	const members = tiles.filter((tile) => tile !== principal).map(({ seat }) => seat.id);
	return {
		head: [],
		sides: [{ delegation: principal.delegation?.id ?? '', principal: principal.seat.id, members }],
	};
}
