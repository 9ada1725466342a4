import { nothingMoved, pins, turnsAllPages, watchShifts } from '../harness/paging.mjs';
import { seatOf } from '../harness/plans.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'fifty people are seen in pages: every page moves, somebody is pinned, and nothing jumps when people speak or come';

/** Fifty people who send, and a browser that decodes a page of them, need more than a machine has beside other work. */
export const long = true;
export const seconds = 240;

const SIDES = ['meridia', 'vesland'];
const PEOPLE = 25;
const LATE = seatOf('vesland', PEOPLE - 1);
/** They look at nobody. */
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

	const turns = await turnsAllPages(vidal, seats, bots);
	story.says(`from the key to the first picture of the next page: ${turns.join(', ')} ms`);
	await story.picture(vidal, 'last-page');

	await vidal.watchTiles();
	await watchShifts(vidal);
	const late = story.bots(summit, [LATE], { words: WORDS, log: 'late.log' });
	await vidal.seesSeat(LATE, 20_000);
	await pins(vidal, 'vesland-head');
	await story.picture(vidal, 'pinned');
	await story.dismiss(late);
	await vidal.losesSight(LATE);
	await nothingMoved(vidal);
}
