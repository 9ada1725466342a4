/**
 * `cargo x bench audio`: which band is left of a voice, and how late it is, at a listener, at an interpreter's ear and along a
 * relay, beside a connection of the same two pages without Sommet at the same time.
 *
 *     node web/bench/audio.mjs [--rounds=N] [--seconds=N]
 *
 * Every round is a meeting of its own, in which bursts are timed for that many seconds; the band is measured in the first. Nothing fails because it is late: what is printed says which aims are met.
 */
import { hasLamp, switchesMicrophone, wearsHeadset } from '../e2e/harness/console.mjs';
import { Stage } from '../e2e/harness/stage.mjs';
import { Story } from '../e2e/harness/story.mjs';
import { eventually, pause } from '../e2e/harness/wait.mjs';
import { burstsAndEars, has } from './bursts.mjs';

/** @typedef {import('./bursts.mjs').Anybody} Anybody */
/** @typedef {import('./bursts.mjs').Place} Place */
/** @typedef {import('./bursts.mjs').Line} Line */

/** The middles of the third octaves (IEC 61260), and the upper end of the band that is aimed at. */
const TONES = [
	20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150,
	4000, 5000, 6300, 8000, 10_000, 12_500, 15_000, 16_000, 20_000,
];
const TONE_SECONDS = 0.7;
/** Against this one all others are measured. */
const REFERENCE_HZ = 1000;
/** What may be lost or gained within the band, in decibels, and the band (shared/design/interpretation.md, "Numbers"). */
const [TOLERANCE_DB, LOW_HZ, HIGH_HZ] = [3, 125, 15_000];
/** What Sommet may add on one machine, in milliseconds: from one to another, and from the floor through a booth to the next. */
const [ADDED_MS, RELAY_MS] = [60, 120];
/** A sound that is later than this would be taken for that of the next burst. */
const LATEST_MS = 700;
/** Until the buffers of a new meeting have settled. */
const SETTLING_MS = 8000;
const [ROUNDS, SECONDS] = [3, 60];

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);
/** @param {string | number} cell @param {number} [width] */
const right = (cell, width = 12) => String(cell).padStart(width);

/** @param {number} value */
const tenths = (value) => Math.round(10 * value) / 10;

/**
 * One way of sound.
 * @typedef {object} Way
 * @property {string} name
 * @property {string} title
 * @property {Anybody} from
 * @property {Anybody} to
 * @property {Place} place
 * @property {Line} line
 */

/**
 * The head of Meridia speaks; a booth works from the floor, a second one from the first; the head of Vesland listens to the second.
 * @param {Story} story
 * @returns {Promise<Way[]>}
 */
async function meeting(story) {
	const booths = [
		{ id: 'en', languages: ['en'], interpreters: ['interpreter-1'] },
		{ id: 'fr', languages: ['fr'], interpreters: ['interpreter-2'], relay: ['en'] },
	];
	const languages = { 'meridia-head': ['ru'], 'vesland-head': ['fr'] };
	const summit = await story.summit({ booths, languages });
	const first = await story.person(summit, 'interpreter-1');
	const second = await story.person(summit, 'interpreter-2');
	const speaker = await story.person(summit, 'meridia-head');
	const listener = await story.person(summit, 'vesland-head');
	for (const { screen } of [first, second, speaker, listener]) await screen.page.addInitScript(burstsAndEars);
	await story.meet(first, second, speaker, listener);
	for (const booth of [first, second]) {
		await wearsHeadset(booth);
		await switchesMicrophone(booth, true);
		await hasLamp(booth, 'open');
	}
	await second.screen.press('2');
	await eventually('the second booth to hear the first', () =>
		second.screen.evaluate(() => document.querySelector('[data-heard="en"]') !== null),
	);
	await has(speaker, 'accept', await has(listener, 'answer', await has(speaker, 'offer')));

	const ways = [
		{ name: 'peers', title: 'two pages without Sommet', from: speaker, to: listener, place: 'peer' },
		{ name: 'floor', title: 'speaker -> listener', from: speaker, to: listener, place: { seat: speaker.seat } },
		{ name: 'ear', title: "speaker -> interpreter's ear", from: speaker, to: first, place: 'mix' },
		{ name: 'relay', title: "interpreter -> next one's ear", from: first, to: second, place: 'mix' },
		{ name: 'booth', title: 'interpreter -> listener', from: second, to: listener, place: { seat: second.seat } },
	];
	return /** @type {Way[]} */ (
		ways.map((way) => ({ ...way, line: way.place === 'peer' ? 'peer' : { seat: way.from.seat } }))
	);
}

/**
 * How loud each tone is at the end of each way, in decibels against the one of 1 kHz.
 * @param {Way[]} ways
 */
