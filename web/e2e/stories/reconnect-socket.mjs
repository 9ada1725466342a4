import { Cable } from '../harness/cable.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'a lost socket comes back by itself, sound and picture never stop; what was asked meanwhile is done, or said not to be';

const BACK_WITHIN_MS = 5000;

/** @param {Story} story */
export default async function (story) {
	const server = await story.server();
	const cable = await Cable.lay(server.port);
	story.later(() => cable.close());
	const summit = await story.summit({ chair: true });
	const marsh = await story.person(summit, 'meridia-head');
	marsh.link = server.here(marsh.link, { port: cable.port });
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
	await marsh.marks();

	cable.cut();
	await eventually('the page to notice', () =>
		marsh.screen.evaluate(() => window.sommet.state().connection !== 'open'),
	);
	await marsh.screen.click('button', 'Raise hand');
	await Promise.all([hale.sees(marsh), marsh.sees(hale)]);
	await marsh.reads('Connection lost. It comes back by itself…');
	await story.pictures('-lost');

	cable.mend();
	const mended = Date.now();
	await eventually('the socket to be back', () =>
		marsh.screen.evaluate(() => window.sommet.state().connection === 'open'),
	);
	const took = Date.now() - mended;
	expect(took < BACK_WITHIN_MS, `it took ${took} ms until the socket was back`);
	await eventually('the raised hand to arrive', () =>
		hale.screen.evaluate((seat) => window.sommet.state().meeting?.floor.queue.includes(seat), marsh.seat),
	);
	expect(await marsh.isMarked(), 'the page was reloaded, or the media connection was built again');
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);

	await marsh.losesPatience();
	cable.cut();
	await eventually('the page to notice again', () =>
		marsh.screen.evaluate(() => window.sommet.state().connection !== 'open'),
	);
	await marsh.screen.click('button', 'Lower hand');
	await marsh.reads('You were not connected, so it was not done. Try again.');
	await story.picture(marsh, 'not-done');
	cable.mend();
	await eventually('the socket to be back again', () =>
		marsh.screen.evaluate(() => window.sommet.state().connection === 'open'),
	);
	await marsh.screen.click('button', 'Lower hand');
	await eventually('the hand to be lowered, at the second try only', () =>
		hale.screen.evaluate(() => window.sommet.state().meeting?.floor.queue.length === 0),
	);
}
