import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'after the server was killed and started again, everybody is back within 5 s and nothing is lost';

const BACK_WITHIN_MS = 5000;

/** @param {Story} story */
export default async function (story) {
	const server = await story.ownServer();
	const summit = await story.summit({ chair: true }, server);
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
	await marsh.screen.click('button', 'Raise hand');
	await eventually('the hand to be acknowledged', () => queued(hale, marsh.seat));
	for (const person of [marsh, hale]) {
		await person.screen.evaluate(() => {
			window.story = { pageOf: 'before' };
		});
	}

	await server.kill();
	for (const person of [marsh, hale]) {
		await eventually(`${person.seat} to notice`, () =>
			person.screen.evaluate(() => window.sommet.state().connection !== 'open'),
		);
	}
	await story.pictures('-lost');
	await server.start();
	const started = Date.now();
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
	const took = Date.now() - started;
	expect(took < BACK_WITHIN_MS, `it took ${took} ms until both saw each other again`);

	await Promise.all([marsh.hears(hale), hale.hears(marsh)]);
	for (const person of [marsh, hale]) {
		expect(await queued(person, marsh.seat), `the raised hand is lost at ${person.seat}`);
		expect((await person.stage()) === 'plenary', `${person.seat} is not in the plenary`);
		const page = await person.screen.evaluate(() => window.story?.['pageOf']);
		expect(page === 'before', `the page of ${person.seat} was reloaded`);
	}
	await story.pictures();
}

/**
 * @param {import('../harness/person.mjs').Person} person
 * @param {string} seat
 */
function queued(person, seat) {
	return person.screen.evaluate((who) => window.sommet.state().meeting?.floor.queue.includes(who) === true, seat);
}
