/**
 * A table at which more people sit than one screen can show, in pages: a pure function like `layout`. All places of a
 * page are equal, every side has as many of them, and all sides turn their pages together, so that they face each other
 * on each; nobody's place depends on anybody else. Places at the front are kept for pictures that are seen on every
 * page: they are there whether somebody is in them or not.
 */
import {
	clamp,
	divide,
	headColumns,
	headHeight,
	measure,
	memberPlate,
	mirrored,
	pictureHeight,
	placeHead,
	principalPlate,
	type Arrangement,
	type Measure,
	type Rect,
	type Side,
	type Table,
	type Tile,
	type Viewport,
} from './geometry';

/** A place at the front, whoever is in it. */
export type FrontPlace = Omit<Tile, 'key' | 'seat' | 'delegation'>;

/** What there is besides the places of one page. */
export interface Paging {
	/** Which page it is; the first is 0. */
	page: number;
	/** How many there are. */
	pages: number;
	/** How many people sit on earlier pages. */
	before: number;
	/** How many sit on this one. */
	here: number;
	/** How many sit on all of them together; the head of the table is on every page and does not count. */
	total: number;
	/** So many of each party sit on each page. */
	share: number;
	/** Who turns their pages together: the sides, or all as one where there is no room for each. */
	parties: readonly (readonly string[])[];
	front: FrontPlace[];
	/** Where the controls of the pages stand. */
	controls: Rect;
}

/** One page of the table laid. */
export interface PagedArrangement extends Arrangement {
	paging: Paging;
}

/** As many places as one page has at most: each is a picture that is received. */
export const PLACES_MAX = 24;
/** A place is never narrower than this while anything else can give way. */
const PLACE_WIDTH_MIN = 112;
/** Where there is room, no narrower than this share of the room for all of them, up to so many pixels. */
const PLACE_WIDTH = { share: 0.16, enough: 200 };
/** How much of a wide stage the front has. */
const FRONT_SHARE = 0.24;
/** But no less than that. */
const FRONT_WIDTH_MIN = 168;
/** How much of that its places may give up so that there is room for one more. */
const FRONT_GIVES = 0.15;
/** How much of a tall stage the front has, and no less than that. */
const FRONT_TALL = { share: 0.2, least: 84 };
/** Places at the front, at most. */
const FRONT_MAX = 3;
/** Below this width a picture at the front has the plate of a small one. */
const FRONT_SMALL = 200;
/** A tall stage this wide has two of them. */
const FRONT_TWO_WIDTH = 600;
/** A stage so much wider than tall has its front at the side. */
const WIDE = 1.6;

/** The people of each party in the order of their seats, its head first. */
const partiesOf = (sides: readonly Side[]): string[][] =>
	sides.map(({ principal, members }) => [principal, ...members]);

/** All as one, in turns: the heads of all sides, then the next of each. */
function inTurns(parties: readonly (readonly string[])[]): string[] {
	const longest = Math.max(0, ...parties.map((party) => party.length));
	return Array.from({ length: longest }, (_, index) =>
		parties.flatMap((party) => party.slice(index, index + 1)),
	).flat();
}

/** The places of one page: blocks in rows, one for each party, and in each rows of equal places. */
interface Grid {
	/** The width of one place. */
	place: number;
	/** Blocks in a row. */
	blocks: number;
	/** Places in a row of a block, and rows of them. */
	columns: number;
	rows: number;
}

const placeHeight = (width: number): number => pictureHeight(width) + memberPlate(width);

