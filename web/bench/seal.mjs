/**
 * `cargo x bench seal`, its half in Chromium: what sealing costs in the page's worker, beside what it costs the Rust side
 * in the same run, and what it adds to a meeting of ten.
 *
 *     node web/bench/seal.mjs [--rust=FILE] [--quick]
 *
 * `--rust` names a file with the line of JSON of the other half; `--quick` looks only whether everything works. Ratios of one run can be trusted; absolute figures drift.
 */
import fs from 'node:fs';

import { ChromiumScreen } from '../e2e/harness/chromium.mjs';
import { Stage } from '../e2e/harness/stage.mjs';
import { Workbench } from '../e2e/harness/workbench.mjs';
import { meeting } from './meeting.mjs';

/** @typedef {import('./steps.mjs').Wish} Wish */
/** @typedef {import('./steps.mjs').Findings} Findings */
/** @typedef {import('./threads.mjs').Spent} Spent */

/** The same groups and frames as in `bench/src/seal.rs`. @type {Wish} */
const WISH = {
	sizes: [2, 10, 50, 200],
	times: 9,
	frames: [
		{ kind: 'microphone', codec: 'opus', bytes: 160 },
		{ kind: 'camera', codec: 'vp8', bytes: 1200 },
		{ kind: 'camera', codec: 'vp8', bytes: 10_000 },
		{ kind: 'camera', codec: 'vp8', bytes: 60_000 },
	],
	framesAtOnce: 2000,
};
/** Whether everything works, and no figure. */
const QUICK = { sizes: [2, 10], times: 1, framesAtOnce: 100 };

const STEPS = /** @type {const} */ (['add_all', 'join', 'fresh_keys', 'process', 'remove', 'external', 'attest']);

/**
 * What the Rust side printed.
 * @typedef {object} Rust
 * @property {Record<string, number>[]} groups
 * @property {{ bytes: number, seal_us: number, open_us: number }[]} frames
 */

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);
/** @param {number | string} cell @param {number} [width] */
const right = (cell, width = 9) => String(cell).padStart(width);
/** How many times as much as on the Rust side. @param {number} cost @param {number | undefined} rust */
const ratio = (cost, rust) => (rust === undefined ? '' : `(${(cost / rust).toFixed(1)})`);

/**
 * @param {Stage} stage
 * @param {Wish} wish
 * @returns {Promise<Findings>}
 */
async function steps(stage, wish) {
	const bench = await Workbench.open({ steps: 'bench/steps.mjs' });
	try {
		const screen = await ChromiumScreen.open(await stage.chromium(true));
		await screen.goto(bench.url);
		const said = await screen.evaluate(
			(/** @type {Wish} */ asked) =>
				new Promise((resolve) => {
					const worker = new Worker(`${location.origin}/steps.js`, { type: 'module' });
					worker.addEventListener('message', ({ data }) => resolve(data));
					worker.addEventListener('error', ({ message }) => resolve({ error: message }));
					worker.postMessage(asked);
				}),
			wish,
		);
		await screen.close();
		if (said.error !== undefined) throw new Error(said.error);
		return said.findings;
	} finally {
		await bench.close();
	}
}

/**
 * @param {Findings} findings
 * @param {Rust | undefined} rust
 */
function print({ groups, frames }, rust) {
	say(
		'\nIn a worker of Chromium. Milliseconds in a group of so many; in brackets, how many times as much as in Rust.\n',
	);
	say(`${right('members', 8)} ${STEPS.map((step) => right(step.replace('_', ' '), 16)).join(' ')}`);
	for (const { members, steps: costs } of groups) {
		const other = rust?.groups.find((group) => group['members'] === members);
		const cells = STEPS.map(
			(step) => right(costs[step].toFixed(2), 8) + right(ratio(costs[step], other?.[`${step}_ms`]), 8),
		);
		say(`${right(members, 8)} ${cells.join(' ')}`);
	}
	say(
		'\nMicroseconds for a frame, one after the other, and with as many under way as a line allows; in brackets, how many times as much as in Rust.\n',
	);
	say(`${right('bytes', 8)} ${['seal', 'open', 'seal, many', 'open, many'].map((head) => right(head, 17)).join(' ')}`);
	for (const { bytes, seal, open, sealMany, openMany } of frames) {
		const other = rust?.frames.find((frame) => frame.bytes === bytes);
		/** @param {number} cost @param {number | undefined} than */
		const cell = (cost, than) => right(cost.toFixed(1), 8) + right(ratio(cost, than));
		const cells = [
			cell(seal, other?.seal_us),
			cell(open, other?.open_us),
			cell(sealMany, other?.seal_us),
			cell(openMany, other?.open_us),
		];
		say(`${right(bytes, 8)} ${cells.join(' ')}`);
	}
}

/**
 * The middle one of some looks, for each group of threads.
 * @param {Spent[]} all
 * @returns {Spent}
 */
function middle(all) {
	/** @param {keyof Spent} what */
	const of = (what) => all.map((spent) => spent[what]).sort((a, b) => a - b)[all.length >> 1] ?? NaN;
	return { workers: of('workers'), page: of('page'), browser: of('browser') };
}

/** @param {Spent} spent */
function printMeeting({ workers, page, browser }) {
	/** Hundredths of a core, of milliseconds in a second. @param {number} ms */
	const core = (ms) => `${(ms / 10).toFixed(1)} %`;
	/** @param {number} of */
	const share = (of) => `${((100 * workers) / of).toFixed(0)} %`;
	say('\nA meeting of ten, one of them at Chromium.\n');
	say(`${right('', 24)} ${right('of a core', 12)} ${right('of it sealing', 14)}`);
	say(`${right('workers that seal', 24)} ${right(core(workers), 12)}`);
	say(`${right('the page', 24)} ${right(core(page), 12)} ${right(share(page), 14)}`);
	say(`${right('all of Chromium', 24)} ${right(core(browser), 12)} ${right(share(browser), 14)}`);
}

const words = process.argv.slice(2);
const isQuick = words.includes('--quick');
const file = words.find((word) => word.startsWith('--rust='))?.slice('--rust='.length);
const rust = file === undefined ? undefined : /** @type {Rust} */ (JSON.parse(fs.readFileSync(file, 'utf8')));

const stage = new Stage();
try {
	const findings = await steps(stage, isQuick ? { ...WISH, ...QUICK } : WISH);
	print(findings, rust);
	const spent = middle(await meeting(stage, isQuick ? { looks: 1, seconds: 5 } : { looks: 3, seconds: 20 }));
	printMeeting(spent);
	say(`\n${JSON.stringify({ bench: 'seal-chromium', ...findings, meeting_ms_each_second: spent })}`);
} finally {
	await stage.close();
}
