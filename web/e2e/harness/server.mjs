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

/** The passphrase of every party's key here, which protects nothing. */
const environment = { ...process.env, SOMMET_PASSPHRASE: 'nothing is secret here' };

/**
 * @typedef {object} Summit
 * @property {string} id
 * @property {Record<string, string>} links each seat's personal link
 */

export class Server {
	/** @type {import('node:child_process').ChildProcess | undefined} */
	#process;
	#summits = 0;
	/** What each registrar serves: they run while the server does. @type {string[][]} */
	#offices = [];
	/** @type {import('node:child_process').ChildProcess[]} */
	#registrars = [];
	/** The public part of each party's key. @type {Record<string, string>} */
	#keys = {};

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
		for (const words of this.#offices) this.#registrar(words);
	}

	/** Runs a party's registrar until the server is stopped. @param {string[]} words */
	#registrar(words) {
		const log = fs.openSync(path.join(this.folder, 'registrars.log'), 'a');
		this.#registrars.push(spawn(sommet, ['registrar', ...words], { stdio: ['ignore', log, log], env: environment }));
		fs.closeSync(log);
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
		for (const registrar of this.#registrars.splice(0)) registrar.kill();
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
		const { stdout } = await run(sommet, [...words, '--data', this.data], { timeout: 20_000, env: environment });
		return stdout;
	}

	/**
	 * Runs a command of a party, as on a machine of its own.
	 * @param {string} party
	 * @param {string[]} words
	 * @returns {Promise<string>} its standard output
	 */
	async partyCommand(party, ...words) {
		const { stdout } = await run(sommet, [...words, ...this.#as(party)], { timeout: 20_000, env: environment });
		return stdout;
	}

	/** @param {string} party */
	#as(party) {
		return ['--key', this.#keyFile(party), '--server', `${this.#scheme}://127.0.0.1:${this.port}`];
	}

	/** @param {string} party */
	#keyFile(party) {
		return path.join(this.folder, `${party}.key.json`);
	}

	/**
	 * The public part of a party's key, which is made if need be.
	 * @param {string} party
	 */
	async #key(party) {
		if (!this.#keys[party]) {
			const file = this.#keyFile(party);
			await run(sommet, ['key', 'init', party, '--file', file], { env: environment });
			this.#keys[party] = JSON.parse((await run(sommet, ['key', 'show', file, '--json'])).stdout).key;
		}
		return this.#keys[party];
	}

	/**
	 * The parties of a summit's file, and the file with their keys.
	 * @param {string} plan
	 */
	async #withKeys(plan) {
		const parties = [...plan.matchAll(/\[\[delegation\]\]\nid = "([^"]+)"/g)].map((match) => /** @type {string} */ (match[1]));
		let text = plan;
		for (const party of parties) {
			const head = `[[delegation]]\nid = "${party}"\n`;
			text = text.replace(head, `${head}key = "${await this.#key(party)}"\n`);
		}
		if (plan.includes('[[secretariat]]')) {
			parties.push('secretariat');
			text = `secretariat_key = "${await this.#key('secretariat')}"\n${text}`;
		}
		return { parties, text };
	}

	/**
	 * Creates a summit that all its parties signed, a link for each of its seats, and a registrar for each party.
	 * @param {string} plan a summit's file
	 * @returns {Promise<Summit>}
	 */
	async createSummit(plan) {
		this.#summits += 1;
		const file = path.join(this.folder, `summit-${this.#summits}.toml`);
		const { parties, text } = await this.#withKeys(plan);
		fs.writeFileSync(file, text);
		const keys = parties.flatMap((party) => ['--key', this.#keyFile(party)]);
		const created = JSON.parse(await this.command('summit', 'propose', file, '--json', ...keys));
		/** @type {Record<string, string>} */
		const links = {};
		for (const party of parties) {
			const invited = JSON.parse(await this.partyCommand(party, 'invite', created.id, '--json'));
			for (const { seat, link } of invited) links[seat] = this.here(link);
			const words = [created.id, ...this.#as(party)];
			this.#offices.push(words);
			this.#registrar(words);
		}
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
