import { smallCameras } from '../harness/probes.mjs';
import { openedBy, sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'when somebody leaves, the others go on with keys that the one who left does not have';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [vidal, marsh, hale]) await screen.page.addInitScript(smallCameras);
	await story.meet(vidal, marsh, hale);
	const before = await shareKeys([vidal, marsh, hale]);
	await hale.sees(vidal);

	await vidal.leave();

	await shareKeys([marsh, hale], { after: before.epoch });
	await hale.losesSight(vidal.seat);
	await Promise.all([marsh.sees(hale), hale.hears(marsh)]);
	for (const person of [marsh, hale]) await sealsAndOpens(person);
	const opened = await openedBy(vidal);
	await pause(1500);
	expect((await openedBy(vidal)) === opened, 'the device of the one who left goes on opening frames');
	await story.pictures();
}
