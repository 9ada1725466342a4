import fs from 'node:fs';
import path from 'node:path';

import { root } from '../harness/places.mjs';
import { Workbench } from '../harness/workbench.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Screen} Screen */
/** @typedef {import('../pages/frame-vectors.mjs').Rfc9605} Rfc9605 */
/** @typedef {import('../pages/frame-vectors.mjs').Frames} Frames */
/** @typedef {import('../pages/frame-vectors.mjs').Verdict} Verdict */

export const title =
	'both browsers seal and open the vectors of RFC 9605, and frames of the Rust side, to the same bytes';
export const seconds = 30;

/** @param {string} file */
const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));

/** The same text with its last byte, in hexadecimal digits, changed. @param {string} hex */
const altered = (hex) => hex.slice(0, -2) + (hex.endsWith('00') ? '01' : '00');

/**
 * @param {Screen} screen
 * @param {{ rfc: Rfc9605, frames: Frames }} vectors
 * @returns {Promise<{ rfc: Verdict, frames: Verdict }>}
 */
function check(screen, vectors) {
	return screen.evaluate(async ({ rfc, frames }) => {
		/** @type {typeof import('../pages/frame-vectors.mjs')} */
		const { checkFrames, checkRfc9605 } = await import(`${location.origin}/frame-vectors.js`);
		return { rfc: await checkRfc9605(rfc), frames: await checkFrames(frames) };
	}, vectors);
}

/** @param {Story} story */
export default async function (story) {
	const rfc = /** @type {Rfc9605} */ (read('web/src/seal/vectors/rfc9605.json'));
	const frames = /** @type {Frames} */ (read('core/seal/tests/vectors/sommet.json').frames);
	const bench = await Workbench.open({ 'frame-vectors': 'e2e/pages/frame-vectors.mjs' });
	story.later(() => bench.close());

	for (const browser of /** @type {const} */ (['chromium', 'firefox'])) {
		const screen = await story.page(browser);
		await screen.goto(bench.url);
		const said = await check(screen, { rfc, frames });
		const faults = [...said.rfc.faults, ...said.frames.faults];
		expect(faults.length === 0, `${browser}: ${faults.join('; ')}`);
		// Each header in both directions; salt, sealing and opening of the frame.
		expect(said.rfc.checked === 2 * rfc.headers.length + 3, `of RFC 9605, ${said.rfc.checked} were looked at`);
		expect(said.frames.checked === 2 * frames.list.length, `of our own, ${said.frames.checked} were looked at`);
		expect(rfc.headers.length > 200 && frames.list.length > 5, 'the files of vectors are nearly empty');

		// Whoever compares nothing finds nothing: one wrong byte in each file is noticed.
		const wrong = await check(screen, {
			rfc: { ...rfc, frame: { ...rfc.frame, ct: altered(rfc.frame.ct) } },
			frames: { ...frames, installed: frames.installed.map((entry) => ({ ...entry, epoch: entry.epoch + 1 })) },
		});
		expect(wrong.rfc.faults.length === 2, `an altered frame of RFC 9605: ${wrong.rfc.faults.join('; ')}`);
		expect(
			wrong.frames.faults.length === 2 * frames.list.length,
			`keys of another epoch: ${wrong.frames.faults.length}`,
		);
	}
}
