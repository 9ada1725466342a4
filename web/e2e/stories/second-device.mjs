import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a second device for the same seat asks which one stays, and that one stays';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await hale.sees(marsh);
	await marsh.marks();

	const second = await story.anotherDevice(summit, 'meridia-head');
	await second.screen.goto(second.link);
	await second.reaches('seat_taken');
	await second.reads('Your seat is in use on another device', 'Chromium');
	await story.picture(second, 'question');
	await second.screen.click('button', 'Keep the other device');
	await second.reads('Your seat stays on the other device', 'You may close this page.');
	await story.picture(second, 'kept');
	await Promise.all([hale.sees(marsh), marsh.sees(hale), hale.hears(marsh)]);
	expect(await marsh.isMarked(), 'the first device was disturbed by the question');
	expect((await marsh.stage()) === 'plenary', 'the first device has left the plenary');

	const third = await story.anotherDevice(summit, 'meridia-head');
	await third.screen.goto(third.link);
	await third.reaches('seat_taken');
	await third.screen.click('button', 'Continue on this device');
	await third.reaches('preflight');
	await marsh.reaches('problem');
	await marsh.reads('Your seat is now on another device');
	await story.picture(marsh, 'first-device');

	await third.enter();
	await third.reaches('plenary');
	await Promise.all([hale.sees(third), third.sees(hale), hale.hears(third)]);
	await story.picture(third, 'third-device');
}
