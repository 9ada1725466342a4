import fs from 'node:fs';
import path from 'node:path';

import { root } from '../harness/places.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {'good' | 'voice' | 'telephone' | 'noisy' | 'clipped'} Sound */

export const title =
	'before joining one reads whether interpreters can work with the microphone: a good one, one as of a telephone, a noisy and an overdriven one';

/**
 * What each microphone sounds like and how it must be graded. The voice is of assets/voices, which nothing above 9.5 kHz
 * is left of.
 * @type {{ sound: Sound, microphone: string, grade: string, reason: string | null, words: string[] }[]}
 */
const MICROPHONES = [
	{
		sound: 'telephone',
		microphone: 'Fake Audio Input 1',
		grade: 'not_interpretable',
		reason: 'narrow_band',
		words: ['This sound cannot be interpreted.', 'High sounds are missing, as on a telephone.'],
	},
	{
		sound: 'voice',
		microphone: 'Fake Audio Input 2',
		grade: 'usable',
		reason: 'narrow_band',
		words: ['Usable sound for interpreters.', 'High sounds are missing, as on a telephone.'],
	},
	{
		sound: 'noisy',
		microphone: 'Fake Audio Input 1',
		grade: 'not_interpretable',
		reason: 'noise',
		words: ['This sound cannot be interpreted.', 'There is too much noise.'],
	},
	{
		sound: 'clipped',
		microphone: 'Fake Audio Input 2',
		grade: 'not_interpretable',
		reason: 'clipping',
		words: ['This sound cannot be interpreted.', 'The microphone is overdriven.'],
	},
	{
		sound: 'good',
		microphone: 'Fake Audio Input 1',
		grade: 'good',
		reason: null,
		words: ['Good sound for interpreters.'],
	},
];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const voice = fs.readFileSync(path.join(root, 'assets/voices/en-1-a.opus')).toString('base64');
	await marsh.screen.page.addInitScript(replaceSound, { voice, first: /** @type {Sound} */ ('good') });
	await marsh.arrive();

	const line = marsh.screen.page.locator('[data-grade][role="status"]');
	const graded = async () => {
		if ((await line.count()) === 0) return null;
		return { grade: await line.getAttribute('data-grade'), reason: await line.getAttribute('data-reason') };
	};
	await eventually('the first microphone to be graded', async () => (await graded())?.grade === 'good');
	await marsh.reads('Good sound for interpreters.');

	for (const { sound, microphone, grade, reason, words } of MICROPHONES) {
		await marsh.screen.evaluate((next) => void (window.story = { ...window.story, sound: next }), sound);
		await marsh.chooses('Microphone', microphone);
		await eventually(`${sound} to be "${grade}" for "${reason}"`, async () => {
			const now = await graded();
			return now?.grade === grade && now.reason === reason;
		});
		await marsh.reads(...words);
		const text = await line.innerText();
		for (const sentence of words) expect(text.includes(sentence), `the line of ${sound} says "${text}"`);
		await marsh.fits(`the pre-flight with ${sound} sound`);
		await story.picture(marsh, sound);
	}
}

/**
 * Gives every microphone another sound, set up before the page runs: the one that `window.story.sound` names when the
 * microphone is opened. The picture stays.
 * @param {{ voice: string, first: Sound }} given `voice` is Ogg Opus, as base64
 */
function replaceSound({ voice, first }) {
	const RATE = 48_000;
	const SECONDS = 4;
	window.story = { sound: first };
	const context = new AudioContext({ sampleRate: RATE });

	/** @param {number} level its root mean square, in dBFS */
	const noise = (level, rate = RATE) => {
		const buffer = new AudioBuffer({ length: SECONDS * rate, sampleRate: rate });
		const scale = Math.sqrt(3) * 10 ** (level / 20);
		buffer.getChannelData(0).forEach((_, at, samples) => (samples[at] = scale * (2 * Math.random() - 1)));
		return buffer;
	};

	/** To a meter as a voice is: much below 600 Hz, 35 dB less above, in syllables with pauses. */
	const speech = async (rate = RATE) => {
		const offline = new OfflineAudioContext(1, SECONDS * rate, rate);
		const source = new AudioBufferSourceNode(offline, { buffer: noise(-50, rate) });
		const shelf = new BiquadFilterNode(offline, { type: 'lowshelf', frequency: 600, gain: 35 });
		source.connect(shelf).connect(offline.destination);
		source.start();
		const buffer = await offline.startRendering();
		buffer.getChannelData(0).forEach((sample, at, samples) => {
			const syllable = (4 * at) / rate;
			samples[at] = Math.floor(syllable) % 8 === 7 ? 0 : sample * Math.sin(Math.PI * (syllable % 1)) ** 2;
		});
		return buffer;
	};

	/** The samples as a file, which the browser brings to its own rate as it does with any sound. @param {AudioBuffer} buffer */
	const decoded = (buffer) => {
		const samples = buffer.getChannelData(0);
		const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
		const write = (/** @type {number} */ at, /** @type {string} */ text) =>
			[...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
		write(0, 'RIFF');
		view.setUint32(4, view.byteLength - 8, true);
		write(8, 'WAVEfmt ');
		view.setUint32(16, 16, true);
		view.setUint16(20, 1, true);
		view.setUint16(22, 1, true);
		view.setUint32(24, buffer.sampleRate, true);
		view.setUint32(28, 2 * buffer.sampleRate, true);
		view.setUint16(32, 2, true);
		view.setUint16(34, 16, true);
		write(36, 'data');
		view.setUint32(40, 2 * samples.length, true);
		samples.forEach((sample, at) => view.setInt16(44 + 2 * at, 32_767 * Math.max(-1, Math.min(1, sample)), true));
		return context.decodeAudioData(view.buffer);
	};

	/** @param {AudioBuffer} buffer @param {number} factor */
	const turnedUp = (buffer, factor) => {
		buffer.getChannelData(0).forEach((sample, at, samples) => {
			samples[at] = Math.max(-1, Math.min(1, factor * sample));
		});
		return buffer;
	};

	/** @type {Record<Sound, () => Promise<AudioBuffer>>} */
	const sounds = {
		good: () => speech(),
		voice: () => context.decodeAudioData(Uint8Array.from(atob(voice), (byte) => byte.charCodeAt(0)).buffer),
		telephone: async () => decoded(await speech(8000)),
		noisy: () => speech(),
		clipped: async () => turnedUp(await speech(), 40),
	};

	/** @param {Sound} sound */
	const speak = async (sound) => {
		const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
		// No room is silent.
		for (const buffer of [await sounds[sound](), noise(sound === 'noisy' ? -34 : -75)]) {
			const source = new AudioBufferSourceNode(context, { buffer, loop: true });
			source.connect(destination);
			source.start();
		}
		return destination.stream.getAudioTracks();
	};

	const devices = navigator.mediaDevices;
	const ask = devices.getUserMedia.bind(devices);
	devices.getUserMedia = async (wish) => {
		// What it gives is kept open: only so are the microphones known by name.
		const given = await ask(wish);
		if (!wish?.audio) return given;
		return new MediaStream([...given.getVideoTracks(), ...(await speak(/** @type {any} */ (window.story?.['sound'])))]);
	};
}
