import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Rect, Side, Table, Viewport } from './geometry';
import { pageAt, pageOf, placeOf, PLACES_MAX } from './pages';
import { seating } from './seating';

const side = (name: string, people: number): Side => ({
	delegation: name,
	principal: `${name}-head`,
	members: Array.from({ length: people - 1 }, (_, index) => `${name}-${index}`),
});

const table = (people: readonly number[], head = 1): Table => ({
	head: Array.from({ length: head }, (_, index) => `head-${index}`),
	sides: people.map((count, index) => side(`side${index}`, count)),
});

const anyCase = fc.record({
	viewport: fc.record({
		width: fc.integer({ min: 320, max: 3840 }),
		height: fc.integer({ min: 300, max: 2160 }),
		direction: fc.constantFrom<'ltr' | 'rtl'>('ltr', 'rtl'),
	}),
	table: fc
		.record({
			people: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 8 }),
			head: fc.integer({ min: 0, max: 12 }),
		})
		.map(({ people, head }) => table(people, head)),
	open: fc.boolean(),
	place: fc.integer({ min: 0, max: 60 }),
});

type Case = { viewport: Viewport; table: Table; open: boolean; place: number };

const check = (property: (given: Case) => void): void =>
	fc.assert(fc.property(anyCase, property), { numRuns: 300, seed: 7 });

const overlap = (a: Rect, b: Rect): boolean =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const laptop: Viewport = { width: 1280, height: 565, direction: 'ltr' };
const fifty = table([25, 25], 0);

/** All pages of a table. */
function pagesOf({ viewport, table, open }: Omit<Case, 'place'>): ReturnType<typeof pageAt>[] {
	const { paging } = pageAt(viewport, table, open, 0);
	return Array.from({ length: paging.pages }, (_, page) => pageAt(viewport, table, open, placeOf(paging, page)));
}

test('everybody has one place on one page, and the head of the table has one on each or sits like a side', () => {
	check((given) => {
		const pages = pagesOf(given);
		const atHead = (place: string): boolean => place === 'head';
		const seated = pages.flatMap(({ tiles }) => tiles.filter(({ place }) => !atHead(place)).map(({ seat }) => seat));
		const head = pages[0]?.tiles.filter(({ place }) => atHead(place)).map(({ seat }) => seat) ?? [];
		const { sides } = given.table;
		const expected = [...given.table.head, ...sides.flatMap(({ principal, members }) => [principal, ...members])];
		expect([...seated, ...head].sort()).toEqual([...expected].sort());
		expect(head.length === 0 || head.length === given.table.head.length).toBe(true);
	});
});

test('all places of all pages are pixel-equal, and no page has more pictures than are received', () => {
	check((given) => {
		const pages = pagesOf(given);
		const places = pages.flatMap(({ tiles }) => tiles.filter(({ place }) => place === 'member'));
		expect(new Set(places.map(({ rect, plate }) => `${rect.width}x${rect.height}/${plate}`)).size).toBe(1);
		for (const { tiles } of pages) {
			expect(tiles.filter(({ place }) => place === 'member').length).toBeLessThanOrEqual(PLACES_MAX);
		}
	});
});

test('places, front, document and controls are whole pixels, inside the stage, and do not overlap', () => {
	check(({ viewport, table, open, place }) => {
		const { tiles, document, height, paging } = pageAt(viewport, table, open, place);
		const rects = [...tiles, ...paging.front].map(({ rect }) => rect);
		const all = [...rects, paging.controls, ...(document ? [document] : [])];
		const fits = ({ x, y, width, height: tall }: Rect): boolean =>
			[x, y, width, tall].every(Number.isInteger) &&
			x >= 0 &&
			y >= 0 &&
			width > 0 &&
			tall > 0 &&
			x + width <= viewport.width &&
			y + tall <= height;
		expect(all.filter((rect) => !fits(rect))).toEqual([]);
		expect(all.filter((a, index) => all.slice(index + 1).some((b) => overlap(a, b)))).toEqual([]);
	});
});

test('right to left is the exact mirror of left to right', () => {
	check(({ viewport, table, open, place }) => {
		const rects = (direction: 'ltr' | 'rtl'): Rect[] => {
			const { tiles, paging } = pageAt({ ...viewport, direction }, table, open, place);
			return [...tiles.map(({ rect }) => rect), ...paging.front.map(({ rect }) => rect), paging.controls];
		};
		const mirror = (rect: Rect): Rect => ({ ...rect, x: viewport.width - rect.x - rect.width });
		expect(rects('rtl')).toEqual(rects('ltr').map(mirror));
	});
});

test('places have the same rectangles and the same keys on every page', () => {
	const pages = pagesOf({ viewport: laptop, table: fifty, open: false });
	const first = new Map(pages[0]?.tiles.map(({ key, rect }) => [key, rect]));
	for (const { tiles } of pages) for (const { key, rect } of tiles) expect(rect).toEqual(first.get(key));
});

test('both sides face each other on every page, as many of each while there are as many', () => {
	const pages = pagesOf({ viewport: laptop, table: fifty, open: false });
	expect(pages.length).toBe(5);
	for (const { tiles } of pages) {
		const of = (name: string): number => tiles.filter(({ seat }) => seat.startsWith(name)).length;
		expect(of('side0')).toBe(of('side1'));
	}
});

test('the pages are counted, and everybody is found on theirs', () => {
	const pages = pagesOf({ viewport: laptop, table: fifty, open: false });
	expect(pages.map(({ paging }) => [paging.page, paging.before + 1, paging.before + paging.here])).toEqual([
		[0, 1, 12],
		[1, 13, 24],
		[2, 25, 36],
		[3, 37, 48],
		[4, 49, 50],
	]);
	for (const { tiles, paging } of pages) {
		expect(paging.total).toBe(50);
		for (const { seat } of tiles) expect(pageOf(paging, seat)).toBe(paging.page);
	}
	const withChair = pageAt(laptop, table([25, 24]), false, 0).paging;
	expect(pageOf(withChair, 'head-0')).toBeUndefined();
});

test('the people one looks at stay on the page when it comes to hold more or fewer', () => {
	check(({ viewport, table, open, place }) => {
		const wide = pageAt({ ...viewport, width: viewport.width + 400 }, table, open, place);
		const { share, page, pages } = wide.paging;
		expect(page).toBe(Math.min(Math.floor(place / share), pages - 1));
	});
});

test('a picture at the front is larger than one on a page, on a laptop, a phone and a wall', () => {
	for (const [width, height] of [
		[1280, 565],
		[390, 640],
		[3840, 1900],
	] as const) {
		const { tiles, paging } = pageAt({ width, height, direction: 'ltr' }, fifty, false, 0);
		const pixels = ({ width, height }: Rect): number => width * height;
		const [place, front] = [tiles[0]?.rect, paging.front[0]?.rect];
		if (!place || !front) throw new Error('there is no place');
		expect(pixels(front)).toBeGreaterThan(pixels(place));
	}
});

test('there are pages only where not everybody is seen at once; beside a document a name plate is enough', () => {
	const isPaged = (viewport: Viewport, people: number[], open = false): boolean =>
		'paging' in seating(viewport, table(people), open, 0);
	expect(isPaged(laptop, [4, 4])).toBe(false);
	expect(isPaged(laptop, [4, 4], true)).toBe(false);
	expect(isPaged(laptop, [25, 25])).toBe(true);
	expect(isPaged({ width: 3840, height: 1900, direction: 'ltr' }, [25, 25])).toBe(true);
	expect(isPaged({ width: 390, height: 640, direction: 'ltr' }, [7, 7])).toBe(true);
});