async function bands(ways) {
	const speakers = new Set(ways.map(({ from }) => from));
	for (const { name, to } of ways) await has(to, 'record', name, true);
	await Promise.all([...speakers].map((person) => has(person, 'sweep', TONES, TONE_SECONDS)));
	for (const { name, to } of ways) await has(to, 'record', name, false);
	/** @type {Record<string, number[]>} */
	const found = {};
	for (const { name, to } of ways) {
		const levels = await has(to, 'levels', name, TONES);
		const reference = levels[TONES.indexOf(REFERENCE_HZ)] ?? NaN;
		found[name] = levels.map((level) => tenths(20 * Math.log10(Math.max(level, 1e-6) / reference)));
	}
	return found;
}

/** The lowest and the highest tone up to which, from 1 kHz on, none is outside of the tolerance. @param {number[]} decibels */
function within(decibels) {
	const isOut = (/** @type {number} */ level) => !(Math.abs(level) <= TOLERANCE_DB);
	const middle = TONES.indexOf(REFERENCE_HZ);
	const below = decibels.findLastIndex((level, index) => index < middle && isOut(level));
	const above = decibels.findIndex((level, index) => index > middle && isOut(level));
	return { low: TONES[below + 1] ?? NaN, high: TONES[(above === -1 ? TONES.length : above) - 1] ?? NaN };
}

/**
 * How late each burst is at the end of each way, in milliseconds.
 * @param {Way[]} ways
 * @param {number} seconds
 */
async function delays(ways, seconds) {
	const speakers = [...new Set(ways.map(({ from }) => from))];
	for (const person of speakers)
		await eventually(`a microphone of ${person.seat}`, () => has(person, 'ear', 'own', 'own'));
	for (const person of speakers) await has(person, 'bursts', true);
	await pause(SETTLING_MS);
	const before = await Promise.all(ways.map(({ to, line }) => has(to, 'buffered', line)));
	await pause(1000 * seconds);
	const after = await Promise.all(ways.map(({ to, line }) => has(to, 'buffered', line)));
	for (const person of speakers) await has(person, 'bursts', false);
	await pause(4000);
	/** @type {Record<string, { late: number[], lost: number, clocks: number, buffered: number }>} */
	const found = {};
	for (const [index, { name, from, to }] of ways.entries()) {
		const [given, heard] = [await has(from, 'onsets', 'own'), await has(to, 'onsets', name)];
		const counted = given.filter((at) => at >= (given[0] ?? 0) + SETTLING_MS);
		const late = counted
			.map((at) => (heard.find((then) => then >= at) ?? Infinity) - at)
			.filter((ms) => ms < LATEST_MS);
		const clocks = (await has(to, 'clock', name)) - (await has(from, 'clock', 'own'));
		const [begin, end] = [before[index], after[index]];
		const buffered = begin && end ? (1000 * (end.seconds - begin.seconds)) / (end.samples - begin.samples) : NaN;
		found[name] = { late, lost: counted.length - late.length, clocks, buffered };
	}
	return found;
}

/** @param {number[]} values @param {number} share of 1 */
function percentile(values, share) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** The chains that are made of ways, one after the other. */
const CHAINS = [
	{ name: 'chain', title: "speaker -> relay -> next one's ear", legs: ['ear', 'relay'] },
	{ name: 'whole', title: 'speaker -> relay -> listener', legs: ['ear', 'relay', 'booth'] },
];
/** What Sommet may add, by the name of the way or chain. @type {Record<string, number>} */
const AIMS = { floor: ADDED_MS, ear: ADDED_MS, relay: ADDED_MS, booth: ADDED_MS, chain: RELAY_MS };

/**
 * What one round says of every way and chain.
 * @param {Way[]} ways
 * @param {Awaited<ReturnType<typeof delays>>} times
 */
function rowsOf(ways, times) {
	/** @param {string[]} names @param {(time: (typeof times)[string]) => number} what */
	const sum = (names, what) =>
		names.reduce((all, name) => all + what(times[name] ?? { late: [], lost: 0, clocks: NaN, buffered: NaN }), 0);
	return [...ways.map(({ name, title }) => ({ name, title, legs: [name] })), ...CHAINS].map(({ name, title, legs }) => {
		const [p50, p99] = [0.5, 0.99].map((share) => {
			const all = sum(legs, ({ late }) => percentile(late, share));
			// Each leg would have been as late as without Sommet.
			return { all, added: all - legs.length * sum(['peers'], ({ late }) => percentile(late, share)) };
		});
		return {
			name,
			title,
			bursts: sum(legs, ({ late }) => late.length),
			lost: sum(legs, ({ lost }) => lost),
			p50: p50?.all ?? NaN,
			p99: p99?.all ?? NaN,
			added: p50?.added ?? NaN,
			added99: p99?.added ?? NaN,
			buffered: sum(legs, ({ buffered }) => buffered),
		};
	});
}

