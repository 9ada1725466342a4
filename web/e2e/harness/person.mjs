/** One person at a browser: what they do, and what they see and hear. */
import * as probes from './probes.mjs';
import { nameOf } from './plans.mjs';
import { eventually, expect } from './wait.mjs';

/** @typedef {import('./chromium.mjs').ChromiumScreen | import('./firefox.mjs').FirefoxScreen} Screen */
/** @typedef {import('../../src/meeting/state').Stage['name']} StageName */

/** A picture stands still when a frame comes so much later than the others, in seconds (W3C: `freezeCount`). */
const FREEZE = { longer: 0.15, times: 3 };

/**
 * Whether the picture may have stood still between two looks. Firefox does not count that; it adds up the delays
 * between frames and their squares, and no single one of them can be longer than these two allow.
 * @param {import('./probes.mjs').Picture} before
 * @param {import('./probes.mjs').Picture} now
 */
function mayHaveFrozen(before, now) {
	if (before.freezes !== null && now.freezes !== null) return now.freezes > before.freezes;
	if (!before.delays || !now.delays) throw new Error('this browser counts neither freezes nor delays between frames');
	const frames = now.framesDecoded - before.framesDecoded;
	if (frames <= 0) return false;
	const mean = (now.delays.sum - before.delays.sum) / frames;
	const variance = Math.max(0, (now.delays.squares - before.delays.squares) / frames - mean * mean);
	const longest = mean + Math.sqrt(variance * (frames - 1));
	const usual = now.delays.sum / now.framesDecoded;
	return longest > Math.max(FREEZE.times * usual, usual + FREEZE.longer);
}

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

	/** Presses "Leave", and again where that is asked. */
	async leave() {
		await this.screen.click('button', 'Leave');
		await this.reads('Leave the summit?');
		await this.screen.click('button', 'Leave');
		await this.reaches('left');
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
	async sees(other, within = 20_000) {
		return this.seesSeat(other.seat, within);
	}

	/** @param {string} seat */
	async seesSeat(seat, within = 20_000) {
		return this.#moves(`${this.seat} to see ${seat}`, () => this.picture(seat), within);
	}

	/**
	 * Waits until the document that somebody shares moves.
	 * @param {Person<Screen>} other
	 */
	async seesDocumentOf(other, within = 20_000) {
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
	async hears(other, within = 20_000) {
		return this.hearsSeat(other.seat, within);
	}

	/** @param {string} seat */
	async hearsSeat(seat, within = 20_000) {
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
	 * other things may need many tries, so there is time for them; a stream with a fault gets there in none.
	 * @param {Person<Screen>} other
	 */
	async seesWithoutFreeze(other, frames = 45, within = 40_000) {
		let start = await this.sees(other);
		let last = start;
		return eventually(
			`${this.seat} to see ${frames} frames of ${other.seat} without a freeze`,
			async () => {
				const now = await this.picture(other.seat);
				if (!now) return null;
				if (now.mid !== start.mid || mayHaveFrozen(last, now)) start = now;
				if (now.framesDecoded !== last.framesDecoded) last = now;
				return now.framesDecoded >= start.framesDecoded + frames ? now : null;
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
			this.screen.evaluate(() => {
				const { meeting, clockOffset } = window.sommet.state();
				// It is announced some seconds before.
				return meeting?.phase.state === 'plenary' && meeting.phase.revealed_at <= Date.now() + clockOffset;
			}),
		);
	}

	/**
	 * Waits until the voice of one of these people is heard.
	 * @param {string[]} seats
	 */
	async hearsAnybody(seats, within = 20_000) {
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

	/**
	 * Waits until the tile of one of these people says that they are speaking.
	 * @param {string[]} seats
	 */
	async seesSpeaking(seats, within = 20_000) {
		return eventually(
			`the screen of ${this.seat} to show ${seats.join(' or ')} speaking`,
			() =>
				this.screen.evaluate(
					(wanted) =>
						wanted.find((seat) => {
							const tile = document.querySelector(`[data-tile="${seat}"]`);
							return tile?.getAttribute('data-speaking') === 'true' && tile.textContent?.includes('Speaking');
						}),
					seats,
				),
			{ within, every: 50 },
		);
	}

	/** What the tile of somebody says, as it is read out: also what is for screen readers only. @param {string} seat */
	tileText(seat) {
		return this.screen.evaluate((of) => document.querySelector(`[data-tile="${of}"]`)?.textContent ?? '', seat);
	}

	/**
	 * Lets the page's patience end at once: what it begins to wait for from now on for ten seconds and longer, it waits
	 * for one second. So a story sees what a person sees after a long while.
	 */
	async losesPatience() {
		await this.screen.evaluate(() => {
			const [LONG, SHORT] = [10_000, 1000];
			const wait = window.setTimeout.bind(window);
			const hurry = (/** @type {TimerHandler} */ then, /** @type {number} */ time = 0, /** @type {any[]} */ ...rest) =>
				wait(then, time >= LONG ? SHORT : time, ...rest);
			window.setTimeout = /** @type {typeof setTimeout} */ (hurry);
		});
	}

	/** Waits until a panel or a dialog is open. @param {string} name as its `data-panel` or `data-dialog` says */
	async hasOpen(name) {
		await eventually(`"${name}" to open at ${this.seat}`, () =>
			this.screen.evaluate(
				(wanted) => document.querySelector(`[data-panel="${wanted}"], [data-dialog="${wanted}"][open]`) !== null,
				name,
			),
		);
	}

	/**
	 * Shares the screen, which shows that.
	 * @param {'Text' | 'Motion'} [content]
	 */
	async shares(content = 'Text') {
		await this.screen.click('button', 'Share screen');
		await this.screen.click('button', content);
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

	/** Notes, frame by frame, when the plenary shows these people. @param {string[]} seats */
	async watchReveal(seats) {
		await this.screen.evaluate(probes.watchReveal, seats);
	}

	/**
	 * When that was, in milliseconds since 1970: their tiles, all of them, and the picture of each.
	 * @returns {Promise<{ tiles: number | null, pictures: Record<string, number> }>}
	 */
	revealSeen() {
		return this.screen.evaluate(() => /** @type {any} */ (window.story?.['seen']));
	}

	/** From now on every tile is watched, frame by frame. */
	async watchTiles() {
		await this.screen.evaluate(probes.watchTiles);
	}

	/** @returns {Promise<string[]>} how tiles moved since they are watched */
	tileMoves() {
		return this.screen.evaluate(() => /** @type {string[]} */ (window.story?.['moves']));
	}

	/** Nothing reaches over an edge of the screen, and no control lies under something else. @param {string} what */
	async fits(what) {
		const outside = await this.screen.evaluate(probes.outside);
		expect(outside.length === 0, `${what}: ${outside.join('; ')}`);
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
