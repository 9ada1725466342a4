import { Workbench } from '../harness/workbench.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Screen} Screen */
/** @typedef {Awaited<ReturnType<typeof import('../pages/booth-sound.mjs').openBooth>>} Booth */
/** @typedef {ReturnType<typeof import('../pages/booth-sound.mjs').openMicrophone>} Microphone */

export const title =
	'a booth hears what comes over the network, each voice as it is turned and all of it under the ceiling, and closes its microphone for a cough';

/** In dBFS: below this a side is silent. */
const SILENT = -80;
/** The ceiling to begin with, and what an analyser may see above it, in decibels. */
const [CEILING, SLACK] = [-9, 0.2];

/** @param {Story} story */
export default async function (story) {
	const bench = await Workbench.open({ 'booth-sound': 'e2e/pages/booth-sound.mjs' });
	story.later(() => bench.close());
	// Firefox runs no sound on a machine that has no sound card.
	const screen = await story.page('chromium');
	await screen.goto(bench.url);
	await hears(story, screen);
	await coughs(screen);
}

/** @param {Story} story @param {Screen} screen */
async function hears(story, screen) {
	await screen.evaluate(async () => {
		/** @type {typeof import('../pages/booth-sound.mjs')} */
		const { openBooth } = await import(`${location.origin}/booth-sound.js`);
		const booth = await openBooth();
		window.story = { booth };
		booth.sound.add('partner', booth.tracks.soft);
	});
	const peaks = () => screen.evaluate(() => /** @type {{ booth: Booth }} */ (window.story).booth.peaks());
	/** @param {string} what @param {(left: number, right: number) => boolean} so */
	const becomes = (what, so) =>
		eventually(what, async () => {
			const [left = NaN, right = NaN] = await peaks();
			return so(left, right);
		});

	await becomes('the partner to be heard on both sides', (left, right) => left > -40 && right > -40);
	await screen.evaluate(() => {
		const { sound } = /** @type {{ booth: Booth }} */ (window.story).booth;
		sound.set('partner', { pan: -1 });
	});
	await becomes('the partner to be on the left alone', (left, right) => left > -40 && right < SILENT);

	await screen.evaluate(() => {
		const { sound, tracks, reduction } = /** @type {{ booth: Booth }} */ (window.story).booth;
		reduction();
		sound.add('floor', tracks.loud, { gain: 0 });
		sound.fadeTo('floor', 1, 150);
	});
	await becomes('the loud floor to be at the ceiling', (left) => left > CEILING - 2);
	for (let looks = 0; looks < 20; looks += 1) {
		const [left = NaN, right = NaN] = await peaks();
		expect(Math.max(left, right) < CEILING + SLACK, `${left} and ${right} dBFS are above the ceiling`);
	}
	const told = await eventually('the reduction to be told', async () => {
		const now = await screen.evaluate(() => /** @type {{ booth: Booth }} */ (window.story).booth.reduction());
		return now.most > 3 ? now : null;
	});
	story.says(`a floor at full scale is taken back by ${told.most.toFixed(1)} dB`);

	await screen.evaluate(() => /** @type {{ booth: Booth }} */ (window.story).booth.sound.setCeiling(-20));
	await becomes('the floor to go under the lower ceiling', (left) => left < -20 + SLACK && left > -22);
	await screen.evaluate(() => /** @type {{ booth: Booth }} */ (window.story).booth.sound.fadeTo('floor', 0, 150));
	await becomes('the floor to be faded out', (left, right) => left > -30 && left < -24 && right < SILENT);
	await screen.evaluate(() => {
		const { sound } = /** @type {{ booth: Booth }} */ (window.story).booth;
		for (const id of sound.ids) sound.remove(id);
	});
	await becomes('all to be silent', (left, right) => left < SILENT && right < SILENT);
	await screen.evaluate(() => /** @type {{ booth: Booth }} */ (window.story).booth.sound.close());
}

/** @param {Screen} screen */
async function coughs(screen) {
	await screen.evaluate(async () => {
		/** @type {typeof import('../pages/booth-sound.mjs')} */
		const { openMicrophone } = await import(`${location.origin}/booth-sound.js`);
		window.story = { microphone: openMicrophone() };
	});
	const look = () =>
		screen.evaluate(() => {
			const { microphone, sent, level } = /** @type {{ microphone: Microphone }} */ (window.story).microphone;
			return { sent: sent(), level: level(), open: microphone.isOpen };
		});
	/** @param {string} what @param {boolean} open */
	const becomes = async (what, open) => {
		await eventually(what, async () => {
			const { sent } = await look();
			return open ? sent > -10 : sent < SILENT;
		});
		const now = await look();
		expect(now.open === open, `it says that the microphone is ${now.open ? 'open' : 'closed'}`);
		expect(now.level > 0.5, 'the level of the microphone is not told while it is closed');
	};
	/** @param {{ cough?: boolean, mute?: boolean }} keys */
	const presses = (keys) =>
		screen.evaluate(({ cough, mute }) => {
			const { microphone } = /** @type {{ microphone: Microphone }} */ (window.story).microphone;
			if (cough !== undefined) microphone.cough(cough);
			if (mute !== undefined) microphone.mute(mute);
		}, keys);

	await becomes('the microphone to be heard', true);
	await presses({ cough: true });
	await becomes('a cough to be silent', false);
	await presses({ cough: false });
	await becomes('the voice to be back', true);
	// Shorter than the ramp: the one back replaces the one there.
	await screen.evaluate(() => {
		const { microphone } = /** @type {{ microphone: Microphone }} */ (window.story).microphone;
		for (const down of [true, false]) microphone.cough(down);
	});
	await becomes('the voice to be there after a tap', true);
	await presses({ cough: true, mute: true });
	await presses({ cough: false });
	await becomes('mute to hold after the cough', false);
	await presses({ mute: false });
	await becomes('the voice to be back after mute', true);
	await screen.evaluate(() => /** @type {{ microphone: Microphone }} */ (window.story).microphone.microphone.close());
}
