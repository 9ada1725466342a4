import {
	TONES,
	TWO_BOOTHS,
	hearsTones,
	isTold,
	listeningOf,
	speaksAs,
	timeToSound,
	worksInBooth,
} from '../harness/booths.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

/** From the key to the first sound of another channel, in milliseconds (shared/design/interpretation.md). */
const FIRST_SOUND_MS = 200;

export const title = 'one key leads to the next language: it is heard within 200 ms, with the floor softly under it';

/** @param {Story} story */
export default async function (story) {
	const { floor, english, french } = TONES;
	const summit = await story.summit(TWO_BOOTHS);
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const [first, second] = [await story.person(summit, 'interpreter-1'), await story.person(summit, 'interpreter-2')];
	await Promise.all([speaksAs(marsh, floor), speaksAs(hale, 3100), speaksAs(first, english), speaksAs(second, french)]);
	await story.meet(marsh, hale, first, second);
	await hearsTones(hale, { loud: [floor], not: [english, french] });

	// Nobody had to choose: English is what they speak.
	await worksInBooth(first);
	await worksInBooth(second);
	await hearsTones(hale, { loud: [english], soft: [floor], not: [french] });
	await isTold(hale, `You hear English, interpreted by ${first.name}.`);
	await story.picture(hale, 'english');

	const toFrench = await timeToSound(hale, 'l', french);
	await isTold(hale, `Channel: French. You hear French, interpreted by ${second.name}.`);
	await hearsTones(hale, { loud: [french], soft: [floor], not: [english] });
	await story.picture(hale, 'french');
	const toFloor = await timeToSound(hale, 'l', floor);
	await hearsTones(hale, { loud: [floor], not: [english, french] });
	const toEnglish = await timeToSound(hale, 'l', english);
	await hearsTones(hale, { loud: [english], soft: [floor], not: [french] });
	story.says(
		`first sound after the key: French ${toFrench.toFixed()} ms, floor ${toFloor.toFixed()} ms, English ${toEnglish.toFixed()} ms`,
	);
	for (const time of [toFrench, toFloor, toEnglish])
		expect(time < FIRST_SOUND_MS, `the first sound came ${time.toFixed()} ms after the key`);

	await hale.screen.press('Shift+L');
	await hale.hasOpen('listen');
	await story.picture(hale, 'menu');
	await hale.screen.click('radio', 'Floor');
	await hearsTones(hale, { loud: [floor], not: [english, french] });
	await hale.screen.press('Escape');
	expect((await listeningOf(hale)).choice === '', 'the floor was chosen, and the control says something else');
	// Who interprets sits at no table.
	const seats = (await hale.tiles()).map(({ seat }) => seat);
	expect(!seats.some((seat) => seat.startsWith('interpreter')), `there are tiles of ${seats.join(', ')}`);
}