/**
 * The medians of several rounds, and from where to where what was added went.
 * @param {ReturnType<typeof rowsOf>[]} rounds
 */
function summary(rounds) {
	return (rounds[0] ?? []).map(({ name, title }, index) => {
		/** @param {'bursts' | 'lost' | 'p50' | 'p99' | 'added' | 'added99' | 'buffered'} what */
		const all = (what) => rounds.map((rows) => rows[index]?.[what] ?? NaN);
		const total = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0);
		const middle = (/** @type {number[]} */ values) => tenths(percentile(values, 0.5));
		const aim = AIMS[name];
		const added = all('added');
		return {
			name,
			title,
			bursts: total(all('bursts')),
			lost: total(all('lost')),
			p50: middle(all('p50')),
			p99: middle(all('p99')),
			added: middle(added),
			added99: middle(all('added99')),
			least: tenths(Math.min(...added)),
			most: tenths(Math.max(...added)),
			buffered: middle(all('buffered')),
			aim,
			met: aim === undefined ? undefined : middle(added) <= aim,
		};
	});
}

/**
 * @param {Way[]} ways
 * @param {Record<string, number[]>} decibels
 */
function printBands(ways, decibels) {
	say(`\nTones of equal level, and what comes of them: decibels against ${REFERENCE_HZ} Hz.\n`);
	say(`${right('Hz', 8)}${ways.map(({ name }) => right(name)).join('')}`);
	for (const [index, hertz] of TONES.entries())
		say(`${right(hertz, 8)}${ways.map(({ name }) => right((decibels[name]?.[index] ?? NaN).toFixed(1))).join('')}`);
	say(`\nWithin ${TOLERANCE_DB} dB; the aim is ${LOW_HZ} to ${HIGH_HZ} Hz.\n`);
	for (const { name, title } of ways) {
		const { low, high } = within(decibels[name] ?? []);
		const isMet = low <= LOW_HZ && high >= HIGH_HZ;
		say(`${title.padEnd(36)}${right(`${low} to ${high} Hz`, 20)}   ${isMet ? 'met' : 'missed'}`);
	}
}

/** @param {ReturnType<typeof summary>} rows */
function printDelays(rows) {
	say(
		'\nHow late, in milliseconds; medians of the rounds. Added is what is more than without Sommet, once for each leg of',
	);
	say('a chain; buffered is the part of the buffers that even out the network, on average.\n');
	const heads = ['bursts', 'lost', 'p50', 'p99', 'added p50', 'in rounds', 'added p99', 'buffered'];
	say(`${''.padEnd(36)}${heads.map((head) => right(head)).join('')}`);
	for (const { title, bursts, lost, p50, p99, added, least, most, added99, buffered, aim, met } of rows) {
		const cells = [bursts, lost, p50, p99, added, `${Math.round(least)}..${Math.round(most)}`, added99, buffered];
		const verdict = aim === undefined ? '' : `   at most ${aim}: ${met ? 'met' : 'missed'}`;
		say(`${title.padEnd(36)}${cells.map((cell) => right(cell)).join('')}${verdict}`);
	}
}

const words = process.argv.slice(2);
/** @param {string} name @param {number} usual */
const option = (name, usual) => Number(words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? usual);
const [rounds, seconds] = [option('rounds', ROUNDS), option('seconds', SECONDS)];

const stage = new Stage();
/** @type {Record<string, number[]>} */
let decibels = {};
/** @type {ReturnType<typeof rowsOf>[]} */
const found = [];
let clocks = 0;
try {
	for (let round = 0; round < rounds; round += 1) {
		const story = new Story('bench-audio', stage);
		try {
			const ways = await meeting(story);
			for (const { name, to, place } of ways)
				await eventually(`sound of "${name}" at ${to.seat}`, () => has(to, 'ear', name, place));
			await pause(SETTLING_MS);
			if (round === 0) {
				decibels = await bands(ways);
				printBands(ways, decibels);
			}
			const times = await delays(ways, seconds);
			found.push(rowsOf(ways, times));
			clocks = Math.max(clocks, ...Object.values(times).map((time) => Math.abs(time.clocks)));
		} catch (error) {
			await story.keepEvidence();
			throw error;
		} finally {
			await story.end();
		}
	}
} finally {
	await stage.close();
}
const rows = summary(found);
printDelays(rows);
say(`\nTimes of two pages can be wrong against each other by ${clocks.toFixed(1)} ms at most.`);
const band = Object.fromEntries(Object.entries(decibels).map(([name, levels]) => [name, within(levels)]));
const figures = { tones: TONES, decibels, band, delays: rows, clocks_ms: tenths(clocks) };
say(`\n${JSON.stringify({ bench: 'audio', rounds, seconds, ...figures })}`);
