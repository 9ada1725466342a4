import fs from 'node:fs';
import path from 'node:path';

import { analyse } from '../harness/analyser.mjs';
import { readCapture } from '../harness/capture.mjs';
import { KNOWN, TONE_HZ, knownDevices } from '../harness/known-devices.mjs';
import { hearToneInSamples } from '../harness/tone.mjs';
import { sealNothing } from '../harness/unsealed.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/analyser.mjs').Findings} Findings */

export const title =
	'what the server passes on is neither heard nor seen without keys; where a page seals nothing, the same look finds both';

export const seconds = 150;

/** A capture of nothing proves nothing: payloads of sound (four seconds), and of each of the two pictures. */
const ENOUGH = { sound: 200, picture: 40 };
/** So many times at least a decoder made a sound of what it was given, or the look was none. */
const DECODED = 500;
/** A tone is heard when it lasts, in seconds. Of ciphertext chance makes one frame of 20 ms sound like it, or none. */
const HEARD = 0.5;
/** A picture is seen when it is as good as the known one. */
const SEEN = 0.95;
/** What decoders make of ciphertext is less like it than this: not even a washed-out trace of the picture is there. */
const TRACE = 0.6;

/**
 * Leaves documents no other codec than VP9, so that both are looked at: cameras have VP8. Set up before the page runs.
 */
function documentsInVp9() {
	const { setCodecPreferences } = RTCRtpTransceiver.prototype;
	RTCRtpTransceiver.prototype.setCodecPreferences = function (/** @type {RTCRtpCodec[]} */ codecs) {
		const mayCarryOne = codecs.some(({ mimeType }) => mimeType === 'video/VP9');
		setCodecPreferences.call(
			this,
			codecs.filter(({ mimeType }) => !mayCarryOne || mimeType !== 'video/VP8'),
		);
	};
}

/**
 * Somebody with known devices speaks, is seen and shows a document, and a bot of the other side records what it is sent.
 * @param {Story} story
 * @param {{ name: string, isSealed: boolean, browser: import('playwright-core').Browser }} how
 * @returns {Promise<Findings & { opened: number }>} what is found without keys, and how many frames the bot opened with them
 */
async function meetAndLook(story, { name, isSealed, browser }) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const { page } = marsh.screen;
	await page.addInitScript(knownDevices, KNOWN);
	await page.addInitScript(documentsInVp9);
	const isPlanted = isSealed ? () => true : await sealNothing(page);
	const [file, log] = [path.join(story.folder, `${name}.jsonl`), `${name}.log`];
	const words = ['--listen', '--ready', '--report', 'end', '--tap', file];
	const bots = story.bots(summit, ['vesland-head'], { words, log });
	await story.meet(marsh);
	await marsh.shares();
	expect(isPlanted(), 'the worker of frames is the one that is served');

	await eventually(
		`enough to reach the bot that looks at the ${name} meeting`,
		() => {
			const codecs = readCapture(file).map(({ codec }) => codec);
			const count = (/** @type {string} */ one) => codecs.filter((codec) => codec === one).length;
			return count('opus') >= ENOUGH.sound && count('VP8') >= ENOUGH.picture && count('VP9') >= ENOUGH.picture;
		},
		{ within: 20_000, every: 250 },
	);
	await story.dismiss(bots);
	await story.picture(marsh, name);
	// The look needs the processor more.
	await page.close();
	expect((fs.statSync(file).mode & 0o777) === 0o600, 'others can read the capture');
	const report = fs
		.readFileSync(path.join(story.folder, log), 'utf8')
		.split('\n')
		.findLast((line) => line.startsWith('{'));
	const findings = {
		...(await analyse(browser, readCapture(file), KNOWN)),
		opened: JSON.parse(report ?? '{}').frames_opened,
	};
	fs.writeFileSync(path.join(story.folder, `${name}.json`), `${JSON.stringify(findings, null, '\t')}\n`);
	return findings;
}

/** Big-endian samples of the tone at 8 kHz (L16 of RFC 3551) behind a header, as nobody sends them. */
function samplesOfTone() {
	const [RATE, LENGTH, HEADER] = [8000, 160, 5];
	return Array.from({ length: ENOUGH.sound }, (_, place) => {
		const payload = Buffer.alloc(HEADER + 2 * LENGTH);
		for (let sample = 0; sample < LENGTH; sample += 1) {
			const angle = (2 * Math.PI * TONE_HZ * (place * LENGTH + sample)) / RATE;
			payload.writeInt16BE(Math.round(10_000 * Math.sin(angle)), HEADER + 2 * sample);
		}
		return new Uint8Array(payload);
	});
}

/** @param {Story} story */
export default async function (story) {
	const browser = await story.stage.chromium(true);
	const meetings = [
		meetAndLook(story, { name: 'sealed', isSealed: true, browser }),
		meetAndLook(story, { name: 'planted', isSealed: false, browser }),
	];
	// The story is over when both are.
	await Promise.allSettled(meetings);
	const [sealed, planted] = await Promise.all(meetings);
	expect(sealed && planted, 'one of the meetings was not looked at');
	const seen = (/** @type {Findings} */ { likeness }) => ['VP8', 'VP9'].map((codec) => likeness[codec] ?? -1);

	const said = `sealed: ${JSON.stringify(sealed)}`;
	expect(sealed.opened > ENOUGH.sound, `who has keys cannot open what was recorded; ${said}`);
	expect(sealed.tone.decoded >= DECODED, `hardly anything was given to the decoder; ${said}`);
	expect(
		seen(sealed).every((likeness) => likeness >= 0),
		`of a picture no key frame came; ${said}`,
	);
	expect(sealed.leftClear > 0, `the search for start codes misses those in the clear bytes; ${said}`);
	expect(sealed.startCodes.length === 0, `a key frame begins where all should be sealed; ${said}`);
	expect(Math.max(sealed.tone.seconds, sealed.toneInSamples) < HEARD, `the tone is heard; ${said}`);
	expect(Math.max(...seen(sealed)) < TRACE, `the picture is seen; ${said}`);

	const found = `planted: ${JSON.stringify(planted)}`;
	expect(planted.opened === 0, `the plant is none: its frames can be opened; ${found}`);
	expect(planted.tone.seconds >= HEARD, `the tone is not heard; ${found}`);
	expect(Math.min(...seen(planted)) >= SEEN, `a picture is not seen; ${found}`);
	expect(
		planted.startCodes.some(({ codec }) => codec === 'VP9'),
		`the beginning of a key frame of VP9 is not found; ${found}`,
	);
	expect(hearToneInSamples(samplesOfTone(), TONE_HZ) >= HEARD, 'samples of the tone are not heard');
}
