import { sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

/** On a machine that plays three browsers at once; `cargo x bench join` measures what it takes on a real one. */
const SOON_MS = 10_000;

export const title = 'somebody who comes late gets the keys and soon sees and hears all, by keys of a later epoch';

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
	story.says(`${took} ms from "Join" to the pictures and voices of all`);
	expect(took < SOON_MS, `it took ${took} ms from "Join" to the pictures and voices of all`);

	await Promise.all([marsh.sees(vidal), hale.sees(vidal), hale.hears(vidal)]);
	await shareKeys([marsh, hale, vidal], { after: before.epoch });
	await sealsAndOpens(vidal);
	await story.pictures();
}
