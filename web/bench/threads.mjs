/** The processor time of a browser's threads, as Linux counts it. */
import fs from 'node:fs';

import { pause } from '../e2e/harness/wait.mjs';

/** Threads that end take their time with them: this often they are read. */
const EVERY_MS = 500;

/** The workers of a page; Linux cuts the names of threads after 15 characters. */
const WORKER = 'DedicatedWorker';

/**
 * Milliseconds of processor time in each second.
 * @typedef {object} Spent
 * @property {number} workers by the workers of the page: in a meeting at rest, by the one that all frames pass. AES itself
 * runs aside on threads that also do other work, and takes about a microsecond for a frame
 * @property {number} page by all threads of its process
 * @property {number} browser by all processes of the browser
 */

/** @typedef {Map<string, { pid: number, name: string, ms: number }>} Times */

/**
 * What a browser spends in a while.
 * @param {import('playwright-core').Browser} browser
 * @param {number} milliseconds
 * @returns {Promise<Spent>}
 */
export async function spentIn(browser, milliseconds) {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	const pids = processInfo.map(({ id }) => id);
	const before = times(pids);
	/** @type {Times} */
	const after = new Map(before);
	const read = () => times(pids).forEach((time, thread) => after.set(thread, time));
	const timer = setInterval(read, EVERY_MS);
	const begin = performance.now();
	await pause(milliseconds);
	clearInterval(timer);
	read();
	const seconds = (performance.now() - begin) / 1000;
	const spent = [...after].map(([thread, { pid, name, ms }]) => ({
		pid,
		name,
		ms: ms - (before.get(thread)?.ms ?? 0),
	}));
	/** @param {(one: { pid: number, name: string }) => boolean} belongs */
	const sum = (belongs) => spent.filter(belongs).reduce((all, { ms }) => all + ms, 0) / seconds;
	// The page of the meeting is the one that works; a spare process waits beside it.
	const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
	const [page] = pages.sort((a, b) => sum(({ pid }) => pid === b) - sum(({ pid }) => pid === a));
	return {
		workers: sum(({ pid, name }) => pid === page && name === WORKER),
		page: sum(({ pid }) => pid === page),
		browser: sum(() => true),
	};
}

/**
 * @param {number[]} pids
 * @returns {Times}
 */
function times(pids) {
	/** @type {Times} */
	const found = new Map();
	for (const pid of pids) {
		for (const thread of unless([], () => fs.readdirSync(`/proc/${pid}/task`))) {
			const at = `/proc/${pid}/task/${thread}`;
			const [name, ns] = unless(['', ''], () => [
				fs.readFileSync(`${at}/comm`, 'utf8').trim(),
				fs.readFileSync(`${at}/schedstat`, 'utf8').split(' ')[0] ?? '',
			]);
			if (ns !== '') found.set(thread, { pid, name: name ?? '', ms: Number(ns) / 1e6 });
		}
	}
	return found;
}

/**
 * A thread or a process may end while it is read.
 * @template T
 * @param {T} otherwise
 * @param {() => T} read
 */
function unless(otherwise, read) {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
