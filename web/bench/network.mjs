/**
 * `cargo x bench network`: what a bad line makes of a voice and a picture. Two people at Chromium meet on a server of the
 * release build, behind the network of the simulation (`cargo x proxy`), once for each profile.
 *
 *     node web/bench/network.mjs [--seconds=N] [PROFILE...]
 *
 * `--seconds` cuts every phase short, to look whether everything works.
 */
import { longestSilence, longestStandstill, looksAt, madeUpShare, watchLines } from '../e2e/harness/gaps.mjs';
import { Stage } from '../e2e/harness/stage.mjs';
import { Story } from '../e2e/harness/story.mjs';
import { pause } from '../e2e/harness/wait.mjs';
import { beepingMicrophone, compareEars, delays } from './ears.mjs';
import { PROFILES } from './profiles.mjs';

/** @typedef {import('./profiles.mjs').Profile} Profile */
/** @typedef {import('../e2e/harness/gaps.mjs').Look} Look */
/** @typedef {import('../e2e/harness/gaps.mjs').Listener} Listener */

/** Until estimates and buffers of a new meeting have settled on a good line of that length, in milliseconds. */
const SETTLING_MS = 6000;
/** All is well again from when on in a second of this length no more than this share of the sound is made up. */
const WELL = { ms: 1000, madeUp: 0.05, frames: 2 };

/**
 * What one listener had of the other.
 * @typedef {object} Figures
 * @property {number} madeUp of 1
 * @property {number} silence in milliseconds, like all times here
 * @property {number} freezes that the browser counted
 * @property {number} frozen all of them together
 * @property {number} standstill the longest time between two frames
 * @property {number} fps
 * @property {number} kbps of the picture
 * @property {number[]} delays of the beeps
 * @property {number} adapted the longest time from a change to when all was well
 */

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {Stage} stage
 * @param {Profile} profile
 * @param {number} seconds of each phase at most
 * @returns {Promise<Figures[]>} of both listeners
 */
async function measure(stage, { phases, settles = 0 }, seconds) {
	const story = new Story('bench-network', stage);
	try {
		/** A line of that length, and as good as can be. */
		const words = (phases[0]?.down ?? []).filter((word) => word.startsWith('delay='));
		const { line, marsh, hale } = await story.meetBehindBadLine({ before: beepingMicrophone, line: words });
		const pairs = /** @type {const} */ ([
			[marsh, hale],
			[hale, marsh],
		]);
		for (const [listener, speaker] of pairs) await watchLines(listener, [speaker.seat]);
		for (const [listener, speaker] of pairs) await compareEars(speaker, listener);
		await pause(Math.min(SETTLING_MS, 1000 * seconds));
		/** When each phase began, and when the last one ended. @type {number[]} */
		const edges = [];
		for (const phase of phases) {
			await Promise.all([line.is('up', ...(phase.up ?? [])), line.is('down', ...(phase.down ?? []))]);
			edges.push(Date.now());
			await pause(1000 * Math.min(phase.seconds, seconds));
		}
		const end = Date.now();
		edges.push(end);
		const begin = edges[0] ?? end;
		return await Promise.all(
			pairs.map(async ([listener, speaker]) => {
				const all = await looksAt(listener, speaker.seat);
				const looks = all.filter(({ at }) => at >= begin && at <= end);
				return {
					...summary(looks.filter(({ at }) => at >= begin + settles)),
					silence: longestSilence(looks).ms,
					standstill: longestStandstill(looks).ms,
					adapted: adapted(looks, edges),
					delays: await delays(speaker, listener, begin + settles, end),
				};
			}),
		);
	} finally {
		await story.end();
	}
}

/** @param {Look[]} looks @returns {Omit<Figures, 'silence' | 'standstill' | 'adapted' | 'delays'>} */
function summary(looks) {
	const pictures = looks.flatMap(({ at, picture }) => (picture ? [{ at, ...picture }] : []));
	const [first, last] = [pictures[0], pictures.at(-1)];
	/** @param {'frames' | 'bytes' | 'freezes' | 'frozen'} what */
	const more = (what) => (first && last ? last[what] - first[what] : 0);
	const ms = (last?.at ?? 0) - (first?.at ?? 0);
	return {
		madeUp: madeUpShare(looks),
		freezes: more('freezes'),
		frozen: more('frozen'),
		fps: (1000 * more('frames')) / ms,
		kbps: (8 * more('bytes')) / ms,
	};
}

