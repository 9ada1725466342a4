import { listenIn } from '../harness/probes.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

export const title =
	'before joining one sees oneself, the level moves, and what was recorded is played back on the speaker one chose';

/** Louder than the noise of nothing. */
const AUDIBLE = 0.01;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	await marsh.screen.page.addInitScript(listenIn);
	await marsh.arrive();
	await marsh.reads('Nobody sees or hears you yet.', marsh.name);

	await marsh.fits('the pre-flight');
	await eventually('the own picture to move', () => ownPictureMoves(marsh));
	const levels = new Set();
	await eventually(
		'the level of the microphone to move',
		async () => levels.add(await level(marsh)).size >= 3 && Math.max(...levels) > 0,
		{ every: 50 },
	);
	await marsh.reads('You are heard.');
	await marsh.screen.click('button', 'Mute');
	await marsh.reads('The microphone is off.');
	await marsh.screen.click('button', 'Unmute');

	await marsh.chooses('Speaker', 'Fake Audio Output 2');
	const speaker = await marsh.screen.evaluate(async () => {
		const devices = await navigator.mediaDevices.enumerateDevices();
		return devices.find(({ label }) => label === 'Fake Audio Output 2')?.deviceId;
	});
	await marsh.screen.click('button', 'Play a tone');
	await marsh.reads('Do you hear it?');
	await eventually('the tone to sound', async () => ((await played(marsh))[0]?.peak ?? 0) > AUDIBLE);

	await marsh.screen.click('button', 'Record and play back');
	await marsh.reads('Speak now');
	await story.picture(marsh, 'recording');
	await marsh.reads('Playing back');
	await eventually('the recording to sound', async () => ((await played(marsh))[1]?.peak ?? 0) > AUDIBLE);
	await marsh.reads('This is how the others hear you.');
	await story.picture(marsh, 'played');
	for (const sound of await played(marsh)) expect(sound.speaker === speaker, 'a sound went to another speaker');

	await marsh.enter();
	await marsh.reaches('lobby');
}

/** @param {Person} person */
function level(person) {
	return person.screen.evaluate(() => Number(document.querySelector('[role="meter"]')?.getAttribute('aria-valuenow')));
}

/** @param {Person} person */
function ownPictureMoves(person) {
	return person.screen.evaluate(() => {
		const video = document.querySelector('video');
		const story = (window.story ??= {});
		const frames = video?.checkVisibility({ visibilityProperty: true })
			? video.getVideoPlaybackQuality().totalVideoFrames
			: 0;
		const before = Number(story['frames'] ?? frames);
		story['frames'] = before;
		return frames > before + 3;
	});
}

/**
 * The sounds of the tests so far.
 * @param {Person} person
 * @returns {Promise<{ speaker: string, peak: number }[]>}
 */
function played(person) {
	return person.screen.evaluate(() => /** @type {any} */ (window.story?.['played']));
}
