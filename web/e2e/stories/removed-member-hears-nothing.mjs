import { command } from '../harness/parties.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { openedBy, sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'whose certificate is withdrawn is shown out, the others change the keys, and that device opens nothing more';

/** @param {Story} story */
export default async function (story) {
	const server = await story.server();
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [vidal, marsh, hale]) await screen.page.addInitScript(smallCameras);
	await story.meet(vidal, marsh, hale);
	const before = await shareKeys([vidal, marsh, hale]);
	await Promise.all([vidal.sees(hale), hale.sees(vidal)]);

	const key = summit.keys['meridia']?.file ?? '';
	await command('revoke', summit.id, '--key', key, '--server', server.url, '--seat', vidal.seat);

	await Promise.all([vidal.reaches('problem'), shareKeys([marsh, hale], { after: before.epoch })]);
	const opened = await openedBy(vidal);
	await pause(2000);
	expect((await openedBy(vidal)) === opened, 'the device that was shown out goes on opening frames');
	await hale.losesSight(vidal.seat);
	await hale.reads(`The certificate of ${vidal.name} was withdrawn`);
	await Promise.all([marsh.sees(hale), hale.hears(marsh)]);
	for (const person of [marsh, hale]) await sealsAndOpens(person);
	await story.pictures();
}
