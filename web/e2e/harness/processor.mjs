/**
 * How long the pages of a browser waited for a processor that was busy with other things. Every person has a computer
 * of their own; here all of them share one, and what they wait for it is not the product's lateness. Linux counts that;
 * where nothing counts it, nothing is excused.
 */
import fs from 'node:fs';

/** How often the counters are read: of the few main threads of pages, and of all threads there are. */
const PAGES_EVERY_MS = 10;
const ALL_EVERY_MS = 100;

/** How long each thread has waited so far, in milliseconds. @typedef {Map<string, number>} Waits */

export class Processor {
	/** @type {{ at: number, waits: Waits }[]} */
	#readings = [];
	#timer;

	/**
	 * @param {() => Waits} waits
	 * @param {number} every in milliseconds
	 */
	constructor(waits, every) {
		const read = () => this.#readings.push({ at: Date.now(), waits: waits() });
		read();
		this.#timer = setInterval(read, every);
	}

	/**
	 * Watches the main threads of the pages that are open now.
	 * @param {import('playwright-core').Browser} browser
	 */
	static async watch(browser) {
		const pages = (await processesOf(browser)).filter(({ type }) => type === 'renderer');
		const files = pages.map(({ id }) => `/proc/${id}/schedstat`);
		return new Processor(() => new Map(files.map((file) => [file, waitedIn(file)])), PAGES_EVERY_MS);
	}

	/**
	 * Watches all threads of a browser as it is now, and of other programs: sound passes many of them.
	 * @param {import('playwright-core').Browser} browser
	 * @param {(number | undefined)[]} others
	 */
	static async watchAll(browser, others) {
		const pids = [...(await processesOf(browser)).map(({ id }) => id), ...others];
		const files = () => pids.flatMap((pid) => threadsOf(pid).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
		return new Processor(() => new Map(files().map((file) => [file, waitedIn(file)])), ALL_EVERY_MS);
	}

	/**
	 * How long one thread waited, the one that waited longest, in milliseconds.
	 * @param {number} from in milliseconds since 1970
	 * @param {number} to
	 */
	longestWait(from, to) {
		const before = this.#readings.findLast(({ at }) => at <= from) ?? this.#readings[0];
		const after = this.#readings.find(({ at }) => at >= to) ?? this.#readings.at(-1);
		if (!before || !after) return 0;
		return Math.max(0, ...[...after.waits].map(([thread, waited]) => waited - (before.waits.get(thread) ?? 0)));
	}

	stop() {
		clearInterval(this.#timer);
	}
}

/** @param {import('playwright-core').Browser} browser */
async function processesOf(browser) {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	return processInfo;
}

/** @param {number | undefined} pid */
function threadsOf(pid) {
	try {
		return fs.readdirSync(`/proc/${pid}/task`);
	} catch {
		return [];
	}
}

/**
 * How long a thread has been ready to run without running, in milliseconds.
 * @param {string} file
 */
function waitedIn(file) {
	try {
		return Number(fs.readFileSync(file, 'utf8').split(' ')[1]) / 1e6;
	} catch {
		return 0;
	}
}
