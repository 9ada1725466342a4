import {
	TONES,
	TWO_BOOTHS,
	hearsTones,
	isTold,
	listeningOf,
	speaks,
	speaksAs,
	timeToSound,
	worksInBooth,
} from '../harness/booths.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

/** From the key to the first sound of another channel, in milliseconds (shared/design/interpretation.md). */
const FIRST_SOUND_MS = 200;
/** How much sooner something may have waited for the processor, so that the browser keeps more sound in store, in milliseconds. */
const BEFORE_MS = 300;

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
	await speaks(hale, false);
	await hearsTones(hale, { loud: [floor], not: [english, french] });

	// Nobody had to choose: English is what they speak.
	await worksInBooth(first);
	await worksInBooth(second);
	await hearsTones(hale, { loud: [english], soft: [floor], not: [french] });
	await isTold(hale, `You hear English, interpreted by ${first.name}.`);
	await story.picture(hale, 'english');

	const processor = await story.processorOfAll();
	/** How long after the key a tone is heard, and how much of that passed while something waited for the processor. */
	const press = async (/** @type {number} */ tone) => {
		const from = Date.now();
		const ms = await timeToSound(hale, 'l', tone);
		const to = Date.now();
		await eventually('the processor to be asked', () => Date.now() > to + 150);
		return { ms, waited: processor.longestWait(from - BEFORE_MS, to) };
	};
	const toFrench = await press(french);
	await isTold(hale, `Channel: French. You hear French, interpreted by ${second.name}.`);
	await hearsTones(hale, { loud: [french], soft: [floor], not: [english] });
	await story.picture(hale, 'french');
	const toFloor = await press(floor);
	await hearsTones(hale, { loud: [floor], not: [english, french] });
	const toEnglish = await press(english);
	await hearsTones(hale, { loud: [english], soft: [floor], not: [french] });
	processor.stop();
	for (const [name, { ms, waited }] of Object.entries({ French: toFrench, floor: toFloor, English: toEnglish })) {
		story.says(
			`${name}: first sound ${ms.toFixed()} ms after the key, ${waited.toFixed()} ms of them for the processor`,
		);
		expect(
			ms - waited < FIRST_SOUND_MS,
			`${name} came ${ms.toFixed()} ms after the key, ${waited.toFixed()} ms waited`,
		);
	}

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
