/** What every way of laying the table shares: rectangles, people and places, and measures that grow with the stage. */

/** A rectangle in whole CSS pixels; `x` is measured from the left edge in both writing directions. */
export interface Rect {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** The stage: what is left of the window between the heading and the controls. */
export interface Viewport {
	width: number;
	height: number;
	/** The writing direction: right to left mirrors the whole table. */
	direction: 'ltr' | 'rtl';
}

/** One delegation at the table. */
export interface Side {
	delegation: string;
	/** The head of delegation. */
	principal: string;
	/** The others, in their own order of precedence. */
	members: readonly string[];
}

/** Everybody at the table, in the order in which this viewer sees them. */
export interface Table {
	/** Chair and secretariat, at the head of the table. */
	head: readonly string[];
	/** The delegations; by the alternat the viewer's own comes first. */
	sides: readonly Side[];
}

/** What kind of place it is: all places of one kind have the same size. */
export type Place = 'principal' | 'member' | 'head';

/** One person's place. */
export interface Tile {
	/** Names the place for as long as it is there: by its person, or by where it is on every page. */
	key: string;
	seat: string;
	/** None at the head of the table, and in pages. */
	delegation: string | null;
	place: Place;
	/** The whole place: picture and name plate. */
	rect: Rect;
	/** The height of the name plate at the foot of the place; the picture has the rest. */
	plate: number;
	/** The name plate stands at the side of the picture instead. */
	beside: boolean;
	/** False where there is no room for pictures: the name plate is the whole place. */
	pictured: boolean;
}

/** The table laid. */
export interface Arrangement {
	tiles: Tile[];
	/** Where a shared document lies. */
	document: Rect | null;
	/** The height of the whole; larger than the stage where the table does not fit and the stage scrolls. */
	height: number;
}

/** How much of a wide stage a shared document takes. */
const DOCUMENT_SHARE = 0.68;
/** How much of a tall stage a shared document takes. */
const DOCUMENT_SHARE_TALL = 0.4;

export const clamp = (low: number, value: number, high: number): number =>
	Math.round(Math.min(high, Math.max(low, value)));

/** Distances and heights that grow with the stage, from a phone to a wall. */
export interface Measure {
	/** Between the places of one delegation, and around the table. */
	gap: number;
	/** Between delegations. */
	aisle: number;
	/** The height of the head of the table. */
	head: number;
	/** The height of a member's plate that stands alone. */
	lonePlate: number;
}

export function measure(viewport: Viewport): Measure {
	const shorter = Math.min(viewport.width, viewport.height);
	const gap = clamp(8, shorter * 0.016, 32);
	return {
		gap,
		aisle: gap * 2,
		head: clamp(48, viewport.height * 0.085, 132),
		lonePlate: clamp(44, shorter * 0.06, 96),
	};
}

export const pictureHeight = (width: number): number => Math.round((width * 9) / 16);

/** Narrow plates are taller: a long name takes two lines there. */
export const principalPlate = (width: number): number => clamp(52, Math.max(width * 0.118, 96 - width * 0.14), 168);
export const memberPlate = (width: number): number => clamp(40, width * 0.23, 104);

/** The stage less its margin, divided between a document, if there is one, and the people. */
export function divide(viewport: Viewport, documentOpen: boolean, m: Measure): { document: Rect | null; people: Rect } {
	const whole = {
		x: m.gap,
		y: m.gap,
		width: Math.max(1, viewport.width - 2 * m.gap),
		height: Math.max(1, viewport.height - 2 * m.gap),
	};
	if (!documentOpen) return { document: null, people: whole };
	if (viewport.width >= viewport.height) {
		const width = Math.floor(whole.width * DOCUMENT_SHARE);
		const rest = whole.width - width - m.aisle;
		return {
			document: { ...whole, width },
			people: { ...whole, x: whole.x + width + m.aisle, width: Math.max(1, rest) },
		};
	}
	const height = Math.floor(whole.height * DOCUMENT_SHARE_TALL);
	const rest = whole.height - height - m.aisle;
	return {
		document: { ...whole, height },
		people: { ...whole, y: whole.y + height + m.aisle, height: Math.max(1, rest) },
	};
}

export function mirrored(rect: Rect, width: number): Rect {
	return { ...rect, x: width - rect.x - rect.width };
}

export function placeHead(head: readonly string[], area: Rect, m: Measure): Tile[] {
	if (head.length === 0) return [];
	const width = headWidth(area, m);
	const across = headColumns(head.length, area, m);
	return head.map((seat, index) => {
		const row = Math.floor(index / across);
		const inRow = Math.min(across, head.length - row * across);
		const rowWidth = inRow * width + (inRow - 1) * m.gap;
		const x = area.x + Math.floor((area.width - rowWidth) / 2) + (index % across) * (width + m.gap);
		const rect = { x, y: area.y + row * (m.head + m.gap), width, height: m.head };
		return { key: seat, seat, delegation: null, place: 'head', rect, plate: m.head, beside: true, pictured: true };
	});
}

/** The width of one place at the head of the table. */
const headWidth = (area: Rect, m: Measure): number => Math.min(area.width, clamp(168, m.head * 6.6, 800));

export const headColumns = (count: number, area: Rect, m: Measure): number =>
	Math.max(1, Math.min(count, Math.floor((area.width + m.gap) / (headWidth(area, m) + m.gap))));

export function headHeight(count: number, area: Rect, m: Measure): number {
	if (count === 0) return 0;
	return Math.ceil(count / headColumns(count, area, m)) * (m.head + m.gap) - m.gap + m.aisle / 2;
}
