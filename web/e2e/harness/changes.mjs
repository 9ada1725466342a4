/** A meeting in which people come and go, one after the other, so that its keys change each time. */
import { circleOf } from './sealed.mjs';
import { eventually, pause } from './wait.mjs';

/** @typedef {import('./story.mjs').Story} Story */
/** @typedef {import('./server.mjs').Summit} Summit */
/** @typedef {import('./person.mjs').Person<any>} Anybody */

/** As many are there at once, at most. */
const PRESENT_MAX = 2;

export class Guests {
	/** @type {import('node:child_process').ChildProcess[]} */
	#present = [];

	/**
	 * @param {Story} story
	 * @param {Summit} summit
	 * @param {{ seat: string, link: string }[]} invited in the order in which they come
	 */
	constructor(story, summit, invited) {
		this.#story = story;
		this.#summit = summit;
		this.#invited = invited;
	}

	#story;
	#summit;
	#invited;

	/**
	 * Invites as many as come in so many changes; each start of a guest is another device, for which its party makes a link.
	 * @param {Story} story
	 * @param {Summit} summit
	 * @param {string[]} seats which they take in turns
	 * @param {number} changes
	 */
	static async invite(story, summit, seats, changes) {
		const server = await story.server();
		const coming = Array.from({ length: Math.ceil((changes + PRESENT_MAX) / 2) }, (_, at) => seats[at % seats.length]);
		const invited = [];
		for (const seat of coming) if (seat) invited.push({ seat, link: await server.inviteAgain(summit, seat) });
		return new Guests(story, summit, invited);
	}

	/**
	 * Somebody comes, or goes; returns once these people have the keys that follow.
	 * @param {Anybody[]} people
	 */
	async change(people) {
		const before = await epochOf(people);
		if (this.#present.length < PRESENT_MAX) this.#comes();
		else await this.#goes();
		await eventually('the keys to change', async () => (await epochOf(people)) > before, { within: 15_000, every: 50 });
	}

	#comes() {
		const next = this.#invited.shift();
		if (!next) throw new Error('nobody else is invited');
		const links = { ...this.#summit.links, [next.seat]: next.link };
		this.#present.push(this.#story.bots({ ...this.#summit, links }, [next.seat], { words: ['--listen'] }));
	}

	async #goes() {
		const first = this.#present.shift();
		if (first) await this.#story.dismiss(first);
	}
}

/**
 * The epoch of the plenary that all of these people have reached.
 * @param {Anybody[]} people
 */
export async function epochOf(people) {
	const circles = await Promise.all(people.map((person) => circleOf(person)));
	return Math.min(...circles.map((circle) => circle?.epoch ?? -1));
}

/**
 * So many changes, one in each stretch of time; a machine that is late makes up for it.
 * @param {Guests} guests
 * @param {Anybody[]} people
 * @param {{ changes: number, every: number }} pace `every` in milliseconds
 * @returns {Promise<number>} how long it took, in milliseconds
 */
export async function comeAndGo(guests, people, { changes, every }) {
	const begin = Date.now();
	for (let made = 0; made < changes; made += 1) {
		await guests.change(people);
		await pause(Math.max(0, begin + (made + 1) * every - Date.now()));
	}
	return Date.now() - begin;
}
