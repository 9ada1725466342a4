import { sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'Chromium and Firefox hold the same keys, and everything between them is sealed';
export const seconds = 150;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.personAtFirefox(summit, 'vesland-head');
	story.later(() => story.stage.closeFirefox());

	await story.meet(marsh, hale);

	const { roster } = await shareKeys([marsh, hale]);
	expect(new Set(roster.map(({ serial }) => serial)).size === 2, `certificates: ${JSON.stringify(roster)}`);
	await Promise.all([
		marsh.sees(hale, 20_000),
		hale.sees(marsh, 20_000),
		marsh.hears(hale, 20_000),
		hale.hears(marsh, 20_000),
	]);
	for (const person of [marsh, hale]) await sealsAndOpens(person);
	await story.pictures();
}
