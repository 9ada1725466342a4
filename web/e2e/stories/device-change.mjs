import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'camera and microphone are changed without leaving';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await hale.sees(marsh);
	const before = await sent(marsh);
	const lines = await mLines(marsh);

	await marsh.screen.click('button', 'Devices');
	await marsh.chooses('Camera', 'fake_device_2');
	await marsh.chooses('Microphone', 'Fake Audio Input 2');
	await story.pictures();
	await marsh.screen.click('button', 'Close');

	await eventually('another camera to be sent', async () => (await sent(marsh)).camera !== before.camera);
	await eventually('another microphone to be sent', async () => (await sent(marsh)).microphone !== before.microphone);
	await Promise.all([hale.sees(marsh), hale.hears(marsh), marsh.sees(hale)]);
	expect((await mLines(marsh)) === lines, 'the connection was negotiated again');
	expect((await marsh.stage()) === 'plenary', 'the person left the plenary');
}

/** @typedef {import('../harness/person.mjs').Person} Person */

/**
 * The devices whose tracks are sent.
 * @param {Person} person
 */
function sent(person) {
	return person.screen.evaluate(() => {
		const tracks = (window.sommet.pc?.getSenders() ?? []).map(({ track }) => track);
		return {
			camera: tracks.find((track) => track?.kind === 'video')?.getSettings().deviceId,
			microphone: tracks.find((track) => track?.kind === 'audio')?.getSettings().deviceId,
		};
	});
}

/** @param {Person} person */
function mLines(person) {
	return person.screen.evaluate(() => window.sommet.pc?.getTransceivers().length);
}
