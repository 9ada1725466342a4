/** A table that is turned in pages: what a person does with it and sees of it. */
import { eventually, expect } from './wait.mjs';

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Person */

/** A picture that does not come within this time does not come. */
const WITHIN = 20_000;

/**
 * Goes through all pages by the keyboard, and sees on each the pictures of these people move. Nobody sits on two pages,
 * everybody on one, and all places are equal.
 * @param {Person} person
 * @param {readonly string[]} seats everybody
 * @param {readonly string[]} shown whose pictures there are
 * @returns {Promise<number[]>} how long after the key the first picture of each further page was there, in milliseconds
 */
export async function turnsAllPages(person, seats, shown) {
	const pages = await pageCount(person);
	expect(pages > 1, 'everybody is on one page');
	/** @type {string[]} */
	const seen = [];
	/** @type {Set<string>} */
	const sizes = new Set();
	const turns = [];
	for (let page = 1; page <= pages; page += 1) {
		if (page > 1) turns.push(await turn(person, page));
		const tiles = (await person.tiles()).filter(({ seat }) => seats.includes(seat));
		for (const { seat, width, height } of tiles) {
			seen.push(seat);
			sizes.add(`${width}x${height}`);
		}
		await Promise.all(
			tiles.filter(({ seat }) => shown.includes(seat)).map(({ seat }) => person.seesSeat(seat, WITHIN)),
		);
	}
	const missing = seats.filter((seat) => !seen.includes(seat));
	expect(missing.length === 0, `on no page: ${missing.join(', ')}`);
	expect(new Set(seen).size === seen.length, 'somebody sits on two pages');
	expect(sizes.size === 1, `there are places of ${[...sizes].join(', ')}`);
	return turns;
}

/** @param {Person} person */
async function pageCount(person) {
	const count = () =>
		person.screen.evaluate(() => Number(document.querySelector('[data-pages]')?.getAttribute('data-pages') ?? 0));
	return eventually('pages', async () => (await count()) || null);
}

/** @param {Person} person @param {number} page */
async function turn(person, page) {
	const begin = Date.now();
	await person.screen.press('PageDown');
	await eventually(
		`a picture on page ${page}`,
		() =>
			person.screen.evaluate((wanted) => {
				const at = document.querySelector('[data-page]')?.getAttribute('data-page');
				return (
					at === String(wanted) &&
					document.querySelector('[data-tile][data-place="member"][data-picture="live"]') !== null
				);
			}, page),
		{ every: 20, within: WITHIN },
	);
	return Date.now() - begin;
}

/**
 * Pins somebody from the list of all, by the keyboard and a click; the picture is at the front then, larger than any on a page.
 * @param {Person} person
 * @param {string} seat
 */
export async function pins(person, seat) {
	await person.screen.press('p');
	await person.hasOpen('people');
	await person.screen.evaluate((of) => {
		document.querySelector(/** @type {'input'} */ (`input[name="pin"][value="${of}"]`))?.click();
	}, seat);
	await person.screen.press('Escape');
	await hasPinned(person, seat);
}

/** @param {Person} person @param {string} seat */
export async function hasPinned(person, seat) {
	const widthOf = () =>
		person.screen.evaluate((of) => {
			const tile = document.querySelector(`[data-front="${of}"][data-pinned="true"][data-picture="live"]`);
			return tile?.querySelector('video')?.clientWidth ?? null;
		}, seat);
	const width = await eventually(`${seat} to be seen at the front`, widthOf, { within: WITHIN });
	const widest = Math.max(...(await person.tiles()).map((tile) => tile.width));
	expect(width > widest, `what is pinned is ${width} wide, and others are ${widest}`);
}

/** Notes every shift of the layout that no key or click asked for a moment before, as the browser sees it. @param {Person} person */
export async function watchShifts(person) {
	await person.screen.evaluate(() => {
		/** @type {string[]} */
		const shifts = [];
		window.story = { ...window.story, shifts };
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) {
				const { value, hadRecentInput, sources } = /** @type {any} */ (entry);
				const what = sources.map((/** @type {any} */ { node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName);
				if (!hadRecentInput) shifts.push(`${what.join(' and ')} by ${value}`);
			}
		}).observe({ type: 'layout-shift' });
	});
}

/** Fails if a tile moved since it was watched, or anything else. @param {Person} person */
export async function nothingMoved(person) {
	const moves = await person.tileMoves();
	expect(moves.length === 0, `tiles moved: ${moves.join(', ')}`);
	const shifts = await person.screen.evaluate(() => /** @type {string[]} */ (window.story?.['shifts']));
	expect(shifts.length === 0, `the layout shifted: ${shifts.join(', ')}`);
}
