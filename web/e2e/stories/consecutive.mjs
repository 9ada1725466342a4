import { TONES, TWO_BOOTHS, asks, hearsTones, speaks, speaksAs, worksInBooth } from '../harness/booths.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'consecutive: the speaker speaks, then the interpreter for everybody, each in their turn';

/** @param {Story} story */
export default async function (story) {
	const { floor, english } = TONES;
	const summit = await story.summit({
		...TWO_BOOTHS,
		booths: TWO_BOOTHS.booths.slice(0, 1),
		chair: 'vesland-head',
	});
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const whitlock = await story.person(summit, 'interpreter-1');
	await Promise.all([speaksAs(marsh, floor), speaksAs(hale, 3100), speaksAs(whitlock, english)]);
	await story.meet(marsh, hale, whitlock);
	await speaks(hale, false);
	await worksInBooth(whitlock);
	await hearsTones(hale, { loud: [english], soft: [floor] });

	await hale.screen.press('i');
	await hale.hasOpen('channels');
	await hale.screen.click('radio', 'Consecutive: after it is said');
	await hale.reads('Consecutive interpretation: first the speaker, then the interpreter.');
	await marsh.screen.click('button', 'Raise hand');
	await hale.screen.page.locator('[data-action="floor"]').click();
	await hale.screen.click('button', `Give the floor to ${marsh.name}`);
	await marsh.reads('When you stop, give the turn to the interpreter.');
	// Nobody speaks over anybody.
	await hearsTones(hale, { loud: [floor], not: [english] });
	await story.picture(marsh, 'speaker');

	await marsh.screen.click('button', 'Interpreter’s turn');
	await hearsTones(hale, { loud: [english], not: [floor] });
	await hearsTones(marsh, { loud: [english] });
	await hale.reads(`${whitlock.name} renders what was said: English.`);
	await story.picture(hale, 'interpreter');

	await asks(whitlock, { type: 'interpretation.turn', rendering: false });
	await hearsTones(hale, { loud: [floor], not: [english] });
	await marsh.screen.click('button', 'Interpreter’s turn');
	await hearsTones(hale, { loud: [english], not: [floor] });
	await hale.screen.click('button', 'Speaker’s turn');
	await hearsTones(hale, { loud: [floor], not: [english] });
}
