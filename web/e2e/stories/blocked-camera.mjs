import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

export const title =
	'who blocked the camera, or both devices, is told how to allow them, takes part, and allows them without a reload';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const marsh = await story.person(summit, 'meridia-head', { permissive: false });
	const vidal = await story.person(summit, 'meridia-1', { permissive: false });
	const hale = await story.person(summit, 'vesland-head');

	await marsh.arrive();
	await marsh.reads('Camera and microphone are blocked', 'beside the address');
	await story.picture(marsh, 'both');
	await marsh.enter('Join to listen');
	await hale.join();
	await marsh.declareReady();
	await hale.declareReady();
	await Promise.all([marsh.reaches('plenary'), hale.reaches('plenary')]);
	await Promise.all([marsh.sees(hale), marsh.hears(hale)]);
	await told(hale, marsh.seat, { camera: false, microphone: false });
	await story.picture(marsh, 'listening');

	await vidal.screen.context.grantPermissions(['microphone']);
	await vidal.arrive();
	await vidal.reads('The camera is blocked');
	await story.picture(vidal, 'camera-only');
	await vidal.enter('Join without a camera');
	await vidal.reaches('plenary');
	await told(hale, vidal.seat, { camera: false, microphone: true });
	await hale.hears(vidal);

	for (const person of [marsh, vidal]) {
		await person.screen.evaluate(() => {
			window.story = { pageOf: 'before' };
		});
		await person.screen.context.grantPermissions(['camera', 'microphone']);
	}
	for (const person of [marsh, vidal]) {
		await told(hale, person.seat, { camera: true, microphone: true });
		await Promise.all([hale.sees(person), hale.hears(person)]);
		const page = await person.screen.evaluate(() => window.story?.['pageOf']);
		expect(page === 'before', `the page of ${person.seat} was reloaded`);
	}
	await story.pictures();
}

/**
 * Waits until somebody is told which devices of another work.
 * @param {Person} person
 * @param {string} seat
 * @param {{ camera: boolean, microphone: boolean }} wanted
 */
async function told(person, seat, wanted) {
	await eventually(`${person.seat} to be told of ${seat}: ${JSON.stringify(wanted)}`, async () => {
		const presence = await person.screen.evaluate((of) => window.sommet.state().meeting?.presence[of], seat);
		if (presence?.state !== 'here') return false;
		return presence.devices.camera === wanted.camera && presence.devices.microphone === wanted.microphone;
	});
}
