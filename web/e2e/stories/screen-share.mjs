/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a shared screen appears as a document, goes, and comes again';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	await hale.sees(marsh);

	for (const time of ['first', 'second']) {
		await marsh.shares();
		await hale.seesDocumentOf(marsh, 15_000);
		await Promise.all([hale.sees(marsh), marsh.sees(hale)]);
		await hale.reads(`Shown by ${marsh.name}`);
		await story.pictures(`-${time}`);
		await marsh.screen.click('button', 'Stop sharing');
		await hale.losesDocument();
	}
	await Promise.all([hale.sees(marsh), hale.hears(marsh)]);
}
