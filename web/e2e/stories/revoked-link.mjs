/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a link that was withdrawn opens nothing, and whoever came by it leaves';

/** @param {Story} story */
export default async function (story) {
	const server = await story.server();
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	await vidal.join();
	await marsh.join();
	await marsh.sees(vidal);

	await server.revoke(summit, vidal.seat);
	await vidal.reaches('problem');
	await vidal.reads('This link is not valid');
	await marsh.losesSight(vidal.seat);
	await story.picture(vidal, 'thrown-out');

	const later = await story.person(summit, 'meridia-1');
	await later.screen.goto(later.link);
	await later.reaches('problem');
	await later.reads('This link is not valid', 'ask the secretariat for a new one');
	await story.picture(later, 'opened-later');

	const madeUp = await story.person(summit, 'vesland-head');
	await madeUp.screen.goto(madeUp.link.slice(0, -4) + 'AAAA');
	await madeUp.reaches('problem');
	await madeUp.reads('This link is not valid');
}
