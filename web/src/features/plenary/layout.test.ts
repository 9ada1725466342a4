import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Arrangement, Rect, Side, Table, Tile, Viewport } from './geometry';
import { layout } from './layout';

const side = (name: string, members: number): Side => ({
	delegation: name,
	principal: `${name}-head`,
	members: Array.from({ length: members }, (_, index) => `${name}-${index}`),
});

const table = (members: readonly number[], head = 1): Table => ({
	head: Array.from({ length: head }, (_, index) => `head-${index}`),
	sides: members.map((count, index) => side(`side${index}`, count)),
});

const anyTable = fc
	.record({
		members: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 8 }),
		head: fc.integer({ min: 0, max: 6 }),
	})
	.map(({ members, head }) => table(members, head));

const anyViewport = fc.record({
	width: fc.integer({ min: 320, max: 3840 }),
	height: fc.integer({ min: 300, max: 2160 }),
	direction: fc.constantFrom<'ltr' | 'rtl'>('ltr', 'rtl'),
});

const anyCase = fc.record({ viewport: anyViewport, table: anyTable, open: fc.boolean() });

const overlap = (a: Rect, b: Rect): boolean =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const sizes = (arrangement: Arrangement, place: Tile['place']): Set<string> =>
	new Set(
		arrangement.tiles
			.filter((tile) => tile.place === place)
			.map(({ rect, plate, pictured }) => `${rect.width}x${rect.height}/${plate}/${pictured}`),
	);

const rects = ({ tiles, document }: Arrangement): Rect[] => [
	...tiles.map((tile) => tile.rect),
	...(document ? [document] : []),
];

const check = (property: (given: { viewport: Viewport; table: Table; open: boolean }) => void): void =>
	fc.assert(fc.property(anyCase, property), { numRuns: 500, seed: 7 });

test('every person has exactly one place', () => {
	check(({ viewport, table, open }) => {
		const seats = layout(viewport, table, open).tiles.map((tile) => tile.seat);
		const expected = [...table.head, ...table.sides.flatMap(({ principal, members }) => [principal, ...members])];
		expect([...seats].sort()).toEqual([...expected].sort());
	});
});

test('principals are pixel-equal, and members are pixel-equal across all delegations', () => {
	check(({ viewport, table, open }) => {
		const arrangement = layout(viewport, table, open);
		expect(sizes(arrangement, 'principal').size).toBe(1);
		expect(sizes(arrangement, 'member').size).toBeLessThanOrEqual(1);
	});
});

test('a member is never as large as a principal', () => {
	check(({ viewport, table, open }) => {
		const { tiles } = layout(viewport, table, open);
		const principal = tiles.find(({ place }) => place === 'principal');
		for (const { place, rect } of tiles) {
			if (place === 'member' && principal) {
				expect(rect.width).toBeLessThanOrEqual(principal.rect.width);
				expect(rect.height).toBeLessThan(principal.rect.height);
			}
		}
	});
});

test('rectangles are whole pixels, inside the stage, and do not overlap', () => {
	check(({ viewport, table, open }) => {
		const arrangement = layout(viewport, table, open);
		const all = rects(arrangement);
		const fits = ({ x, y, width, height }: Rect): boolean =>
			[x, y, width, height].every(Number.isInteger) &&
			x >= 0 &&
			y >= 0 &&
			width > 0 &&
			height > 0 &&
			x + width <= viewport.width &&
			y + height <= arrangement.height;
		expect(all.filter((rect) => !fits(rect))).toEqual([]);
		expect(all.filter((a, index) => all.slice(index + 1).some((b) => overlap(a, b)))).toEqual([]);
	});
});

test('right to left is the exact mirror of left to right', () => {
	check(({ viewport, table, open }) => {
		const ltr = layout({ ...viewport, direction: 'ltr' }, table, open);
		const rtl = layout({ ...viewport, direction: 'rtl' }, table, open);
		const mirror = (rect: Rect): Rect => ({ ...rect, x: viewport.width - rect.x - rect.width });
		expect(rects(rtl)).toEqual(rects(ltr).map(mirror));
	});
});

test('the viewer’s own side is at the start and the others follow in order', () => {
	const { tiles } = layout({ width: 1280, height: 580, direction: 'ltr' }, table([2, 2, 2]), false);
	const heads = tiles.filter(({ place }) => place === 'principal');
	expect(heads.map(({ delegation }) => delegation)).toEqual(['side0', 'side1', 'side2']);
	expect(heads.map(({ rect }) => rect.x)).toEqual(heads.map(({ rect }) => rect.x).sort((a, b) => a - b));
});

test('two delegations of four fit a small laptop without scrolling, large enough to see faces', () => {
	const { tiles, height } = layout({ width: 1280, height: 580, direction: 'ltr' }, table([3, 3]), false);
	expect(height).toBe(580);
	expect(tiles.find(({ place }) => place === 'principal')?.rect.width).toBeGreaterThan(420);
	expect(tiles.every(({ pictured }) => pictured)).toBe(true);
});

test('on a phone the principals are stacked, with their advisers as a strip beneath', () => {
	const { tiles, height } = layout({ width: 390, height: 640, direction: 'ltr' }, table([3, 3], 0), false);
	const [first, second] = tiles.filter(({ place }) => place === 'principal').map(({ rect }) => rect);
	expect(height).toBe(640);
	expect(first?.x).toBe(second?.x);
	const strip = tiles.filter(({ place, delegation }) => place === 'member' && delegation === 'side0');
	expect(new Set(strip.map(({ rect }) => rect.y)).size).toBe(1);
});

test('a 4K wall shows eight delegations at once', () => {
	const { height } = layout({ width: 3840, height: 1960, direction: 'ltr' }, table([3, 3, 3, 3, 3, 3, 3, 3]), false);
	expect(height).toBe(1960);
});

test('an opened document takes most of the stage and keeps everybody in sight', () => {
	const { document, height } = layout({ width: 1280, height: 580, direction: 'ltr' }, table([2, 2]), true);
	expect(height).toBe(580);
	expect(document?.width).toBeGreaterThan(820);
});