/**
 * How long it took at most after a change until all was well.
 * @param {Look[]} looks
 * @param {number[]} edges
 */
function adapted(looks, edges) {
	const times = edges.slice(0, -1).map((from, index) => {
		const phase = looks.filter(({ at }) => at >= from && at < (edges[index + 1] ?? Infinity));
		const well = phase.find(({ at }) => {
			const second = phase.filter((look) => look.at >= at && look.at <= at + WELL.ms);
			const [first, last] = [second[0]?.picture, second.at(-1)?.picture];
			const frames = first && last ? last.frames - first.frames : 0;
			return madeUpShare(second) <= WELL.madeUp && frames >= WELL.frames;
		});
		return (well?.at ?? edges[index + 1] ?? from) - from;
	});
	return Math.max(...times);
}

/** @param {number[]} values @param {number} share of 1 */
function percentile(values, share) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

const COLUMNS = ['made up', 'silence', 'freezes', 'frozen', 'still', 'fps', 'kb/s', 'delay p50', 'p99', 'adapts'];

/**
 * What both had, the worse of each.
 * @param {Profile} profile
 * @param {Figures[]} both
 */
function row({ name, settles = 0, silence, madeUp, freeze, frozen, adapts, phases }, both) {
	/** @param {(figures: Figures) => number} what */
	const worst = (what) => Math.max(...both.map(what));
	/** @param {(figures: Figures) => number} what */
	const least = (what) => Math.min(...both.map(what));
	const counted = 1000 * phases.reduce((all, phase) => all + phase.seconds, 0) - settles;
	const late = both.flatMap((figures) => figures.delays);
	const figures = {
		name,
		made_up: worst((f) => f.madeUp),
		silence_ms: Math.round(worst((f) => f.silence)),
		freezes: worst((f) => f.freezes),
		frozen: worst((f) => f.frozen) / counted,
		standstill_ms: Math.round(worst((f) => f.standstill)),
		fps: least((f) => f.fps),
		kbps: least((f) => f.kbps),
		delay_p50_ms: Math.round(percentile(late, 0.5)),
		delay_p99_ms: Math.round(percentile(late, 0.99)),
		adapts_ms: Math.round(worst((f) => f.adapted)),
	};
	const missed = [
		figures.made_up > (madeUp ?? 1) && 'made up',
		figures.silence_ms > (silence ?? Infinity) && 'silence',
		figures.frozen > (frozen ?? 1) && 'frozen',
		figures.standstill_ms > (freeze ?? Infinity) && 'still',
		figures.adapts_ms > (adapts ?? Infinity) && 'adapts',
	].filter((what) => what !== false);
	return { ...figures, missed };
}

/** @param {ReturnType<typeof row>} figures */
function print(figures) {
	const cells = [
		`${(100 * figures.made_up).toFixed(2)} %`,
		`${figures.silence_ms} ms`,
		figures.freezes,
		`${(100 * figures.frozen).toFixed(1)} %`,
		`${figures.standstill_ms} ms`,
		figures.fps.toFixed(1),
		Math.round(figures.kbps),
		`${figures.delay_p50_ms} ms`,
		`${figures.delay_p99_ms} ms`,
		`${figures.adapts_ms} ms`,
	];
	const missed = figures.missed.length > 0 ? `   misses: ${figures.missed.join(', ')}` : '';
	say(`${figures.name.padEnd(22)}${cells.map((cell) => String(cell).padStart(10)).join('')}${missed}`);
}

const words = process.argv.slice(2);
const seconds = Number(words.find((word) => word.startsWith('--seconds='))?.split('=')[1] ?? Infinity);
const named = words.filter((word) => !word.startsWith('--'));
const chosen = PROFILES.filter(({ name }) => named.length === 0 || named.includes(name));
if (chosen.length === 0) throw new Error(`there are the profiles "${PROFILES.map(({ name }) => name).join('", "')}"`);

say('\nWhat the one who had it worse had of the other; "misses" names what is not as it should be.\n');
say(`${''.padEnd(22)}${COLUMNS.map((column) => column.padStart(10)).join('')}`);
const stage = new Stage();
const rows = [];
try {
	for (const profile of chosen) {
		const figures = row(profile, await measure(stage, profile, seconds));
		print(figures);
		rows.push(figures);
	}
} finally {
	await stage.close();
}
say(JSON.stringify({ bench: 'network', profiles: rows }));