/** The widest place that is no taller than that. */
function widthFor(height: number, heightOf: (width: number) => number): number {
	let [low, high] = [0, Math.max(0, Math.floor((height * 16) / 9))];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (heightOf(middle) <= height) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** How wide places can be in such a grid. */
function widthIn(area: Rect, parties: number, { blocks, columns, rows }: Omit<Grid, 'place'>, m: Measure): number {
	const down = Math.ceil(parties / blocks);
	const gaps = (count: number): number => (count - 1) * m.gap;
	const across = (area.width - (blocks - 1) * m.aisle) / blocks - gaps(columns);
	const height = (area.height - (down - 1) * m.aisle) / down - gaps(rows);
	return Math.max(0, Math.min(Math.floor(across / columns), widthFor(Math.floor(height / rows), placeHeight)));
}

/** The grid with the fewest pages; of those, with the widest places. */
function fitGrid(area: Rect, parties: readonly (readonly string[])[], narrowest: number, m: Measure): Grid | undefined {
	const longest = Math.max(...parties.map((party) => party.length));
	const share = Math.floor(PLACES_MAX / parties.length);
	let best: (Grid & { pages: number }) | undefined;
	for (let blocks = 1; blocks <= parties.length; blocks += 1) {
		for (let columns = 1; columns <= share; columns += 1) {
			for (let rows = 1; columns * rows <= share; rows += 1) {
				const place = widthIn(area, parties.length, { blocks, columns, rows }, m);
				if (place < narrowest) continue;
				const pages = Math.ceil(longest / (columns * rows));
				const better = !best || pages < best.pages || (pages === best.pages && place > best.place);
				if (better) best = { place, blocks, columns, rows, pages };
			}
		}
	}
	return best;
}

/** Who turns pages together, and in which grid. Where the sides have no room beside each other, all are one party. */
function seat(area: Rect, sides: readonly Side[], m: Measure): { parties: string[][]; grid: Grid } {
	const apart = partiesOf(sides);
	const together = [inTurns(apart)];
	const comfort = clamp(PLACE_WIDTH_MIN, area.width * PLACE_WIDTH.share, PLACE_WIDTH.enough);
	for (const narrowest of [comfort, PLACE_WIDTH_MIN]) {
		for (const parties of [apart, together]) {
			const grid = fitGrid(area, parties, narrowest, m);
			if (grid) return { parties, grid };
		}
	}
	const one = { blocks: 1, columns: 1, rows: 1 };
	return { parties: together, grid: { ...one, place: Math.max(1, widthIn(area, 1, one, m)) } };
}

function placeParties(
	parties: readonly (readonly string[])[],
	area: Rect,
	grid: Grid,
	page: number,
	m: Measure,
): Tile[] {
	const { place, blocks, columns, rows } = grid;
	const [width, height] = [place, placeHeight(place)];
	const down = Math.ceil(parties.length / blocks);
	const blockWidth = columns * width + (columns - 1) * m.gap;
	const blockHeight = rows * height + (rows - 1) * m.gap;
	const whole = {
		width: blocks * blockWidth + (blocks - 1) * m.aisle,
		height: down * blockHeight + (down - 1) * m.aisle,
	};
	const x = area.x + Math.floor((area.width - whole.width) / 2);
	const y = area.y + Math.max(0, Math.floor((area.height - whole.height) / 2));
	const share = columns * rows;
	return parties.flatMap((party, block) =>
		party.slice(page * share, (page + 1) * share).map((person, index) => ({
			key: `${block} ${index}`,
			seat: person,
			delegation: null,
			place: 'member' as const,
			rect: {
				x: x + (block % blocks) * (blockWidth + m.aisle) + (index % columns) * (width + m.gap),
				y: y + Math.floor(block / blocks) * (blockHeight + m.aisle) + Math.floor(index / columns) * (height + m.gap),
				width,
				height,
			},
			plate: memberPlate(width),
			beside: false,
			pictured: true,
		})),
	);
}

/** Where a picture at the front is small, so is its plate. */
const frontPlate = (width: number): number => (width < FRONT_SMALL ? memberPlate(width) : principalPlate(width));
const frontHeight = (width: number): number => pictureHeight(width) + frontPlate(width);

/** The front at the side of a wide stage: places one above the other. */
function frontBeside(area: Rect, m: Measure): { front: FrontPlace[]; rest: Rect } {
	const full = Math.max(FRONT_WIDTH_MIN, Math.floor(area.width * FRONT_SHARE));
	const widthOf = (count: number): number =>
		Math.min(full, widthFor(Math.floor((area.height - (count - 1) * m.gap) / count), frontHeight));
	let count = FRONT_MAX;
	while (count > 1 && widthOf(count) < full * (1 - FRONT_GIVES)) count -= 1;
	const width = Math.max(1, widthOf(count));
	const height = frontHeight(width);
	const x = area.x + area.width - width;
	const top = area.y + Math.max(0, Math.floor((area.height - count * height - (count - 1) * m.gap) / 2));
	const front = Array.from({ length: count }, (_, index) => ({
		place: 'principal' as const,
		rect: { x, y: top + index * (height + m.gap), width, height },
		plate: frontPlate(width),
		beside: false,
		pictured: true,
	}));
	return { front, rest: { ...area, width: Math.max(1, area.width - width - m.aisle) } };
}

/** The front above a tall stage: places beside each other, with the plate at the side of the picture. */
function frontAbove(area: Rect, m: Measure): { front: FrontPlace[]; rest: Rect } {
	const count = area.width >= FRONT_TWO_WIDTH ? 2 : 1;
	const height = Math.max(FRONT_TALL.least, Math.floor(area.height * FRONT_TALL.share));
	const width = Math.floor((area.width - (count - 1) * m.gap) / count);
	const front = Array.from({ length: count }, (_, index) => ({
		place: 'principal' as const,
		rect: { x: area.x + index * (width + m.gap), y: area.y, width, height },
		plate: clamp(52, height * 0.5, 96),
		beside: true,
		pictured: true,
	}));
	const taken = height + m.gap;
	return { front, rest: { ...area, y: area.y + taken, height: Math.max(1, area.height - taken) } };
}

/** On which page somebody sits; none for who sits at the head of the table. */
export function pageOf({ parties, share }: Paging, person: string): number | undefined {
	const party = parties.find((people) => people.includes(person));
	return party && Math.floor(party.indexOf(person) / share);
}

/** The first of those who sit on a page: whoever looks at that page looks at the place of this one. */
export const placeOf = ({ share }: Paging, page: number): number => page * share;

/**
 * Lays one page of the table: the one with the people at that place in their parties, 0 for the first. So the page one
 * looks at stays when it comes to hold more people or fewer.
 */
export function pageAt(viewport: Viewport, table: Table, documentOpen: boolean, place: number): PagedArrangement {
	const m = measure(viewport);
	const bar = clamp(44, Math.min(viewport.width, viewport.height) * 0.062, 104);
	const { document, people } = divide({ ...viewport, height: Math.max(1, viewport.height - bar) }, documentOpen, m);
	const fitsHead = table.head.length <= headColumns(table.head.length, people, m);
	const head = fitsHead ? table.head : [];
	const [first, ...others] = table.head;
	// A secretariat that is too large for the head of the table sits like a side.
	const secretariat = fitsHead || first === undefined ? [] : [{ delegation: '', principal: first, members: others }];
	const taken = headHeight(head.length, people, m);
	const below = { ...people, y: people.y + taken, height: Math.max(1, people.height - taken) };
	const isWide = below.width >= below.height * WIDE;
	const { front, rest } = isWide ? frontBeside(below, m) : frontAbove(below, m);
	const { parties, grid } = seat(rest, [...table.sides, ...secretariat], m);
	const share = grid.columns * grid.rows;
	const pages = Math.max(1, ...parties.map((party) => Math.ceil(party.length / share)));
	const page = Math.min(Math.max(0, Math.floor(place / share)), pages - 1);
	const upTo = (count: number): number => parties.reduce((sum, party) => sum + Math.min(party.length, count), 0);
	const controls = { x: people.x, y: viewport.height - bar, width: people.width, height: bar };
	const turned = (rect: Rect): Rect => (viewport.direction === 'rtl' ? mirrored(rect, viewport.width) : rect);
	const tiles = [...placeHead(head, people, m), ...placeParties(parties, rest, grid, page, m)];
	return {
		tiles: tiles.map((tile) => ({ ...tile, rect: turned(tile.rect) })),
		document: document && turned(document),
		height: viewport.height,
		paging: {
			page,
			pages,
			before: upTo(page * share),
			here: upTo((page + 1) * share) - upTo(page * share),
			total: upTo(Infinity),
			share,
			parties,
			front: front.map((one) => ({ ...one, rect: turned(one.rect) })),
			controls: turned(controls),
		},
	};
}
