import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title =
	'tiles are equal to the pixel for two and three delegations, and never move: not when somebody joins, speaks or leaves';

const SCREENS = [
	{ width: 1280, height: 720 },
	{ width: 1920, height: 1080 },
];

/** @param {Story} story */
export default async function (story) {
	for (const sides of [
		['meridia', 'vesland'],
		['meridia', 'vesland', 'tarsis'],
	]) {
		const summit = await story.summit({ sides, people: 3 });
		const early = [...sides.map((side) => `${side}-head`), 'vesland-1'];
		const bots = story.bots(summit, early);
		const vidal = await story.person(summit, 'meridia-1');
		await vidal.join();
		await vidal.reaches('plenary');
		await vidal.seesSeat('vesland-1');

		for (const viewport of SCREENS) {
			await vidal.screen.page.setViewportSize(viewport);
			await equal(vidal, `${sides.length} delegations at ${viewport.width}x${viewport.height}`);
			await story.picture(vidal, `${sides.length}-delegations-${viewport.width}`);
		}

		await vidal.watchTiles();
		const late = story.bots(summit, ['meridia-2']);
		await vidal.seesSeat('meridia-2');
		await vidal.seesSpeaking([...early, 'meridia-2']);
		await story.picture(vidal, `${sides.length}-delegations-speaking`);
		await Promise.all([story.dismiss(late), story.dismiss(bots)]);
		await Promise.all([vidal.losesSight('meridia-2'), vidal.losesSight('vesland-1')]);
		const moves = await vidal.tileMoves();
		expect(moves.length === 0, `tiles moved: ${moves.join(', ')}`);
		await vidal.screen.close();
	}
}

/**
 * @param {Person} person
 * @param {string} where
 */
async function equal(person, where) {
	const tiles = await person.tiles();
	const sizes = (/** @type {boolean} */ heads) =>
		tiles.filter(({ seat }) => seat.endsWith('-head') === heads).map(({ width, height }) => `${width}x${height}`);
	for (const heads of [true, false]) {
		const different = new Set(sizes(heads));
		expect(
			different.size === 1,
			`${where}: ${heads ? 'principals' : 'advisers'} have tiles of ${[...different].join(', ')}`,
		);
	}
	const area = (/** @type {boolean} */ heads) => {
		const tile = tiles.find(({ seat }) => seat.endsWith('-head') === heads);
		return (tile?.width ?? 0) * (tile?.height ?? 0);
	};
	expect(area(true) > area(false), `${where}: an adviser's tile is not smaller than a principal's`);
	const screen = await person.screen.evaluate(() => ({ width: innerWidth, height: innerHeight }));
	for (const { seat, left, top, width, height } of tiles) {
		const inside = left >= 0 && top >= 0 && left + width <= screen.width && top + height <= screen.height;
		expect(inside, `${where}: the tile of ${seat} is not wholly on the screen`);
	}
	await person.fits(where);
}
