import { Cable } from '../harness/cable.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'both sides appear on all screens within 100 ms of one another, and not a moment before';
export const seconds = 120;

/** The longest time between the first and the last screen. */
const APART_MS = 100;
/** How far from the server one of the sides is: without a common clock its screen would be as late. */
const DISTANCE_MS = 250;
/** A machine that is busy with other things shows a screen late, whatever the page does. */
const TRIES = 3;

/** @param {Story} story */
export default async function (story) {
	/** @type {number[]} */
	const tries = [];
	while (tries.length < TRIES && !tries.some((apart) => apart <= APART_MS)) tries.push(await reveal(story));
	const best = Math.min(...tries);
	expect(best <= APART_MS, `the screens showed the other side ${tries.join(', ')} ms apart`);
}

/**
 * One reveal.
 * @param {Story} story
 * @returns {Promise<number>} how far apart the screens were, in milliseconds
 */
async function reveal(story) {
	const server = await story.server();
	const cable = await Cable.lay(server.port, { delay: DISTANCE_MS });
	story.later(() => cable.close());
	const summit = await story.summit({ people: 2 });
	const marsh = await story.person(summit, 'meridia-head');
	const vidal = await story.person(summit, 'meridia-1');
	const hale = await story.person(summit, 'vesland-head');
	hale.link = server.here(hale.link, { port: cable.port });
	const people = [marsh, vidal, hale];
	for (const person of people) await person.join();
	await marsh.sees(vidal);
	// Three browsers that encode and decode on one small machine would be late whatever the page does; what is measured is
	// the page.
	for (const person of people) await person.screen.click('button', 'Stop camera');

	for (const [person, other] of /** @type {const} */ ([
		[marsh, hale],
		[vidal, hale],
		[hale, marsh],
	])) {
		const known = await person.screen.evaluate(() => Object.keys(window.sommet.state().meeting?.presence ?? {}));
		expect(!known.includes(other.seat), `${person.seat} knows before the reveal that ${other.seat} is here`);
		await person.watchFor(`[data-tile="${other.seat}"]`);
	}
	await story.pictures('-lobby');

	await marsh.declareReady();
	await eventually('the other side to know that Meridia is ready', () =>
		hale.screen.evaluate(() => {
			const phase = window.sommet.state().meeting?.phase;
			return phase?.state === 'lobby' && phase.ready.includes('meridia');
		}),
	);
	expect((await hale.firstSeen()) === null, 'Vesland sees Meridia before it said "ready" itself');
	await hale.declareReady();

	/** @type {number[]} */
	const moments = [];
	for (const person of people) {
		moments.push(await eventually(`the other side to appear at ${person.seat}`, () => person.firstSeen()));
	}
	for (const person of [marsh, hale]) await person.screen.click('button', 'Start camera');
	await Promise.all([marsh.sees(hale), hale.sees(marsh), vidal.sees(hale)]);
	await story.pictures();
	for (const person of people) await person.screen.close();
	return Math.max(...moments) - Math.min(...moments);
}
