/** A real `sommet serve` on a folder of its own, and the `sommet` command beside it. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';

import { freeTcpPort, freeUdpPort, sommet } from './places.mjs';
import { eventually } from './wait.mjs';

const run = promisify(execFile);

/**
 * @typedef {object} Summit
 * @property {string} id
 * @property {Record<string, string>} links each seat's personal link
 */

export class Server {
	/** @type {import('node:child_process').ChildProcess | undefined} */
	#process;
	#summits = 0;

	/**
	 * @param {{ folder: string, port: number, mediaPort: number, address?: string | undefined }} place a server without
	 * an address of its own is reached from this machine only, over HTTP
	 */
	constructor({ folder, port, mediaPort, address }) {
		this.folder = folder;
		this.data = path.join(folder, 'data');
		this.port = port;
		this.mediaPort = mediaPort;
		this.address = address;
	}

	/**
	 * Starts a server in a folder that is emptied before.
	 * @param {string} folder
	 * @param {{ address?: string }} [options]
	 */
	static async start(folder, { address } = {}) {
		fs.rmSync(folder, { recursive: true, force: true });
		fs.mkdirSync(folder, { recursive: true });
		const server = new Server({ folder, port: await freeTcpPort(), mediaPort: await freeUdpPort(), address });
		await server.start();
		return server;
	}

	/** Browsers trust the name `localhost` without a certificate; for another address they must be told to. */
	get #scheme() {
		return this.address === undefined ? 'http' : 'https';
	}

	async start() {
		const addresses = this.address === undefined ? ['127.0.0.1'] : ['127.0.0.1', this.address];
		const listen = addresses.flatMap((address) => ['--listen', `${address}:${this.port}`]);
		const media = ['--media-port', String(this.mediaPort)];
		const plain = this.address === undefined ? ['--plain-http'] : [];
		const log = fs.openSync(path.join(this.folder, 'server.log'), 'a');
		this.#process = spawn(sommet, ['serve', '--data', this.data, ...listen, ...media, ...plain], {
			stdio: ['ignore', log, log],
		});
		fs.closeSync(log);
		await eventually('the server to answer', () => this.#answers(), { within: 15_000, every: 50 });
	}

	async #answers() {
		if (this.#process?.exitCode !== null) throw new Error(`it ended: ${this.lastWords()}`);
		const client = this.#scheme === 'http' ? http : https;
		return new Promise((resolve, reject) => {
			const url = `${this.#scheme}://127.0.0.1:${this.port}/healthz`;
			const asked = client.get(url, { rejectUnauthorized: false, timeout: 1000 }, (answer) => {
				answer.resume();
				resolve(answer.statusCode === 200);
			});
			asked.once('error', reject);
		});
	}

	/** The end of its log, for a story that failed. */
	lastWords() {
		const log = fs.readFileSync(path.join(this.folder, 'server.log'), 'utf8');
		return log.split('\n').slice(-12).join('\n');
	}

	/** Ends it as an operator would; the answer is how it ended. */
	stop() {
		return this.#end('SIGTERM');
	}

	/** Ends it as a power cut would. */
	kill() {
		return this.#end('SIGKILL');
	}

	/**
	 * @param {NodeJS.Signals} signal
	 * @returns {Promise<number | null>}
	 */
	async #end(signal) {
		const child = this.#process;
		if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill(signal);
		return ended;
	}

	/**
	 * Runs the command on this server's folder.
	 * @param {string[]} words
	 * @returns {Promise<string>} its standard output
	 */
	async command(...words) {
		const { stdout } = await run(sommet, [...words, '--data', this.data], { timeout: 20_000 });
		return stdout;
	}

	/**
	 * Creates a summit and a link for each of its seats.
	 * @param {string} plan a summit's file
	 * @returns {Promise<Summit>}
	 */
	async createSummit(plan) {
		this.#summits += 1;
		const file = path.join(this.folder, `summit-${this.#summits}.toml`);
		fs.writeFileSync(file, plan);
		const created = JSON.parse(await this.command('summit', 'create', file, '--json'));
		const invited = JSON.parse(await this.command('invite', created.id, '--json'));
		/** @type {Record<string, string>} */
		const links = {};
		for (const { seat, link } of invited) links[seat] = this.here(link);
		return { id: created.id, links };
	}

	/**
	 * Withdraws the link of a seat.
	 * @param {Summit} summit
	 * @param {string} seat
	 */
	async revoke(summit, seat) {
		await this.command('invite', summit.id, '--seat', seat, '--revoke');
	}

	/**
	 * The same link under the name that makes it a secure context, or under another address.
	 * @param {string} link
	 * @param {{ host?: string, port?: number }} [place]
	 */
	here(link, { host = 'localhost', port = this.port } = {}) {
		return `${this.#scheme}://${host}:${port}/${new URL(link).hash}`;
	}
}
