/** One person at a browser: what they do, and what they see and hear. */
import * as probes from './probes.mjs';
import { nameOf } from './plans.mjs';
import { eventually } from './wait.mjs';

/** @typedef {import('./chromium.mjs').ChromiumScreen | import('./firefox.mjs').FirefoxScreen} Screen */
/** @typedef {import('../../src/meeting/state').Stage['name']} StageName */

/** @template {Screen} [S=Screen] */
export class Person {
	/**
	 * @param {string} seat
	 * @param {string} link
	 * @param {S} screen
	 */
	constructor(seat, link, screen) {
		this.seat = seat;
		this.link = link;
		this.screen = screen;
	}

	/** The name on the plate. */
	get name() {
		return nameOf(this.seat);
	}

	/** Opens the link, up to the pre-flight. */
	async arrive() {
		await this.screen.goto(this.link);
		await this.reaches('preflight');
	}

	/** Opens the link and joins. */
	async join() {
		await this.arrive();
		await this.enter();
	}

	/**
	 * Presses "Join" once the devices are there.
	 * @param {string} [button] what it is called, where it is not that
	 */
	async enter(button = 'Join') {
		await this.screen.click('button', button);
		await eventually(`${this.seat} to be in`, async () => ['lobby', 'plenary'].includes(await this.stage()));
	}

	/** A head of delegation says "ready". */
	async declareReady() {
		await this.screen.click('button', 'We are ready');
	}

	/** @returns {Promise<string>} */
	stage() {
		return this.screen.evaluate(() => window.sommet?.stage().name ?? 'loading');
	}

	/** @param {StageName} stage */
	async reaches(stage, within = 15_000) {
		await eventually(`${this.seat} to reach "${stage}"`, async () => (await this.stage()) === stage, { within });
	}

	/**
	 * The picture of somebody else, or null.
	 * @param {string} seat
	 */
	picture(seat) {
		const element = `[data-tile="${seat}"] video`;
		return this.screen.evaluate(probes.picture, { seat, kind: /** @type {const} */ ('camera'), element });
	}

	/**
	 * Waits until somebody's picture moves: more frames are decoded, and the tile shows more of them.
	 * @param {Person<Screen>} other
	 */
	async sees(other, within = 10_000) {
		return this.seesSeat(other.seat, within);
	}

	/** @param {string} seat */
	async seesSeat(seat, within = 10_000) {
		return this.#moves(`${this.seat} to see ${seat}`, () => this.picture(seat), within);
	}

	/**
	 * Waits until the document that somebody shares moves.
	 * @param {Person<Screen>} other
	 */
	async seesDocumentOf(other, within = 10_000) {
		const of = { seat: other.seat, kind: /** @type {const} */ ('screen'), element: '[data-document] video' };
		return this.#moves(
			`${this.seat} to see the document of ${other.seat}`,
			() => this.screen.evaluate(probes.picture, of),
			within,
		);
	}

	/**
	 * @param {string} what
	 * @param {() => Promise<import('./probes.mjs').Picture | null>} look
	 * @param {number} within
	 */
	async #moves(what, look, within) {
		/** @type {import('./probes.mjs').Picture | null} */
		let first = null;
		return eventually(
			what,
			async () => {
				const now = await look();
				if (!first || !now || now.mid !== first.mid) first = now;
				else if (now.framesDecoded >= first.framesDecoded + 3 && now.framesShown > first.framesShown) return now;
				return null;
			},
			{ within },
		);
	}

	/**
	 * Waits until somebody's voice comes out of the decoder with energy.
	 * @param {Person<Screen>} other
	 */
	async hears(other, within = 10_000) {
		return this.hearsSeat(other.seat, within);
	}

	/** @param {string} seat */
	async hearsSeat(seat, within = 10_000) {
		/** @type {Awaited<ReturnType<typeof probes.sound>>} */
		let first = null;
		return eventually(
			`${this.seat} to hear ${seat}`,
			async () => {
				const now = await this.screen.evaluate(probes.sound, seat);
				if (!first || !now || now.mid !== first.mid) first = now;
				else if (now.energy > first.energy) return now;
				return null;
			},
			{ within },
		);
	}

	/**
	 * Waits for a stretch of frames of somebody's picture in which it never stands still. A machine that is busy with
	 * other things may need more than one try; a stream with a fault gets none.
	 * @param {Person<Screen>} other
	 */
	async seesWithoutFreeze(other, frames = 45, within = 15_000) {
		let start = await this.sees(other);
		return eventually(
			`${this.seat} to see ${frames} frames of ${other.seat} without a freeze`,
			async () => {
				const now = await this.picture(other.seat);
				if (!now || now.mid !== start.mid || now.freezes > start.freezes) start = now ?? start;
				return now && now.framesDecoded >= start.framesDecoded + frames ? now : null;
			},
			{ within },
		);
	}

	/** The boxes of the tiles on the screen. */
	tiles() {
		return this.screen.evaluate(probes.tiles);
	}

	/** Waits, in the pre-flight, until the plenary has begun without this person. */
	async waitsForPlenary() {
		await eventually('the plenary to begin', () =>
			this.screen.evaluate(() => window.sommet.state().meeting?.phase.state === 'plenary'),
		);
	}

	/**
	 * Waits until the voice of one of these people is heard.
	 * @param {string[]} seats
	 */
	async hearsAnybody(seats, within = 10_000) {
		await Promise.any(seats.map((seat) => this.hearsSeat(seat, within))).catch(() => {
			throw new Error(`${this.seat} heard none of ${seats.join(', ')} within ${within / 1000} s`);
		});
	}

	/** @param {string} seat */
	async losesSight(seat, within = 20_000) {
		await eventually(`${seat} to be gone from the screen of ${this.seat}`, async () => !(await this.picture(seat)), {
			within,
		});
	}

	/** Waits until no document is on the screen. */
	async losesDocument() {
		await eventually(`the document to be gone at ${this.seat}`, () =>
			this.screen.evaluate(() => !document.querySelector('[data-document] video')?.checkVisibility()),
		);
	}

	/**
	 * Waits until these words are on the screen.
	 * @param {...string} texts
	 */
	async reads(...texts) {
		for (const text of texts) {
			await eventually(`${this.seat} to read "${text}"`, () =>
				this.screen.evaluate((words) => document.body.innerText.includes(words), text),
			);
		}
	}

	/** Notes the moment at which an element first becomes visible, frame by frame. @param {string} element */
	async watchFor(element) {
		await this.screen.evaluate((selector) => {
			/** @type {Record<string, unknown>} */
			const story = (window.story = {});
			const look = () => {
				const there = [...document.querySelectorAll(selector)].some((found) =>
					found.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
				);
				if (there) story['firstSeen'] = Date.now();
				else requestAnimationFrame(look);
			};
			requestAnimationFrame(look);
		}, element);
	}

	/** @returns {Promise<number | null>} when that was, in milliseconds since 1970 */
	firstSeen() {
		return this.screen.evaluate(() => /** @type {number} */ (window.story?.['firstSeen']) ?? null);
	}

	/** Remembers this page and its media connection. */
	async marks() {
		await this.screen.evaluate(() => {
			window.story = { pc: window.sommet.pc };
		});
	}

	/** Whether page and media connection are those that were remembered. */
	isMarked() {
		return this.screen.evaluate(() => window.story?.['pc'] !== undefined && window.story['pc'] === window.sommet.pc);
	}

	/**
	 * Chooses a device by its name.
	 * @param {string} list
	 * @param {string} device
	 */
	async chooses(list, device) {
		await this.screen.choose(list, device);
	}
}
