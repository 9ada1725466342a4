/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'Chromium and Firefox see and hear each other';
export const seconds = 150;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.personAtFirefox(summit, 'vesland-head');
	story.later(() => story.stage.closeFirefox());

	await story.meet(marsh, hale);

	await Promise.all([
		marsh.sees(hale, 20_000),
		hale.sees(marsh, 20_000),
		marsh.hears(hale, 20_000),
		hale.hears(marsh, 20_000),
	]);
	await Promise.all([marsh.seesWithoutFreeze(hale), hale.seesWithoutFreeze(marsh)]);
	await story.pictures();
}
