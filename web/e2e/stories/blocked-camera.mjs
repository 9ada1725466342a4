import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'who blocked camera and microphone is told how to allow them, and takes part by listening';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head', { permissive: false });
	const hale = await story.person(summit, 'vesland-head');

	await marsh.arrive();
	await marsh.reads('Camera and microphone are blocked', 'Open the settings symbol beside the address');
	await story.picture(marsh, 'preflight');
	await marsh.enter('Join to listen');
	await hale.join();
	await marsh.declareReady();
	await hale.declareReady();
	await Promise.all([marsh.reaches('plenary'), hale.reaches('plenary')]);

	await Promise.all([marsh.sees(hale), marsh.hears(hale)]);
	const devices = await hale.screen.evaluate(() => window.sommet.state().meeting?.presence['meridia-head']);
	expect(devices?.state === 'here' && !devices.devices.camera && !devices.devices.microphone, 'others are not told');
	await story.pictures();
}
