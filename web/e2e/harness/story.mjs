/** What a story works with: a server, summits, people in browsers, bots; and all of it cleared away at the end. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BadLine } from './bad-line.mjs';
import { ChromiumScreen } from './chromium.mjs';
import { FirefoxScreen } from './firefox.mjs';
import { Person } from './person.mjs';
import { freeUdpPort, results, sommet } from './places.mjs';
import { plan } from './plans.mjs';
import { Processor } from './processor.mjs';
import { Server } from './server.mjs';
import { eventually } from './wait.mjs';

/**
 * @typedef {object} Seating how somebody sits at Chromium
 * @property {import('playwright-core').BrowserContextOptions} [options] of the page
 * @property {boolean} [permissive] whether the browser says yes to every question
 * @property {import('playwright-core').Browser} [browser] another one than the stories share
 */

export class Story {
	/** @type {Person[]} */
	#people = [];
	/** @type {(() => Promise<unknown> | void)[]} */
	#cleanups = [];

	/**
	 * @param {string} name
	 * @param {import('./stage.mjs').Stage} stage
	 */
	constructor(name, stage) {
		this.name = name;
		this.stage = stage;
		this.folder = path.join(results, name);
		fs.rmSync(this.folder, { recursive: true, force: true });
		fs.mkdirSync(this.folder, { recursive: true });
	}

	/** The server that all stories share. */
	server() {
		return this.stage.server();
	}

	/**
	 * A server for this story alone, which it may stop, kill and start again.
	 * @param {import('./server.mjs').Elsewhere} [options]
	 */
	async ownServer(options) {
		const server = await Server.start(path.join(this.folder, 'server'), options);
		this.later(() => server.stop());
		return server;
	}

	/**
	 * A server for this story alone, to whose UDP ports there is a line that can be made bad. Nothing goes another way, unless
	 * media may also go over TCP, or by a relay.
	 * @param {{ overTcp?: boolean | undefined, relay?: boolean, line?: string[] | undefined }} [options] how the line is both ways
	 * to begin with
	 */
	async serverBehindBadLine({ overTcp, relay, line: words = [] } = {}) {
		const mediaSeenAt = await freeUdpPort();
		const server = await this.ownServer({ mediaSeenAt, overTcp, relay });
		const line = await BadLine.start(mediaSeenAt, server.mediaPort);
		this.later(() => line.close());
		await line.is('both', ...words);
		return { server, line };
	}

