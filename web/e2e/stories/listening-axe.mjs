import { clean } from '../harness/axe.mjs';
import { TWO_BOOTHS, asks, speaksAs, worksInBooth } from '../harness/booths.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'axe finds nothing wrong with what listeners, speakers and the chair have of interpretation, and it fits a phone';
export const seconds = 60;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ ...TWO_BOOTHS, chair: 'vesland-head' });
	const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
	const marsh = await story.person(summit, 'meridia-head', { options: phone });
	const hale = await story.person(summit, 'vesland-head');
	const whitlock = await story.person(summit, 'interpreter-1');
	for (const person of [marsh, hale, whitlock]) await speaksAs(person, 3100);
	await story.meet(marsh, hale, whitlock);
	await worksInBooth(whitlock);

	// Chosen, heard, asked for, suspended: all that can be said at once.
	await marsh.screen.click('button', 'Raise hand');
	await hale.screen.click('button', `Give the floor to ${marsh.name}`);
	await marsh.reads('You are interpreted into: English');
	await marsh.fits('the plenary with a note');
	await clean(marsh, 'a note for the speaker');
	await asks(whitlock, { type: 'booth.suspend', booth: 'english', reason: 'no_document' });
	await hale.reads('Interpretation into English is suspended');
	await clean(hale, 'a suspended booth');
	await marsh.screen.page.locator('[data-action="listen"]').click();
	await marsh.hasOpen('listen');
	await marsh.fits('the choice of what one hears');
	await clean(marsh, 'the choice of what one hears');
	await story.picture(marsh, 'menu');
	await marsh.screen.press('Escape');

	await hale.screen.press('i');
	await hale.hasOpen('channels');
	await clean(hale, 'booths and channels');
	await hale.screen.click('radio', 'Consecutive: after it is said');
	await marsh.reads('When you stop, give the turn to the interpreter.');
	await marsh.fits('the plenary with a turn');
	await clean(marsh, 'a turn');
	await story.pictures();

	// By keyboard alone: the list is gone through with the arrows, and what is chosen is heard at once.
	await hale.screen.click('radio', 'Simultaneous: while it is said');
	await hale.screen.click('button', 'Close');
	await hale.screen.press('Shift+L');
	await hale.hasOpen('listen');
	await hale.screen.press('ArrowDown');
	await hale.reads('Channel: French.');
	await hale.screen.press('Escape');
}
