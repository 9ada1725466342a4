import { TONES, TWO_BOOTHS, hearsTones, speaks, speaksAs, worksInBooth } from '../harness/booths.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

/** So long the floor speaks into a silent booth before that is said (shared/design/interpretation.md), in milliseconds. */
const SILENT_MS = 5000;
/** What noticing silence, and this machine, may take on top. */
const LATE_MS = 3000;

export const title =
	'a booth that is silent for five seconds while the floor speaks: the listener is told, and hears the floor';

/** @param {Story} story */
export default async function (story) {
	const { floor, english } = TONES;
	const summit = await story.summit({ ...TWO_BOOTHS, booths: TWO_BOOTHS.booths.slice(0, 1) });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const whitlock = await story.person(summit, 'interpreter-1');
	await Promise.all([speaksAs(marsh, floor), speaksAs(hale, 3100), speaksAs(whitlock, english)]);
	await story.meet(marsh, hale, whitlock);
	// What the listener would say is not the floor's speech here.
	await speaks(hale, false);
	await worksInBooth(whitlock);
	await hearsTones(hale, { loud: [english], soft: [floor] });
	const why = () =>
		hale.screen.evaluate(() => document.querySelector('[data-banner="channel"]')?.getAttribute('data-why') ?? '');
	expect((await why()) === '', 'something is said while the booth works');

	await speaks(whitlock, false);
	const began = Date.now();
	await eventually('the listener to be told', async () => (await why()) === 'silent', { every: 50 });
	const told = Date.now() - began;
	story.says(`told after ${told} ms`);
	expect(told > SILENT_MS - 500 && told < SILENT_MS + LATE_MS, `the listener is told after ${told} ms`);
	await hale.reads('The booth for English is silent. You hear the floor.');
	await hearsTones(hale, { loud: [floor], not: [english] });
	await story.pictures();

	await speaks(whitlock, true);
	await hearsTones(hale, { loud: [english], soft: [floor] });
	await eventually('nothing to be said any more', async () => (await why()) === '');

	// Nobody in the booth: that is told at once.
	await worksInBooth(whitlock, false);
	await hale.reads('Nobody interprets into English now. You hear the floor.');
	await hearsTones(hale, { loud: [floor], not: [english] });
}
