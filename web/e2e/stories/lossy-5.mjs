import { longestSilence, longestStandstill, looksAt, madeUpShare, watchLines } from '../harness/gaps.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'where every twentieth packet is lost, nobody sounds broken and no picture stands still';

/** It measures, and is played when nothing else runs. */
export const long = true;

const SECONDS = 15;
/** In milliseconds. */
const SILENCE_MS = 250;
const STANDSTILL_MS = 500;
/** How much of the sound may be made up. */
const MADE_UP = 0.01;

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine();

	await line.is('down', 'loss=5%', 'delay=30ms');
	await Promise.all([watchLines(marsh, [hale.seat]), watchLines(hale, [marsh.seat])]);
	const processor = await story.processorOfAll();
	const before = (await line.counts()).down;
	const begin = Date.now();
	await eventually('it to go on', () => Date.now() - begin >= SECONDS * 1000, { within: 2000 * SECONDS });
	const after = (await line.counts()).down;
	processor.stop();

	const share = (after.lost - before.lost) / (after.came - before.came);
	expect(share > 0.03 && share < 0.07, `${Math.round(100 * share)} % of the packets were lost`);
	for (const [listener, speaker] of /** @type {const} */ ([
		[marsh, hale],
		[hale, marsh],
	])) {
		const looks = await looksAt(listener, speaker.seat);
		const madeUp = madeUpShare(looks);
		const silence = longestSilence(looks);
		const standstill = longestStandstill(looks);
		const waited = (/** @type {import('../harness/gaps.mjs').Gap} */ gap) =>
			processor.longestWait(gap.from - 300, gap.to);
		story.says(
			`${listener.seat}: ${(100 * madeUp).toFixed(2)} % of the sound made up, longest silence ${Math.round(silence.ms)} ms, ` +
				`longest standstill ${Math.round(standstill.ms)} ms (waited ${Math.round(waited(standstill))} ms)`,
		);
		expect(madeUp < MADE_UP, `${(100 * madeUp).toFixed(1)} % of what ${listener.seat} heard was made up`);
		expect(silence.ms - waited(silence) < SILENCE_MS, `${listener.seat} heard nothing for ${silence.ms} ms`);
		expect(standstill.ms - waited(standstill) < STANDSTILL_MS, `the picture stood still for ${standstill.ms} ms`);
	}
	await story.pictures();
}
