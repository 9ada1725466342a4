/** How the room is seated: everybody at once while all can be seen, and in pages where there are more. */
import type { Arrangement, Table, Viewport } from './geometry';
import { layout } from './layout';
import { pageAt, type PagedArrangement } from './pages';

/** Pictures on one screen, at most; what one connection receives besides is a document. */
export const PICTURES_MAX = 31;

/**
 * Whether everybody is seen at once. Beside a document a name plate is enough: there one looks at the document, and no
 * page need be turned.
 */
function fits({ tiles, height }: Arrangement, viewport: Viewport, documentOpen: boolean): boolean {
	const isSeen = documentOpen || tiles.every(({ pictured }) => pictured);
	return isSeen && height <= viewport.height && tiles.length <= PICTURES_MAX;
}

/** The table laid whole, or the page of it with that place; see `pageAt`. */
export function seating(
	viewport: Viewport,
	table: Table,
	documentOpen: boolean,
	place: number,
): Arrangement | PagedArrangement {
	const whole = layout(viewport, table, documentOpen);
	return fits(whole, viewport, documentOpen) ? whole : pageAt(viewport, table, documentOpen, place);
}
