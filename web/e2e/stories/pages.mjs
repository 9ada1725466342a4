import { clean } from '../harness/axe.mjs';
import { hasPinned, nothingMoved, pins, turnsAllPages, watchShifts } from '../harness/paging.mjs';
import { seatOf } from '../harness/plans.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'people for whom the window is too small are seen in pages; a pin survives a reload, and nothing jumps when people speak or come';

const SIDES = ['meridia', 'vesland'];
const PEOPLE = 7;
const LATE = seatOf('vesland', PEOPLE - 1);
/** They look at nobody. */
const WORDS = ['--publish', '--ready', '--height', '0'];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ sides: SIDES, people: PEOPLE });
	const seats = SIDES.flatMap((side) => Array.from({ length: PEOPLE }, (_, index) => seatOf(side, index)));
	const bots = seats.filter((seat) => seat !== 'meridia-1' && seat !== LATE);
	story.bots(summit, bots, { words: WORDS });
	const vidal = await story.person(summit, 'meridia-1', { options: { viewport: { width: 640, height: 600 } } });
	await vidal.join();
	await vidal.reaches('plenary');

	const turns = await turnsAllPages(vidal, seats, bots);
	story.says(`from the key to the first picture of the next page: ${turns.join(', ')} ms`);
	await vidal.fits('the last page');
	await clean(vidal, 'the last page');
	await story.picture(vidal, 'last-page');
	await vidal.screen.press('p');
	await vidal.hasOpen('people');
	await clean(vidal, 'the list of people');
	await story.picture(vidal, 'people');
	await vidal.screen.press('Escape');

	await vidal.watchTiles();
	await watchShifts(vidal);
	const late = story.bots(summit, [LATE], { words: WORDS, log: 'late.log' });
	await vidal.seesSeat(LATE);
	await pins(vidal, 'vesland-head');
	await story.dismiss(late);
	await vidal.losesSight(LATE);
	await nothingMoved(vidal);

	await vidal.screen.reload();
	await vidal.reaches('plenary');
	await hasPinned(vidal, 'vesland-head');
	await vidal.screen.click('button', 'Unpin Viktor Hale');
	await eventually('nobody to be pinned', () =>
		vidal.screen.evaluate(() => document.querySelector('[data-pinned="true"]') === null),
	);
}
