/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'two people in Chromium see and hear each other';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');

	await story.meet(marsh, hale);

	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);
	await Promise.all([marsh.seesWithoutFreeze(hale), hale.seesWithoutFreeze(marsh)]);
	await story.pictures();
}
