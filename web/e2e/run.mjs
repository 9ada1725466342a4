/**
 * The behaviours of the product, told as stories and played in real browsers against `sommet serve`:
 * `cargo x e2e [--list | --long | NAME...]`. A story is a file in `stories/` that exports a function; its name is the
 * file's. One that takes minutes, or measures, says so (`long`), and is played with `--long` or when it is named.
 */
import fs from 'node:fs';
import path from 'node:path';

import { results } from './harness/places.mjs';
import { Stage } from './harness/stage.mjs';
import { Story } from './harness/story.mjs';

const folder = new URL('./stories/', import.meta.url);
const all = fs
	.readdirSync(folder)
	.filter((file) => file.endsWith('.mjs'))
	.map((file) => path.basename(file, '.mjs'))
	.sort();

/** How long a story may take that does not say so itself: four times what it should, for machines that are busy. */
const SECONDS = 120;

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {string} name
 * @returns {Promise<{ title: string, seconds?: number, long?: boolean, default: (story: Story) => Promise<void> }>}
 */
const load = (name) => import(new URL(`${name}.mjs`, folder).href);

/**
 * @param {Stage} stage
 * @param {string} name
 */
async function play(stage, name) {
	const { default: tell, seconds = SECONDS } = await load(name);
	const story = new Story(name, stage);
	const start = Date.now();
	/** @type {NodeJS.Timeout | undefined} */
	let timer;
	const tooLong = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`it took longer than ${seconds} s`)), seconds * 1000);
	});
	/** @type {Error | undefined} */
	let failure;
	try {
		await Promise.race([tell(story), tooLong]);
		const uncaught = story.uncaught();
		if (uncaught.length > 0) throw new Error(`a page threw what nobody caught; ${uncaught.join('\n')}`);
	} catch (error) {
		failure = error instanceof Error ? error : new Error(String(error));
		await story.keepEvidence();
	} finally {
		clearTimeout(timer);
		await story.end().catch((error) => say(`      after ${name}: ${error.message}`));
	}
	const took = `${((Date.now() - start) / 1000).toFixed(1)} s`;
	say(`${failure ? 'FAIL' : 'PASS'}  ${name.padEnd(18)} ${took}`);
	if (failure) say(`      ${failure.stack?.split('\n').slice(0, 6).join('\n      ')}\n      see ${story.folder}`);
	return !failure;
}

/** @param {string[]} names */
async function playAll(names) {
	fs.mkdirSync(results, { recursive: true });
	const stage = new Stage();
	let passed = 0;
	let failed = 0;
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
		process.once(signal, () => void stage.close().finally(() => process.exit(1)));
	}
	try {
		for (const name of names) {
			if (await play(stage, name)) passed += 1;
			else failed += 1;
		}
	} finally {
		await stage.close();
	}
	fs.writeFileSync(path.join(results, 'results.json'), `${JSON.stringify({ passed, failed })}\n`);
	say(`\n${passed} passed, ${failed} failed`);
	return failed === 0;
}

/** The stories that take minutes, or the others. @param {boolean} long */
async function allThatAre(long) {
	const stories = await Promise.all(all.map(async (name) => ({ name, long: (await load(name)).long === true })));
	return stories.filter((story) => story.long === long).map(({ name }) => name);
}

const words = process.argv.slice(2);
const long = words.includes('--long');
const named = words.filter((word) => word !== '--long');
if (words.includes('--list')) {
	for (const name of all) {
		const { title, long: isLong } = await load(name);
		say(`${name.padEnd(18)} ${title}${isLong ? ' (--long)' : ''}`);
	}
} else {
	const unknown = named.filter((word) => !all.includes(word));
	if (unknown.length > 0) {
		process.stderr.write(`there is no story "${unknown.join('", "')}"; --list names them\n`);
		process.exitCode = 2;
	} else {
		const chosen = long || named.length === 0 ? await allThatAre(long) : [];
		process.exitCode = (await playAll([...chosen, ...named])) ? 0 : 1;
	}
}
