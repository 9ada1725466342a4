/** Looks for a known tone and a known picture in what a server passed on. It has no key; the decoders are a browser's. */
import fs from 'node:fs';

import { descriptorOf, keyFramesOf } from './capture.mjs';
import { isLeftClear, startCodesIn } from './picture.mjs';
import { hearToneInSamples } from './tone.mjs';

/** @typedef {import('./capture.mjs').Packet} Packet */
/** @typedef {typeof import('./known-devices.mjs').KNOWN} Known */

/** Nobody is there: all that is loaded comes from this folder. The name makes a secure context, which decoders need. */
const PLACE = 'http://localhost/';

/** How many sounds are listened to: three seconds of them. */
const SOUNDS = 150;

/**
 * @typedef {object} Findings
 * @property {number} sounds payloads of sound
 * @property {number} pictures payloads of pictures
 * @property {number} keyFrames that came whole
 * @property {number} leftClear start codes where the protocol leaves them: in the clear bytes of VP8
 * @property {{ codec: string, at: number }[]} startCodes all others
 * @property {Awaited<ReturnType<typeof import('./tone.mjs').hearTone>>} tone
 * @property {number} toneInSamples for how long the tone is heard where no decoder is needed, in seconds
 * @property {Record<string, number>} likeness the best of all key frames, by codec
 */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {Packet[]} capture
 * @param {Known} known
 * @returns {Promise<Findings>}
 */
export async function analyse(browser, capture, known) {
	const sounds = capture.filter(({ codec }) => codec === 'opus').sort((a, b) => a.sequence - b.sequence);
	const keyFrames = keyFramesOf(capture);
	const context = await browser.newContext();
	try {
		await context.route(`${PLACE}**`, (route) => {
			const name = new URL(route.request().url()).pathname.slice(1);
			if (name === '') return route.fulfill({ contentType: 'text/html', body: '' });
			return route.fulfill({ contentType: 'text/javascript', body: fs.readFileSync(new URL(name, import.meta.url)) });
		});
		const page = await context.newPage();
		await page.goto(PLACE);
		const tone = await page.evaluate(hear, { payloads: sounds.slice(-SOUNDS).map(textOf), tone: known.tone });
		const seen = await page.evaluate(see, {
			keyFrames: keyFrames.map(({ codec, frame }) => ({ codec, text: textOf({ payload: frame }) })),
			fields: known.fields,
		});
		/** @type {Record<string, number>} */
		const likeness = {};
		for (const { codec, likeness: one } of seen) likeness[codec] = Math.max(likeness[codec] ?? 0, one);
		const codes = startCodes(capture, known);
		return {
			sounds: sounds.length,
			pictures: capture.length - sounds.length,
			keyFrames: keyFrames.length,
			leftClear: codes.filter(({ isClear }) => isClear).length,
			startCodes: codes.filter(({ isClear }) => !isClear).map(({ codec, at }) => ({ codec, at })),
			tone,
			toneInSamples: hearToneInSamples(
				sounds.map(({ payload }) => payload),
				known.tone,
			),
			likeness,
		};
	} finally {
		await context.close();
	}
}

/** @param {Packet[]} capture @param {Known} known */
function startCodes(capture, { camera, screen }) {
	return capture.flatMap((packet) =>
		startCodesIn(packet.payload, [camera, screen]).map((code) => ({
			...code,
			isClear: packet.codec !== 'opus' && isLeftClear(code, packet, descriptorOf(packet)),
		})),
	);
}

/** @param {{ payload: Uint8Array }} packet */
const textOf = ({ payload }) => Buffer.from(payload).toString('base64');

/**
 * Runs in the page.
 * @param {{ payloads: string[], tone: number }} what
 * @returns {Promise<Findings['tone']>}
 */
async function hear({ payloads, tone }) {
	const at = '/tone.mjs';
	const { hearTone } = await import(at);
	const bytes = payloads.map((text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
	return hearTone(bytes, tone);
}

/**
 * Runs in the page.
 * @param {{ keyFrames: { codec: string, text: string }[], fields: boolean[][] }} what
 * @returns {Promise<{ codec: string, likeness: number }[]>}
 */
async function see({ keyFrames, fields }) {
	const at = '/picture.mjs';
	const { seePicture } = await import(at);
	const seen = [];
	for (const { codec, text } of keyFrames) {
		const frame = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
		seen.push({ codec, ...(await seePicture({ codec, frame }, fields)) });
	}
	return seen;
}
