import { smallCameras } from '../harness/probes.mjs';
import { circleOf, opensMeanwhile, shareKeys } from '../harness/sealed.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'who is in a caucus has keys of its own: the others see that they are in it, and hear and see nothing of them';

/** @param {import('../harness/person.mjs').Person<any>} person @returns {Promise<{ group: string, number: number }[]>} */
const groupsOf = ({ screen }) =>
	screen.evaluate(() => window.sommet.seal().circles.map(({ group, number }) => ({ group, number })));

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [vidal, marsh, hale]) await screen.page.addInitScript(smallCameras);
	await story.meet(vidal, marsh, hale);
	await Promise.all([hale.sees(marsh), hale.sees(vidal), hale.hears(marsh)]);

	await marsh.screen.press('k');
	await marsh.hasOpen('caucus');
	await marsh.screen.click('button', 'My delegation');
	await marsh.screen.click('button', 'Call them and go in');
	await vidal.screen.click('button', 'Go in');
	await Promise.all([marsh, vidal].map((person) => person.reads('You are in a caucus')));
	const caucus = (await groupsOf(marsh)).find(({ group }) => group.startsWith('caucus-'));
	expect(caucus, 'there is no group for the caucus');
	await shareKeys([marsh, vidal], { group: caucus.group });
	await Promise.all([marsh.sees(vidal), vidal.sees(marsh), marsh.hears(vidal), vidal.hears(marsh)]);

	for (const { seat } of [marsh, vidal])
		await eventually(`${hale.seat} to see that ${seat} is in a caucus`, async () =>
			(await hale.tileText(seat)).includes('In a caucus'),
		);
	const opened = await opensMeanwhile(hale, () => true, 2000);
	expect(opened === 0, `${hale.seat} opened ${opened} frames while nobody else was in the plenary`);
	const known = await groupsOf(hale);
	const isApart = known.every(({ group, number }) => !group.startsWith('caucus-') && number !== caucus.number);
	expect(isApart, `${hale.seat} has ${JSON.stringify(known)}, the caucus is ${JSON.stringify(caucus)}`);
	expect((await circleOf(marsh, caucus.group))?.roster.length === 2, 'there is somebody else in the caucus');
	await story.pictures();

	await marsh.screen.click('button', 'Back to the plenary');
	await vidal.screen.click('button', 'Back to the plenary');
	await shareKeys([vidal, marsh, hale]);
	await Promise.all([hale.sees(marsh), hale.sees(vidal), marsh.sees(hale), hale.hears(marsh), vidal.hears(hale)]);
}
