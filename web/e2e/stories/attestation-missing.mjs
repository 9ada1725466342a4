import { smallCameras } from '../harness/probes.mjs';
import { circleOf, linesOf, shareKeys } from '../harness/sealed.mjs';
import { eventually, expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'while a side has not confirmed the keys, the others’ sound and picture rest, and come back once it has';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [marsh, hale]) await screen.page.addInitScript(smallCameras);
	/** What the device of Marsh says to the groups is held back on the way. @type {(() => void)[]} */
	let held = [];
	let isHolding = true;
	await marsh.screen.page.routeWebSocket(/./, (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((message) => {
			const isSaid = JSON.parse(String(message)).type === 'mls.app';
			if (isHolding && isSaid) held.push(() => server.send(message));
			else server.send(message);
		});
	});
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);

	await eventually(
		`${hale.seat} to miss the word of meridia`,
		async () => (await circleOf(hale))?.attestations.some(([party, said]) => party === 'meridia' && said === 'missing'),
		{ within: 20_000 },
	);
	await hale.reads('A delegation has not confirmed the keys.', 'Republic of Meridia');
	const isWarned = () =>
		hale.screen.evaluate(() => document.querySelector('[data-banner="seal"]')?.checkVisibility() ?? false);
	expect(await isWarned(), `${hale.seat} has no banner`);
	const sealed = async () =>
		(await linesOf(hale)).filter(({ kind }) => kind).reduce((all, { counts }) => all + (counts?.sealed ?? 0), 0);
	const before = await sealed();
	await pause(1000);
	expect((await sealed()) === before, `${hale.seat} goes on sending`);
	await story.picture(hale, 'paused');

	isHolding = false;
	for (const send of held) send();
	held = [];
	await shareKeys([marsh, hale]);
	await eventually('the banner to go', async () => !(await isWarned()));
	await Promise.all([marsh.sees(hale), marsh.hears(hale), hale.sees(marsh)]);
	await story.pictures();
}
