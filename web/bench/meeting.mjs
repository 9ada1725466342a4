/** What a meeting of ten costs in a browser, and what of that is sealing. */
import { Story } from '../e2e/harness/story.mjs';
import { pause } from '../e2e/harness/wait.mjs';
import { spentIn } from './threads.mjs';

/** Where the one with the browser sits; all others are bots. */
const SEAT = 'meridia-1';
const BOTS = [
	...['meridia-head', 'meridia-2', 'meridia-3'],
	...['vesland-head', 'vesland-1', 'vesland-2'],
	...['tarsis-head', 'tarsis-1', 'tarsis-2'],
];
/** Until the pictures have the size and the rate at which they stay. */
const SETTLING_MS = 5000;

/**
 * @param {import('../e2e/harness/stage.mjs').Stage} stage
 * @param {{ looks: number, seconds: number }} pace how often is looked, and for how long each time
 * @returns {Promise<import('./threads.mjs').Spent[]>} for each look
 */
export async function meeting(stage, { looks, seconds }) {
	const story = new Story('bench-seal', stage);
	try {
		const summit = await story.summit({ sides: ['meridia', 'vesland', 'tarsis'], people: 4 });
		story.bots(summit, BOTS);
		const person = await story.person(summit, SEAT);
		await person.arrive();
		await person.waitsForPlenary();
		await person.enter();
		await person.reaches('plenary');
		for (const seat of BOTS) await person.seesSeat(seat, 30_000);
		await person.hearsAnybody(BOTS);
		await pause(SETTLING_MS);
		const spent = [];
		for (let left = looks; left > 0; left -= 1) spent.push(await spentIn(await stage.chromium(true), seconds * 1000));
		return spent;
	} finally {
		await story.end();
	}
}
