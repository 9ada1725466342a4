import { seatOf } from '../harness/plans.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title =
	'fifty people are seen in pages: every page moves, somebody is pinned, and nothing jumps when people speak or come';

const SIDES = ['meridia', 'vesland'];
const PEOPLE = 25;
/** Whoever comes late. */
const LATE = 'vesland-24';
/** They look at nobody, so that the machine has time for fifty people. */
const WORDS = ['--publish', '--ready', '--height', '0'];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ sides: SIDES, people: PEOPLE });
	const seats = SIDES.flatMap((side) => Array.from({ length: PEOPLE }, (_, index) => seatOf(side, index)));
	const bots = seats.filter((seat) => seat !== 'meridia-1' && seat !== LATE);
	story.bots(summit, bots, { words: WORDS });
	const vidal = await story.person(summit, 'meridia-1');
	await vidal.join();
	await vidal.reaches('plenary', 30_000);
	await vidal.screen.evaluate(watchShifts);

	const pages = await pageCount(vidal);
	expect(pages > 1, 'fifty people are on one page');
	/** @type {Set<string>} */
	const seen = new Set();
	/** @type {Set<string>} */
	const sizes = new Set();
	const turns = [];
	for (let page = 1; page <= pages; page += 1) {
		const tiles = await vidal.tiles();
		for (const { seat, width, height } of tiles) {
			expect(!seen.has(seat), `${seat} sits on two pages`);
			seen.add(seat);
			sizes.add(`${width}x${height}`);
		}
		const shown = tiles.map(({ seat }) => seat).filter((seat) => bots.includes(seat));
		await Promise.all(shown.map((seat) => vidal.seesSeat(seat, 20_000)));
		if (page === 1) await story.picture(vidal, 'first-page');
		if (page === pages) break;
		const begin = Date.now();
		await vidal.screen.press('PageDown');
		await onPage(vidal, page + 1);
		turns.push(await firstPicture(vidal, begin));
	}
	story.says(`from the key to the first picture of a page: ${turns.join(', ')} ms`);
	expect(seen.size === seats.length, `${seen.size} of ${seats.length} people are on some page`);
	expect(sizes.size === 1, `tiles of ${[...sizes].join(', ')}`);

	await vidal.watchTiles();
	const late = story.bots(summit, [LATE], { words: WORDS, log: 'late.log' });
	await vidal.seesSeat(LATE, 20_000);
	await pins(story, vidal);
	await story.dismiss(late);
	await vidal.losesSight(LATE);
	const moves = await vidal.tileMoves();
	expect(moves.length === 0, `tiles moved: ${moves.join(', ')}`);
	const shifts = await vidal.screen.evaluate(() => /** @type {string[]} */ (window.story?.['shifts']));
	expect(shifts.length === 0, `the layout shifted: ${shifts.join(', ')}`);
}

/** The head of the other side, who sits on the first page, is pinned from the list: larger, and there after a reload. @param {Story} story @param {Person} vidal */
async function pins(story, vidal) {
	await vidal.screen.press('p');
	await vidal.hasOpen('people');
	await vidal.screen.evaluate(() => {
		document.querySelector(/** @type {'input'} */ ('input[value="vesland-head"]'))?.click();
	});
	await vidal.screen.press('Escape');
	const front = '[data-front="vesland-head"]';
	const pinned = () =>
		vidal.screen.evaluate((tile) => {
			const video = document.querySelector(`${tile}[data-pinned="true"][data-picture="live"] video`);
			return video instanceof HTMLVideoElement && video.videoWidth > 0 ? video.clientWidth : null;
		}, front);
	const width = await eventually('the pinned picture to be at the front', pinned);
	const [tile] = await vidal.tiles();
	expect(width > (tile?.width ?? 0), 'the pinned picture is no larger than the others');
	await story.picture(vidal, 'pinned');
}

/** @param {Person} person */
function pageCount(person) {
	return eventually('the pages to be counted', () =>
		person.screen.evaluate(() => Number(document.querySelector('[data-pages]')?.getAttribute('data-pages'))),
	);
}

/** @param {Person} person @param {number} page */
async function onPage(person, page) {
	await eventually(
		`page ${page}`,
		() =>
			person.screen.evaluate(
				(wanted) => document.querySelector('[data-page]')?.getAttribute('data-page') === wanted,
				String(page),
			),
		{ every: 20 },
	);
}

/** How long after `begin` the first picture of a page is there. @param {Person} person @param {number} begin */
async function firstPicture(person, begin) {
	await eventually(
		'a picture on the page',
		() => person.screen.evaluate(() => document.querySelector('[data-tile][data-picture="live"]') !== null),
		{ every: 20 },
	);
	return Date.now() - begin;
}

/** Notes every shift of the layout that the person did not ask for a moment before, as the browser sees it. */
function watchShifts() {
	/** @type {string[]} */
	const shifts = [];
	window.story = { ...window.story, shifts };
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) {
			const { value, hadRecentInput, sources } = /** @type {any} */ (entry);
			if (!hadRecentInput)
				shifts.push(
					`${value} ${sources.map((/** @type {any} */ one) => one.node?.className ?? one.node?.nodeName).join(' ')}`,
				);
		}
	}).observe({ type: 'layout-shift', buffered: false });
}
