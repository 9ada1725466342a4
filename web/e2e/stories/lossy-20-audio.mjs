import { longestSilence, looksAt, madeUpShare, watchLines } from '../harness/gaps.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'where every fifth packet is lost, on the way in or on the way out, hardly anything of a voice is made up';
export const seconds = 90;
/** It measures, and is played when nothing else runs. */
export const long = true;

/** In milliseconds. */
const [LEARN_MS, LOOK_MS] = [5000, 12_000];
const SILENCE_MS = 250;
/** How much of the sound may be made up. */
const MADE_UP = 0.02;

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine({ line: ['delay=50ms'] });
	await watchLines(marsh, [hale.seat]);
	/** @param {number} ms */
	const wait = async (ms) => {
		const begin = Date.now();
		await eventually('time to pass', () => Date.now() - begin >= ms, { within: 2 * ms });
	};

	for (const way of /** @type {const} */ (['down', 'up'])) {
		await Promise.all([line.is('down', 'delay=50ms'), line.is('up', 'delay=50ms')]);
		await wait(LEARN_MS);
		const processor = await story.processorOfAll();
		const begin = Date.now();
		await line.is(way, 'delay=50ms', 'loss=20%');
		await wait(LEARN_MS + LOOK_MS);
		processor.stop();
		const looks = (await looksAt(marsh, hale.seat)).filter(({ at }) => at >= begin);
		const madeUp = madeUpShare(looks.filter(({ at }) => at >= begin + LEARN_MS));
		const silence = longestSilence(looks);
		story.says(
			`${way}: ${(100 * madeUp).toFixed(2)} % of the sound made up, longest silence ${Math.round(silence.ms)} ms`,
		);
		await story.pictures(`-${way}`);
		expect(madeUp < MADE_UP, `${(100 * madeUp).toFixed(1)} % of the sound was made up (${way})`);
		const waited = processor.longestWait(silence.from - 300, silence.to);
		expect(silence.ms - waited < SILENCE_MS, `nothing was heard for ${Math.round(silence.ms)} ms (${way})`);
	}
}
