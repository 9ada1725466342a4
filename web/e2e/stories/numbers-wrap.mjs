import { longestSilence, longestStandstill, looksAt, playedShare, watchLines } from '../harness/gaps.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/gaps.mjs').Listener} Listener */

export const title =
	'for fifteen minutes, in which the numbers of the packets of a picture begin anew twice, nothing of somebody is missed';
export const seconds = 1200;
export const long = true;

const MINUTES = 15;
const MINUTE_MS = 60_000;
/**
 * Pictures of eleven packets, about 170 packets a second. The numbers have sixteen bits: they begin anew about every six minutes.
 * Those of the sound, of which there are fifty packets a second, do it after 22, which no story waits for.
 */
const HEAVY = ['--publish', '--ready', '--all-speak', '--pad', '12000'];
const NUMBERS = 65_536;
const BEGINS_ANEW = 2;
/** The longest time without sound, and from one frame to the next where there is one every 50 ms, in milliseconds. */
const [SILENCE_MS, STANDSTILL_MS] = [200, 500];
/** How much sooner something may have waited for the processor than its lack is noticed. */
const BEFORE_MS = 300;

const SPEAKER = 'vesland-head';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	await marsh.screen.page.addInitScript(smallCameras);
	const speaker = story.bots(summit, [SPEAKER], { words: HEAVY });
	await story.meet(marsh);
	await Promise.all([marsh.seesSeat(SPEAKER), marsh.hearsSeat(SPEAKER)]);
	await watchLines(marsh, [SPEAKER]);

	/** @type {string[]} */
	const missed = [];
	for (let minute = 1; minute <= MINUTES; minute += 1) {
		const begin = Date.now();
		const processor = await story.processorOfAll(speaker.pid);
		await eventually('the minute to be over', () => Date.now() - begin >= MINUTE_MS, {
			within: 2 * MINUTE_MS,
			every: 1000,
		});
		processor.stop();
		const looks = (await looksAt(marsh, SPEAKER)).filter(({ at }) => at >= begin - BEFORE_MS);
		const packets = await packetsOfPicture(marsh);
		const share = playedShare(looks);
		expect(share > 0.9, `in minute ${minute} sound was played for ${Math.round(100 * share)} % of the time`);
		for (const [what, gap, limit] of /** @type {const} */ ([
			['sound', longestSilence(looks), SILENCE_MS],
			['picture', longestStandstill(looks), STANDSTILL_MS],
		])) {
			const waited = processor.longestWait(gap.from - BEFORE_MS, gap.to);
			const text = `minute ${minute}, ${packets} packets: no ${what} for ${Math.round(gap.ms)} ms`;
			story.says(`${text}, of which something waited ${Math.round(waited)} ms`);
			if (gap.ms - waited > limit) missed.push(text);
		}
	}
	const packets = await packetsOfPicture(marsh);
	expect(packets > BEGINS_ANEW * NUMBERS, `only ${packets} packets of the picture came`);
	expect(missed.length === 0, missed.join('; '));
}

/**
 * How many packets came on the line that carries the picture. The server counts them from the line's beginning on, whoever's picture
 * it carries.
 * @param {Listener} listener
 * @returns {Promise<number>}
 */
function packetsOfPicture({ screen }) {
	return screen.evaluate(async (seat) => {
		const source = window.sommet.state().meeting?.sources.find((one) => one.seat === seat && one.kind === 'camera');
		const mid = Object.entries(window.sommet.slots()).find(([, id]) => id === source?.id)?.[0];
		const stats = await window.sommet.stats();
		const line = stats.find((entry) => entry['type'] === 'inbound-rtp' && entry['mid'] === mid);
		return Number(line?.['packetsReceived'] ?? 0);
	}, SPEAKER);
}
