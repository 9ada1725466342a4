/** A bad line between browsers and a server: the program of `cargo x proxy`, told what the line is like. */
import { spawn } from 'node:child_process';
import readline from 'node:readline';

import { proxy } from './places.mjs';

/** @typedef {{ came: number, lost: number, left: number }} Counts datagrams */
/** @typedef {{ resolve: (answer: Record<string, unknown>) => void, reject: (why: Error) => void }} Asked */

export class BadLine {
	#process;
	/** Answers come in the order of what was said. @type {Asked[]} */
	#asked = [];

	/** @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} child */
	constructor(child) {
		this.#process = child;
		const said = readline.createInterface({ input: child.stdout });
		said.on('line', (line) => this.#asked.shift()?.resolve(JSON.parse(line)));
		child.once('exit', () => this.#asked.forEach(({ reject }) => reject(new Error('the line ended by itself'))));
	}

	/**
	 * Stands between two ports of this machine; perfect, until something else is said.
	 * @param {number} from where browsers send to
	 * @param {number} to where the server listens
	 */
	static async start(from, to) {
		const words = [`127.0.0.1:${from}`, `127.0.0.1:${to}`];
		const child = spawn(proxy, words, { stdio: ['pipe', 'pipe', 'inherit'] });
		const line = new BadLine(child);
		await line.#answer();
		return line;
	}

	/**
	 * From now on it is like that, for everybody: `loss=5%`, `rate=300kbps`.
	 * @param {'up' | 'down' | 'both'} direction as participants see it
	 * @param {...string} words
	 */
	async is(direction, ...words) {
		const answer = await this.#say([direction, ...words].join(' '));
		if ('error' in answer) throw new Error(`the line cannot be like that: ${answer['error']}`);
	}

	/** @returns {Promise<Record<'up' | 'down', Counts>>} */
	async counts() {
		return /** @type {Record<'up' | 'down', Counts>} */ (await this.#say('counts'));
	}

	async close() {
		if (this.#process.exitCode !== null) return;
		const ended = new Promise((resolve) => this.#process.once('exit', resolve));
		this.#process.stdin.end();
		await ended;
	}

	/** @param {string} text */
	#say(text) {
		this.#process.stdin.write(`${text}\n`);
		return this.#answer();
	}

	/** @returns {Promise<Record<string, unknown>>} */
	#answer() {
		return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
	}
}
