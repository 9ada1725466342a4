import { longestSilence, looksAt, madeUpShare, watchLines } from '../harness/gaps.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'on a line of 300 kb/s all is heard and the other is seen; on one of 100 kb/s all is heard';
export const seconds = 90;
/** It measures, and is played when nothing else runs. */
export const long = true;

/** How long a line is looked at, and how soon before that it has been adapted to. */
const LOOK_MS = 12_000;
const ADAPT_MS = 4000;
/** In milliseconds. */
const SILENCE_MS = 250;
/** How much of the sound may be made up. */
const MADE_UP = 0.03;

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine();
	await watchLines(marsh, [hale.seat]);

	for (const { rate, seen } of [
		{ rate: 300, seen: true },
		{ rate: 100, seen: false },
	]) {
		await line.is('down', `rate=${rate}kbps`, 'queue=300ms', 'delay=20ms');
		const narrow = Date.now();
		await eventually('it to be adapted to', () => Date.now() - narrow >= ADAPT_MS, { within: 2 * ADAPT_MS });
		const frames = (await marsh.picture(hale.seat))?.framesDecoded ?? 0;
		const processor = await story.processorOfAll();
		const begin = Date.now();
		await eventually('it to go on', () => Date.now() - begin >= LOOK_MS, { within: 2 * LOOK_MS });
		processor.stop();
		const looks = (await looksAt(marsh, hale.seat)).filter(({ at }) => at >= begin);
		const [madeUp, silence] = [madeUpShare(looks), longestSilence(looks)];
		const pictures = ((await marsh.picture(hale.seat))?.framesDecoded ?? 0) - frames;
		story.says(
			`${rate} kb/s: ${(100 * madeUp).toFixed(2)} % of the sound made up, longest silence ${Math.round(silence.ms)} ms, ${pictures} frames`,
		);
		await story.pictures(`-${rate}`);
		const waited = processor.longestWait(silence.from - 300, silence.to);
		expect(madeUp < MADE_UP, `at ${rate} kb/s ${(100 * madeUp).toFixed(1)} % of the sound was made up`);
		expect(silence.ms - waited < SILENCE_MS, `at ${rate} kb/s nothing was heard for ${Math.round(silence.ms)} ms`);
		if (seen) expect(pictures > 20, `at ${rate} kb/s only ${pictures} frames were seen`);
	}

	await line.is('down');
	await marsh.sees(hale, 30_000);
}
