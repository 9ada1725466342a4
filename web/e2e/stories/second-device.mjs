import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a second device for the same seat asks which one stays';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await hale.sees(marsh);

	const again = await story.person(summit, 'meridia-head');
	await again.screen.goto(again.link);
	await again.reaches('seat_taken');
	await again.reads('Your seat is in use on another device', 'Chromium');
	await story.picture(again, 'question');
	expect((await marsh.stage()) === 'plenary', 'the first device was disturbed by the question');

	await again.screen.click('button', 'Continue on this device');
	await again.reaches('preflight');
	await marsh.reaches('problem');
	await marsh.reads('Your seat is now on another device');
	await story.picture(marsh, 'first-device');

	await again.enter();
	await again.reaches('plenary');
	await Promise.all([hale.sees(again), again.sees(hale), hale.hears(again)]);
	await story.picture(again, 'second-device');
}
