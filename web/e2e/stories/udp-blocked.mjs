import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'where UDP is blocked one comes in over TCP, hears and sees, and is told';

/** @param {Story} story */
export default async function (story) {
	const { server, line } = await story.serverBehindBadLine({ overTcp: true });
	await line.is('both', 'loss=100%');
	const summit = await story.summit({}, server);
	const [marsh, hale] = [await story.person(summit, 'meridia-head'), await story.person(summit, 'vesland-head')];
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);

	await marsh.reads('over TCP');
	await marsh.screen.click('button', 'Devices');
	await marsh.hasOpen('devices');
	await marsh.reads('because this network blocks UDP');
	const { up, down } = await line.counts();
	expect(up.came > 0 && up.left === 0 && down.left === 0, 'something went over UDP');
	await story.pictures();
}
