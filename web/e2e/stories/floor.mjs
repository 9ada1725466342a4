import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title = 'the floor is asked for, given by the chair, yielded; all see the queue';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ chair: true });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const santander = await story.person(summit, 'chair');
	const everybody = [marsh, hale, santander];
	await story.meet(marsh, hale, santander);

	await marsh.screen.click('button', 'Raise hand');
	await all(everybody, { holder: null, queue: [marsh.seat] });
	await hale.screen.click('button', 'Raise hand');
	await all(everybody, { holder: null, queue: [marsh.seat, hale.seat] });
	for (const person of everybody) await person.reads(`1 ${marsh.name}`, `2 ${hale.name}`);
	for (const person of everybody) await person.fits('the queue');
	await story.pictures('-queue');

	await santander.screen.click('button', `Give the floor to ${hale.name}`);
	await all(everybody, { holder: hale.seat, queue: [marsh.seat] });
	await hale.reads('You have the floor');
	for (const person of [marsh, santander]) await person.reads(`Floor\n${hale.name}`);
	await story.pictures('-speaker');

	await hale.screen.click('button', 'Yield the floor');
	await all(everybody, { holder: null, queue: [marsh.seat] });
	await marsh.screen.click('button', 'Lower hand');
	await all(everybody, { holder: null, queue: [] });
}

/**
 * @param {Person[]} people
 * @param {{ holder: string | null, queue: string[] }} wanted
 */
async function all(people, wanted) {
	for (const person of people) {
		await eventually(`${person.seat} to see the floor as ${JSON.stringify(wanted)}`, async () => {
			const floor = await person.screen.evaluate(() => window.sommet.state().meeting?.floor);
			const seen = { holder: floor?.holder?.[0] ?? null, queue: floor?.queue ?? [] };
			return JSON.stringify(seen) === JSON.stringify(wanted);
		});
	}
}
