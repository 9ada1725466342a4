import { TONES, TWO_BOOTHS, hearsTones, isTold, speaks, speaksAs, worksInBooth } from '../harness/booths.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'who understands what is spoken hears the speaker, without doing anything; who keeps to a channel hears that';

/** @param {Story} story */
export default async function (story) {
	const { floor, english } = TONES;
	const languages = { 'meridia-head': ['de'], 'vesland-head': ['en', 'it'] };
	const summit = await story.summit({ booths: TWO_BOOTHS.booths.slice(0, 1), languages });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const whitlock = await story.person(summit, 'interpreter-1');
	await Promise.all([speaksAs(marsh, floor), speaksAs(hale, 3100), speaksAs(whitlock, english)]);
	await story.meet(marsh, hale, whitlock);
	await speaks(hale, false);
	await worksInBooth(whitlock);
	await hearsTones(hale, { loud: [english], soft: [floor] });

	await marsh.screen.press('Shift+L');
	await marsh.hasOpen('listen');
	await marsh.reads('You are interpreted into: English');
	await marsh.screen.choose('Language you speak', 'Italian');
	await hearsTones(hale, { loud: [floor], not: [english] });
	await isTold(hale, 'You hear the floor: Italian.');
	await story.picture(hale, 'understood');
	await story.picture(marsh, 'speaks');

	await hale.screen.press('Shift+L');
	await hale.screen.click('switch', 'Keep to this channel');
	await hearsTones(hale, { loud: [english], soft: [floor] });
	await hale.screen.click('switch', 'Keep to this channel');
	await hearsTones(hale, { loud: [floor], not: [english] });
	await hale.screen.press('Escape');

	await marsh.screen.choose('Language you speak', 'German');
	await hearsTones(hale, { loud: [english], soft: [floor] });
	await isTold(hale, `You hear English, interpreted by ${whitlock.name}.`);
}
