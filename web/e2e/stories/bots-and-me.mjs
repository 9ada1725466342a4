import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'one person meets six bots in a plenary in progress, and sees and hears them within 3 s of "Join"';

const BOTS = ['meridia-head', 'meridia-2', 'meridia-3', 'vesland-head', 'vesland-1', 'vesland-2'];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 4 });
	story.bots(summit, BOTS);
	const vidal = await story.person(summit, 'meridia-1');
	await vidal.arrive();
	await vidal.waitsForPlenary();

	const pressed = Date.now();
	await vidal.enter();
	await vidal.reaches('plenary');
	await vidal.seesSeat('vesland-head', 5000);
	await vidal.hearsAnybody(BOTS, 5000);
	const took = Date.now() - pressed;
	expect(took < 3000, `it took ${took} ms from "Join" to a moving picture and a voice`);

	for (const seat of BOTS) await vidal.seesSeat(seat);
	await story.pictures();
	// The picture of the README: without the green card that a browser's pretended camera shows.
	await vidal.screen.click('button', 'Stop camera');
	await vidal.reads('Camera off');
	await story.picture(vidal, 'plenary');
}
