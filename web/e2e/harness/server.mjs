/** A real `sommet serve` on a folder of its own, and the `sommet` command beside it. */
import { execFile, spawn } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';

import { command, environment, keyOf, startRegistrar, stopRegistrar } from './parties.mjs';
import { freeTcpPort, freeUdpPort, sommet } from './places.mjs';
import { eventually } from './wait.mjs';

const run = promisify(execFile);

/**
 * @typedef {object} Summit
 * @property {string} id
 * @property {Record<string, string>} links each seat's personal link
 * @property {Record<string, import('./parties.mjs').Key>} keys each party's
 * @property {Map<string, import('node:child_process').ChildProcess>} registrars each party's
 */

/**
 * @typedef {object} Elsewhere how it is reached, if not just from this machine over HTTP
 * @property {string | undefined} [address] of its own, for other machines
 * @property {number | undefined} [mediaSeenAt] the port for media that browsers are told of: something stands before it, and
 * they are told of no TCP unless that is asked for, for what stands there is passed by nothing
 * @property {boolean | undefined} [overTcp] they are
 * @property {boolean | undefined} [relay] there is TLS, with a relay inside
 */

export class Server {
	/** @type {import('node:child_process').ChildProcess | undefined} */
	#process;
	#summits = 0;

	/**
	 * @param {{ folder: string, port: number, mediaPort: number } & Elsewhere} place
	 */
	constructor({ folder, port, mediaPort, address, mediaSeenAt, overTcp, relay }) {
		this.folder = folder;
		this.data = path.join(folder, 'data');
		this.port = port;
		this.mediaPort = mediaPort;
		this.address = address;
		this.mediaSeenAt = mediaSeenAt;
		this.overTcp = overTcp;
		this.relay = relay;
	}

	/**
	 * Starts a server in a folder that is emptied before.
	 * @param {string} folder
	 * @param {Elsewhere} [options]
	 */
	static async start(folder, { address, mediaSeenAt, overTcp, relay } = {}) {
		fs.rmSync(folder, { recursive: true, force: true });
		fs.mkdirSync(folder, { recursive: true });
		const [port, mediaPort] = [await freeTcpPort(), await freeUdpPort()];
		const server = new Server({ folder, port, mediaPort, address, mediaSeenAt, overTcp, relay });
		await server.start();
		return server;
	}

	/** The number of its process; 0 while there is none. */
	get pid() {
		return this.#process?.pid ?? 0;
	}

	/** Browsers trust the name `localhost` without a certificate; for another address they must be told to. */
	get #scheme() {
		return this.address === undefined && !this.relay ? 'http' : 'https';
	}

	/** What tells Chromium to trust the certificate that this server made, in whatever comes inside of TLS. */
	get trustInChromium() {
		const certificate = new X509Certificate(fs.readFileSync(path.join(this.data, 'tls', 'certificate.pem')));
		const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
		return `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`;
	}

	async start() {
		const addresses = this.address === undefined ? ['127.0.0.1'] : ['127.0.0.1', this.address];
		const listen = addresses.flatMap((address) => ['--listen', `${address}:${this.port}`]);
		const media = ['--media-port', String(this.mediaPort)];
		const plain = this.#scheme === 'http' ? ['--plain-http'] : [];
		const relay = this.relay ? ['--relay-address', `localhost:${this.port}`] : [];
		const log = fs.openSync(path.join(this.folder, 'server.log'), 'a');
		this.#process = spawn(sommet, ['serve', '--data', this.data, ...listen, ...media, ...plain, ...relay], {
			stdio: ['ignore', log, log],
			env: { ...process.env, ...this.#seenElsewhere },
		});
		fs.closeSync(log);
		await eventually('the server to answer', () => this.#answers(), { within: 15_000, every: 50 });
	}

	/** @returns {Record<string, string>} */
	get #seenElsewhere() {
		if (this.mediaSeenAt === undefined) return {};
		return {
			SOMMET_MEDIA_ADDRESSES: '["127.0.0.1"]',
			SOMMET_PUBLIC_ADDRESSES: `["127.0.0.1:${this.mediaSeenAt}"]`,
			SOMMET_MEDIA_THREADS: '1',
			SOMMET_MEDIA_OVER_UDP_ONLY: String(!this.overTcp),
		};
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
		const { stdout } = await run(sommet, [...words, '--data', this.data], { timeout: 20_000, env: environment });
		return stdout;
	}

	/** Where a party's own programs reach it. */
	get url() {
		return `${this.#scheme}://127.0.0.1:${this.port}`;
	}

	/**
	 * A summit that its parties agreed on: each signed it, invited its people, and has its registrar at work.
	 * @param {{ parties: string[], file: (keys: Record<string, string>) => string }} plan
	 * @returns {Promise<Summit>}
	 */
	async createSummit({ parties, file: write }) {
		this.#summits += 1;
		const all = await Promise.all(parties.map(keyOf));
		const keys = Object.fromEntries(all.map((key) => [key.party, key]));
		const file = path.join(this.folder, `summit-${this.#summits}.toml`);
		fs.writeFileSync(file, write(Object.fromEntries(all.map(({ party, key }) => [party, key]))));
		const signing = all.flatMap((key) => ['--key', key.file]);
		const { id } = JSON.parse(await this.command('summit', 'propose', file, '--json', ...signing));
		/** @type {Summit} */
		const summit = { id, links: {}, keys, registrars: new Map() };
		await Promise.all(
			all.map(async (key) => {
				for (const { seat, link } of await this.#invite(summit, key)) summit.links[seat] = link;
				this.admit(summit, key.party);
			}),
		);
		return summit;
	}

	/**
	 * @param {Summit} summit
	 * @param {import('./parties.mjs').Key} key
	 * @param {...string} words
	 * @returns {Promise<{ seat: string, link: string }[]>}
	 */
	async #invite(summit, key, ...words) {
		const office = ['--key', key.file, '--server', this.url];
		const made = JSON.parse(await command('invite', summit.id, ...office, ...words, '--json'));
		return made.map((/** @type {{ seat: string, link: string }} */ { seat, link }) => ({
			seat,
			link: this.here(link),
		}));
	}

	/**
	 * Another link to a seat, by its own party: for another device.
	 * @param {Summit} summit
	 * @param {string} seat
	 */
	async inviteAgain(summit, seat) {
		const key = summit.keys[seat.split('-')[0] ?? ''];
		if (!key) throw new Error(`nobody invites to the seat "${seat}"`);
		const [made] = await this.#invite(summit, key, '--seat', seat);
		if (!made) throw new Error(`there is no link to "${seat}"`);
		return made.link;
	}

	/**
	 * The registrar of a party is at work.
	 * @param {Summit} summit
	 * @param {string} party
	 */
	admit({ id, keys, registrars }, party) {
		const key = keys[party];
		if (!key) throw new Error(`"${party}" is no party of this summit`);
		registrars.set(party, startRegistrar(key, id, this.url));
	}

	/**
	 * The registrar of a party, or of all, goes home.
	 * @param {Summit} summit
	 * @param {string} [party]
	 */
	async closeOffice({ registrars }, party) {
		const going = [...registrars].filter(([of]) => party === undefined || of === party);
		await Promise.all(going.map(([, child]) => stopRegistrar(child)));
		for (const [of] of going) registrars.delete(of);
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
