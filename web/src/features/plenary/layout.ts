/**
 * Where everybody sits: a pure function from the size of the stage and the people at the table to rectangles in whole
 * pixels. It knows nothing of who is present, speaks or shows a picture, so nothing moves when that changes; and it
 * treats every delegation alike, so that no side is ever a pixel larger than another.
 */
import {
	divide,
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

/** A principal's picture is never narrower than this while anything else can give way. */
const PRINCIPAL_WIDTH_MIN = 176;
/** A member's picture below this width shows no face any more: name plates take its place. */
const MEMBER_WIDTH_MIN = 104;
/** A name plate alone must hold a name. */
const PLATE_WIDTH_MIN = 112;
/** Where members' pictures would leave principals less than this, and plates alone much more, plates it is. */
const PRINCIPAL_WIDTH_COMFORT = 240;
/** How much more is much. */
const MUCH_MORE = 1.25;
/** How wide a member's place is, compared to a principal's. */
const MEMBER_SHARE = 0.34;
/** How wide it may grow where there is height to spare. */
const MEMBER_SHARE_MAX = 0.6;
/** Up to this many members in a row are no wider together than their principal. */
const ALIGNED_COLUMNS_MAX = 4;

/** The inner measures of one delegation's places, the same for all. */
interface Block {
	principal: number;
	/** The width of one member's place. */
	member: number;
	/** The height of one member's place. */
	memberHeight: number;
	pictured: boolean;
	/** Members in a row. */
	columns: number;
	width: number;
	height: number;
}

function blockOf(
	principal: number,
	width: number,
	members: number,
	columns: number,
	pictured: boolean,
	m: Measure,
): Block | null {
	const principalHeight = pictureHeight(principal) + principalPlate(principal);
	if (members === 0) {
		return { principal, member: 0, memberHeight: 0, pictured, columns: 1, width: principal, height: principalHeight };
	}
	const share = Math.floor((width - (columns - 1) * m.gap) / columns);
	const aligned = Math.floor((principal - (columns - 1) * m.gap) / columns);
	const wished =
		columns <= ALIGNED_COLUMNS_MAX
			? Math.min(aligned, Math.round(principal * MEMBER_SHARE))
			: Math.round(principal * MEMBER_SHARE);
	const member = pictured
		? Math.min(share, Math.max(MEMBER_WIDTH_MIN, wished))
		: Math.min(share, Math.max(PLATE_WIDTH_MIN, aligned));
	if (member < (pictured ? MEMBER_WIDTH_MIN : PLATE_WIDTH_MIN) || member >= principal) return null;
	const memberHeight = pictured ? pictureHeight(member) + memberPlate(member) : m.lonePlate;
	const rows = Math.ceil(members / columns);
	return {
		principal,
		member,
		memberHeight,
		pictured,
		columns,
		width: Math.max(principal, columns * member + (columns - 1) * m.gap),
		height: principalHeight + rows * (memberHeight + m.gap),
	};
}

/** The block with the widest principal that fits `width` by `height`, for one number of columns of members. */
function widest(
	width: number,
	height: number,
	members: number,
	columns: number,
	pictured: boolean,
	m: Measure,
): Block | null {
	let best: Block | null = null;
	let low = PRINCIPAL_WIDTH_MIN;
	let high = width;
	while (low <= high) {
		const middle = Math.floor((low + high) / 2);
		const block = blockOf(middle, width, members, columns, pictured, m);
		if (block && block.height <= height) {
			best = block;
			low = middle + 1;
		} else if (block) {
			high = middle - 1;
		} else {
			low = middle + 1;
		}
	}
	return best;
}

function fitBlock(width: number, height: number, members: number, pictured: boolean, m: Measure): Block | null {
	let best: Block | null = null;
	for (let columns = 1; columns <= Math.max(1, members); columns += 1) {
		const block = widest(width, height, members, columns, pictured, m);
		const wider = block && (!best || block.principal > best.principal);
		const roomier = block && best && block.principal === best.principal && block.member > best.member;
		if (wider || roomier) best = block;
	}
	return best;
}

/** Where principals are as wide as the stage lets them be and height is left over, members' pictures take it. */
function grown(block: Block, height: number, members: number, m: Measure): Block {
	if (!block.pictured || members === 0) return block;
	const aligned = Math.floor((block.principal - (block.columns - 1) * m.gap) / block.columns);
	const rows = Math.ceil(members / block.columns);
	const others = block.height - rows * block.memberHeight;
	let best = block;
	for (let member = block.member + 1; member <= Math.min(aligned, block.principal * MEMBER_SHARE_MAX); member += 1) {
		const memberHeight = pictureHeight(member) + memberPlate(member);
		const whole = others + rows * memberHeight;
		if (whole > height) break;
		best = { ...block, member, memberHeight, height: whole };
	}
	return best;
}

/** The delegations in rows and columns. */
interface Grid {
	columns: number;
	block: Block;
}

/** The grid with the widest principals, with or without members' pictures. */
function widestGrid(area: Rect, sides: number, members: number, pictured: boolean, m: Measure): Grid | null {
	let best: Grid | null = null;
	for (let columns = sides; columns >= 1; columns -= 1) {
		const rows = Math.ceil(sides / columns);
		const cellWidth = Math.floor((area.width - (columns - 1) * m.aisle) / columns);
		const cellHeight = Math.floor((area.height - (rows - 1) * m.aisle) / rows);
		const block = fitBlock(cellWidth, cellHeight, members, pictured, m);
		if (block && (!best || block.principal > best.block.principal)) {
			best = { columns, block: grown(block, cellHeight, members, m) };
		}
	}
	return best;
}

function fitGrid(area: Rect, sides: number, members: number, m: Measure): Grid {
	const pictured = widestGrid(area, sides, members, true, m);
	if (pictured && pictured.block.principal >= PRINCIPAL_WIDTH_COMFORT) return pictured;
	const plates = widestGrid(area, sides, members, false, m);
	if (!pictured) return plates ?? scrollingGrid(area.width, sides, members, m);
	return plates && plates.block.principal >= pictured.block.principal * MUCH_MORE ? plates : pictured;
}

/** Where nothing fits the stage: comfortable places, and the stage scrolls. */
function scrollingGrid(width: number, sides: number, members: number, m: Measure): Grid {
	const columns = Math.max(1, Math.min(sides, Math.floor((width + m.aisle) / (300 + m.aisle))));
	const cell = Math.floor((width - (columns - 1) * m.aisle) / columns);
	const principal = Math.max(1, cell);
	for (const pictured of [members <= 6, false]) {
		const minimum = pictured ? MEMBER_WIDTH_MIN : PLATE_WIDTH_MIN;
		const across = Math.max(1, Math.min(members, Math.floor((cell + m.gap) / (minimum + m.gap))));
		const block = blockOf(principal, cell, members, across, pictured, m);
		if (block) return { columns, block };
	}
	const principalHeight = pictureHeight(principal) + principalPlate(principal);
	const height = principalHeight + members * (m.lonePlate + m.gap);
	return {
		columns,
		block: {
			principal,
			member: principal,
			memberHeight: m.lonePlate,
			pictured: false,
			columns: 1,
			width: principal,
			height,
		},
	};
}

function placeSide(side: Side, x: number, y: number, block: Block, m: Measure): Tile[] {
	const centred = (width: number): number => x + Math.floor((block.width - width) / 2);
	const plate = principalPlate(block.principal);
	const principalHeight = pictureHeight(block.principal) + plate;
	const tiles: Tile[] = [
		{
			key: side.principal,
			seat: side.principal,
			delegation: side.delegation,
			place: 'principal',
			rect: { x: centred(block.principal), y, width: block.principal, height: principalHeight },
			plate,
			beside: false,
			pictured: true,
		},
	];
	side.members.forEach((seat, index) => {
		const row = Math.floor(index / block.columns);
		const inRow = Math.min(block.columns, side.members.length - row * block.columns);
		const start = centred(inRow * block.member + (inRow - 1) * m.gap);
		tiles.push({
			key: seat,
			seat,
			delegation: side.delegation,
			place: 'member',
			rect: {
				x: start + (index % block.columns) * (block.member + m.gap),
				y: y + principalHeight + m.gap + row * (block.memberHeight + m.gap),
				width: block.member,
				height: block.memberHeight,
			},
			plate: block.pictured ? memberPlate(block.member) : block.memberHeight,
			beside: false,
			pictured: block.pictured,
		});
	});
	return tiles;
}

function placeSides(sides: readonly Side[], area: Rect, m: Measure): { tiles: Tile[]; top: number; bottom: number } {
	if (sides.length === 0) return { tiles: [], top: area.y, bottom: area.y };
	const members = Math.max(...sides.map((side) => side.members.length));
	const { columns, block } = fitGrid(area, sides.length, members, m);
	const rows = Math.ceil(sides.length / columns);
	const total = rows * block.height + (rows - 1) * m.aisle;
	const top = area.y + Math.max(0, Math.floor((area.height - total) / 2));
	const tiles = sides.flatMap((side, index) => {
		const row = Math.floor(index / columns);
		const inRow = Math.min(columns, sides.length - row * columns);
		const rowWidth = inRow * block.width + (inRow - 1) * m.aisle;
		const x = area.x + Math.floor((area.width - rowWidth) / 2) + (index % columns) * (block.width + m.aisle);
		return placeSide(side, x, top + row * (block.height + m.aisle), block, m);
	});
	return { tiles, top, bottom: top + total };
}

/** Lays the table: see the top of the file. */
export function layout(viewport: Viewport, table: Table, documentOpen: boolean): Arrangement {
	const m = measure(viewport);
	const { document, people } = divide(viewport, documentOpen, m);
	const head = placeHead(table.head, people, m);
	const taken = headHeight(table.head.length, people, m);
	const rest = { ...people, y: people.y + taken, height: Math.max(1, people.height - taken) };
	const { tiles, top, bottom } = placeSides(table.sides, rest, m);
	// The head of the table keeps to the sides, so that all of it stands in the middle of the stage.
	const slack = top - rest.y;
	const all = [...head.map((tile) => ({ ...tile, rect: { ...tile.rect, y: tile.rect.y + slack } })), ...tiles];
	const height = Math.max(viewport.height, bottom + m.gap);
	if (viewport.direction === 'ltr') return { tiles: all, document, height };
	return {
		tiles: all.map((tile) => ({ ...tile, rect: mirrored(tile.rect, viewport.width) })),
		document: document && mirrored(document, viewport.width),
		height,
	};
}
