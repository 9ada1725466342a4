import { smallCameras } from '../harness/probes.mjs';
import { circleOf, linesOf } from '../harness/sealed.mjs';
import { eventually, expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'when the sides do not hold the same keys, both are told in red, and no sound or picture leaves them any more';

/** What the word of a device on its keys is made with; made with another, it is as if the keys were others. */
const LABEL = 'sommet/attest/v1';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [marsh, hale]) await screen.page.addInitScript(smallCameras);
	let altered = 0;
	await marsh.screen.context.route('**/*.js', async (route) => {
		const response = await route.fetch();
		const script = await response.text();
		if (script.includes(LABEL)) altered += 1;
		await route.fulfill({ response, body: script.replace(LABEL, 'sommet/attest/v0') });
	});
	await story.meet(marsh, hale);
	expect(altered > 0, 'the device of the other side says what it should');

	for (const [person, party] of /** @type {const} */ ([
		[hale, 'meridia'],
		[marsh, 'vesland'],
	])) {
		await eventually(`${person.seat} to hear of other keys`, async () =>
			(await circleOf(person))?.attestations.some(([of, said]) => of === party && said === 'mismatch'),
		);
		await person.reads('The delegations do not hold the same keys. Somebody may be between you.');
		const isWarned = await person.screen.evaluate(() =>
			document.querySelector('[data-banner="seal"]')?.checkVisibility({ visibilityProperty: true }),
		);
		expect(isWarned, `${person.seat} has no banner`);
		expect((await circleOf(person))?.epoch === null, `${person.seat} may go on sealing`);
	}
	await story.pictures();

	for (const person of [marsh, hale]) {
		const sealed = async () =>
			(await linesOf(person)).filter(({ kind }) => kind).reduce((all, { counts }) => all + (counts?.sealed ?? 0), 0);
		const before = await sealed();
		await pause(1500);
		expect((await sealed()) === before, `${person.seat} goes on sending`);
	}
}
