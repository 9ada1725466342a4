/**
 * How long the pages of a browser waited for a processor that was busy with other things. Every person has a computer
 * of their own; here all of them share one, and what they wait for it is not the product's lateness. Linux counts that;
 * where nothing counts it, nothing is excused.
 */
import fs from 'node:fs';

/** How often the counters are read. */
const EVERY_MS = 10;

export class Processor {
	/** @type {{ at: number, waited: number[] }[]} */
	#readings = [];
	#timer;

	/** @param {number[]} pids of the pages */
	constructor(pids) {
		const read = () => this.#readings.push({ at: Date.now(), waited: pids.map(waitedBy) });
		read();
		this.#timer = setInterval(read, EVERY_MS);
	}

	/**
	 * Watches the pages that are open now.
	 * @param {import('playwright-core').Browser} browser
	 */
	static async watch(browser) {
		const session = await browser.newBrowserCDPSession();
		const { processInfo } = await session.send('SystemInfo.getProcessInfo');
		await session.detach();
		return new Processor(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id));
	}

	/**
	 * How long one page waited, the one that waited longest, in milliseconds.
	 * @param {number} from in milliseconds since 1970
	 * @param {number} to
	 */
	longestWait(from, to) {
		const before = this.#readings.findLast(({ at }) => at <= from) ?? this.#readings[0];
		const after = this.#readings.find(({ at }) => at >= to) ?? this.#readings.at(-1);
		if (!before || !after) return 0;
		return Math.max(0, ...after.waited.map((waited, page) => waited - (before.waited[page] ?? 0)));
	}

	stop() {
		clearInterval(this.#timer);
	}
}

/**
 * How long the main thread of a process has been ready to run without running, in milliseconds.
 * @param {number} pid
 */
function waitedBy(pid) {
	try {
		return Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
	} catch {
		return 0;
	}
}
