import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/server.mjs').Server} Server */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

export const title =
	'after the server was killed, or stopped with a word to all, everybody is back within 5 s and nothing is lost';

const BACK_WITHIN_MS = 5000;

/** @param {Story} story */
export default async function (story) {
	const server = await story.ownServer();
	const summit = await story.summit({ chair: true }, server);
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const byes = [marsh, hale].map(listensForBye);
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
	await notice(marsh, hale);
	await story.pictures('-killed');
	await backAfterStart(server, marsh, hale);
	await story.pictures();

	const exit = await server.stop();
	expect(exit === 0, `the server that was asked to stop ended with ${exit}`);
	await notice(marsh, hale);
	for (const reasons of byes) {
		expect(reasons.includes('restart'), `a client was told ${JSON.stringify(reasons)}, and not of the restart`);
	}
	await story.pictures('-stopped');
	await backAfterStart(server, marsh, hale);
}

/** @param {...Person} people */
async function notice(...people) {
	for (const person of people) {
		await eventually(`${person.seat} to notice`, () =>
			person.screen.evaluate(() => window.sommet.state().connection !== 'open'),
		);
	}
}

/**
 * The server starts; soon both are where they were.
 * @param {Server} server
 * @param {Person} marsh who has raised a hand
 * @param {Person} hale
 */
async function backAfterStart(server, marsh, hale) {
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
}

/**
 * The reasons with which the server says good-bye on any of a person's sockets.
 * @param {Person} person
 * @returns {string[]}
 */
function listensForBye({ screen }) {
	/** @type {string[]} */
	const reasons = [];
	screen.page.on('websocket', (socket) =>
		socket.on('framereceived', ({ payload }) => {
			const message = JSON.parse(String(payload));
			if (message.type === 'bye') reasons.push(message.reason);
		}),
	);
	return reasons;
}

/**
 * @param {Person} person
 * @param {string} seat
 */
function queued(person, seat) {
	return person.screen.evaluate((who) => window.sommet.state().meeting?.floor.queue.includes(who) === true, seat);
}
