import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'when nothing gets through for ten seconds, sound and picture come back without a click';

/** It measures, and is played when nothing else runs. */
export const long = true;

const BLACKOUT_MS = 10_000;
/** How soon everything is there again once something gets through. */
const BACK_WITHIN_MS = 5000;

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine();
	await marsh.screen.evaluate(() => {
		window.story = { pageOf: 'before' };
	});

	const begin = Date.now();
	await line.is('both', 'loss=100%');
	await eventually('ten seconds to pass', () => Date.now() - begin >= BLACKOUT_MS, { within: 2 * BLACKOUT_MS });
	await story.pictures('-meanwhile');
	await line.is('both');
	const back = Date.now();
	await Promise.all([
		marsh.sees(hale, BACK_WITHIN_MS),
		hale.sees(marsh, BACK_WITHIN_MS),
		marsh.hears(hale, BACK_WITHIN_MS),
		hale.hears(marsh, BACK_WITHIN_MS),
	]);
	story.says(`after ${BLACKOUT_MS} ms without anything all was back within ${Date.now() - back} ms`);
	const page = await marsh.screen.evaluate(() => window.story?.['pageOf']);
	if (page !== 'before') throw new Error('the page was reloaded');
	await story.pictures();
}
