import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'where UDP is blocked one comes in over TCP, in Chromium and in Firefox, and is told';

/** @param {Story} story */
export default async function (story) {
	const { server, line } = await story.serverBehindBadLine();
	await line.is('both', 'loss=100%');
	const summit = await story.summit({}, server);
	const [marsh, hale] = [
		await story.person(summit, 'meridia-head'),
		await story.personAtFirefox(summit, 'vesland-head'),
	];
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);

	for (const person of [marsh, hale]) {
		await person.reads('over TCP');
		await person.screen.click('button', 'Devices');
		await person.hasOpen('devices');
		await person.reads('because this network blocks UDP');
	}
	const { up, down } = await line.counts();
	expect(up.came > 0 && up.left === 0 && down.left === 0, 'something went over UDP');
	await story.pictures();
}
