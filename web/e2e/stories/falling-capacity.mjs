import { longestSilence, longestStandstill, looksAt, madeUpShare, watchLines } from '../harness/gaps.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'when a line falls to a sixth of what it was for twenty seconds, the voice goes on and the picture follows';
export const seconds = 90;
/** It measures, and is played when nothing else runs. */
export const long = true;

const PHASE_MS = 20_000;
/** In milliseconds. */
const [SILENCE_MS, STANDSTILL_MS] = [250, 1500];
/** How much of the sound may be made up in the first seconds of a narrow line. */
const [MADE_UP, AT_ONCE_MS] = [0.02, 5000];

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine();
	await line.is('down', 'delay=20ms', 'rate=3000kbps', 'queue=300ms');
	await marsh.sees(hale);
	await watchLines(marsh, [hale.seat]);
	const before = await heightSeen(marsh, hale.seat);

	const processor = await story.processorOfAll();
	const begin = Date.now();
	await line.is('down', 'delay=20ms', 'rate=500kbps', 'queue=300ms');
	await eventually('it to go on', () => Date.now() - begin >= PHASE_MS, { within: 2 * PHASE_MS });
	processor.stop();
	await story.pictures('-narrow');
	const looks = (await looksAt(marsh, hale.seat)).filter(({ at }) => at >= begin);
	const madeUp = madeUpShare(looks.filter(({ at }) => at <= begin + AT_ONCE_MS));
	const [silence, standstill] = [longestSilence(looks), longestStandstill(looks)];
	story.says(
		`${(100 * madeUp).toFixed(2)} % of the sound made up at once, longest silence ${Math.round(silence.ms)} ms, ` +
			`longest standstill ${Math.round(standstill.ms)} ms`,
	);
	/** @param {import('../harness/gaps.mjs').Gap} gap */
	const own = (gap) => gap.ms - processor.longestWait(gap.from - 300, gap.to);
	expect(madeUp < MADE_UP, `${(100 * madeUp).toFixed(1)} % of the sound was made up`);
	expect(own(silence) < SILENCE_MS, `nothing was heard for ${Math.round(silence.ms)} ms`);
	expect(own(standstill) < STANDSTILL_MS, `the picture stood still for ${Math.round(standstill.ms)} ms`);

	await line.is('down', 'delay=20ms', 'rate=3000kbps', 'queue=300ms');
	await eventually('the picture to be as large as before', async () => (await heightSeen(marsh, hale.seat)) >= before, {
		within: PHASE_MS,
	});
}

/**
 * How many lines the picture of somebody has that is received.
 * @param {import('../harness/person.mjs').Person} person
 * @param {string} seat
 */
async function heightSeen(person, seat) {
	return (await person.picture(seat))?.height ?? 0;
}