	/**
	 * Both heads see and hear each other, over a line that can be made bad.
	 * @param {{ before?: () => void, line?: string[], overTcp?: boolean }} [how] `before` runs in each page before anything else;
	 * so is the line, both ways, when they come
	 */
	async meetBehindBadLine({ before, line: words, overTcp } = {}) {
		const { server, line } = await this.serverBehindBadLine({ line: words, overTcp });
		const summit = await this.summit({}, server);
		const [marsh, hale] = [await this.person(summit, 'meridia-head'), await this.person(summit, 'vesland-head')];
		if (before) for (const { screen } of [marsh, hale]) await screen.page.addInitScript(before);
		await this.meet(marsh, hale);
		await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);
		return { line, marsh, hale };
	}

	/**
	 * A summit on the shared server, or on another one.
	 * @param {Parameters<typeof plan>[0]} [wish]
	 */
	async summit(wish, server = /** @type {Server | undefined} */ (undefined)) {
		const at = server ?? (await this.server());
		const summit = await at.createSummit(plan(wish));
		this.later(() => at.closeOffice(summit));
		return summit;
	}

	/**
	 * Somebody at Chromium, who has not opened the link yet.
	 * @param {import('./server.mjs').Summit} summit
	 * @param {string} seat
	 * @param {Seating} [how]
	 */
	async person(summit, seat, { options = {}, permissive = true, browser } = {}) {
		const own = browser ?? (await this.stage.chromium(permissive));
		return this.#welcome(summit, seat, await ChromiumScreen.open(own, options));
	}

	/**
	 * A page of nobody, for what is looked at apart from summits.
	 * @param {'chromium' | 'firefox'} browser
	 */
	async page(browser) {
		const screen =
			browser === 'chromium'
				? await ChromiumScreen.open(await this.stage.chromium(true))
				: await FirefoxScreen.open(await this.stage.firefox());
		this.later(() => screen.close());
		return screen;
	}

	/** Notes from now on how long the pages that are open wait for the processor. */
	async processor() {
		const processor = await Processor.watch(await this.stage.chromium(true));
		this.later(() => processor.stop());
		return processor;
	}

	/**
	 * Notes from now on how long anything waits for the processor that sound and pictures pass on their way.
	 * @param {...(number | undefined)} bots their processes
	 */
	async processorOfAll(...bots) {
		const { pid } = await this.server();
		const processor = await Processor.watchAll(await this.stage.chromium(true), [pid, ...bots]);
		this.later(() => processor.stop());
		return processor;
	}

	/**
	 * The same person at another device, by another link: each link admits one device.
	 * @param {import('./server.mjs').Summit} summit
	 * @param {string} seat
	 */
	async anotherDevice(summit, seat) {
		const link = await (await this.server()).inviteAgain(summit, seat);
		return this.person({ ...summit, links: { ...summit.links, [seat]: link } }, seat);
	}

	/**
	 * Somebody at Firefox.
	 * @param {import('./server.mjs').Summit} summit
	 * @param {string} seat
	 */
	async personAtFirefox(summit, seat) {
		return this.#welcome(summit, seat, await FirefoxScreen.open(await this.stage.firefox()));
	}

	/**
	 * @template {import('./person.mjs').Screen} S
	 * @param {import('./server.mjs').Summit} summit
	 * @param {string} seat
	 * @param {S} screen
	 */
	#welcome(summit, seat, screen) {
		const link = summit.links[seat];
		if (!link) throw new Error(`the summit has no seat "${seat}"`);
		const person = new Person(seat, link, screen);
		this.#people.push(person);
		return person;
	}

	/**
	 * Real participants without a browser, who speak and show pictures, or are told otherwise.
	 * @param {import('./server.mjs').Summit} summit
	 * @param {string[]} seats
	 * @param {{ words?: string[], log?: string }} [how] and where they report
	 */
	bots(summit, seats, { words = ['--publish', '--ready'], log: name = 'bots.log' } = {}) {
		const links = seats.flatMap((seat) => ['--link', summit.links[seat] ?? '']);
		const log = fs.openSync(path.join(this.folder, name), 'a');
		const bots = spawn(sommet, ['bots', ...links, ...words], { stdio: ['ignore', log, log] });
		fs.closeSync(log);
		this.later(() => this.dismiss(bots));
		return bots;
	}

	/**
	 * Asks bots to leave, and waits until they have.
	 * @param {import('node:child_process').ChildProcess} child
	 */
	async dismiss(child) {
		if (child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGINT');
		const impatience = setTimeout(() => child.kill('SIGKILL'), 3000);
		await ended;
		clearTimeout(impatience);
	}

	/**
	 * Everybody joins, the heads say "ready", and all wait until the plenary is on their screens.
	 * @param {...Person<any>} people
	 */
	async meet(...people) {
		for (const person of people) await person.join();
		for (const person of people.filter(({ seat }) => seat.endsWith('-head'))) await person.declareReady();
		await Promise.all(people.map((person) => person.reaches('plenary')));
	}

	/** @param {Person<any>} person @param {string} name */
	async picture(person, name) {
		await person.screen.screenshot(path.join(this.folder, `${name}.png`));
	}

	/** One picture of everybody's screen, named after the seat. */
	async pictures(suffix = '') {
		for (const person of this.#people) await this.picture(person, `${person.seat}${suffix}`).catch(() => undefined);
	}

	/**
	 * Something to do when the story is over, however it ends; the last one first.
	 * @param {() => Promise<unknown> | void} work
	 */
	later(work) {
		this.#cleanups.push(work);
	}

	/** Leaves a line beside the pictures, for who wants to know by how much it went well. @param {string} line */
	says(line) {
		fs.appendFileSync(path.join(this.folder, 'figures.log'), `${line}\n`);
	}

	/** What a failed story leaves to look at: pictures, and what the pages said. */
	async keepEvidence() {
		await this.pictures('-failed');
		for (const { seat, screen } of this.#people) {
			const said = [...screen.console, ...screen.uncaught.map((error) => `uncaught: ${error}`)];
			fs.writeFileSync(path.join(this.folder, `${seat}-console.log`), `${said.join('\n')}\n`);
			const state = await screen.evaluate(() => JSON.stringify(window.sommet?.state(), null, 2)).catch(String);
			fs.writeFileSync(path.join(this.folder, `${seat}-state.json`), `${state}\n`);
			const sealed = await screen
				.evaluate(async () => {
					const { trouble, stage, circles } = window.sommet?.seal() ?? {};
					const troubles = window.sommet?.sealTroubles();
					return JSON.stringify(
						{ trouble, stage, troubles, circles, lines: await window.sommet?.sealedLines() },
						null,
						2,
					);
				})
				.catch(String);
			fs.writeFileSync(path.join(this.folder, `${seat}-sealed.json`), `${sealed}\n`);
		}
	}

	/** What pages threw and nobody caught. However well a story went, it fails with that. */
	uncaught() {
		return this.#people.flatMap(({ seat, screen }) => screen.uncaught.map((error) => `${seat}: ${error}`));
	}

	/** Clears everything away. */
	async end() {
		for (const { screen } of this.#people) await screen.close().catch(() => undefined);
		for (const work of this.#cleanups.reverse()) await work();
	}

	eventually = eventually;
}
