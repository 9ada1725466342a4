import { sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'somebody who comes late gets the keys and sees and hears all within 5 s, by keys of a later epoch';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	const before = await shareKeys([marsh, hale]);

	const vidal = await story.person(summit, 'meridia-1');
	await vidal.arrive();
	const pressed = Date.now();
	await vidal.enter();
	await vidal.reaches('plenary');
	await Promise.all([vidal.sees(marsh), vidal.sees(hale), vidal.hears(marsh), vidal.hears(hale)]);
	const took = Date.now() - pressed;
	expect(took < 5000, `it took ${took} ms from "Join" to the pictures and voices of all`);

	await Promise.all([marsh.sees(vidal), hale.sees(vidal), hale.hears(vidal)]);
	await shareKeys([marsh, hale, vidal], { after: before.epoch });
	await sealsAndOpens(vidal);
	await story.pictures();
}
