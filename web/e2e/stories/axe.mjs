import { clean } from '../harness/axe.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'axe finds nothing wrong on any page, in any panel or dialog, at a desk';
export const seconds = 150;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2, chair: 'meridia-head' });
	const marsh = await story.person(summit, 'meridia-head');
	const other = await story.person(summit, 'meridia-1');

	await other.screen.goto(other.link.slice(0, -4) + 'AAAA');
	await other.reaches('problem');
	await clean(other, 'a link that is not valid');
	await marsh.arrive();
	await clean(marsh, 'pre-flight');
	await marsh.screen.click('button', 'Language of this page');
	await marsh.hasOpen('language');
	await clean(marsh, 'languages');
	await marsh.screen.press('Escape');
	await marsh.enter();
	await other.screen.goto(other.link);
	await other.reaches('preflight');
	await other.enter();
	await clean(marsh, 'lobby');
	story.bots(summit, ['vesland-head']);
	await marsh.declareReady();
	await marsh.reaches('plenary');
	await marsh.seesSeat('vesland-head');
	// As different from an empty room as it can be: a document, a queue, somebody who has the floor, an open agenda.
	await marsh.screen.click('button', 'Raise hand');
	await marsh.shares();
	await clean(marsh, 'plenary with the own document');
	await other.seesDocumentOf(marsh, 15_000);
	await clean(other, 'plenary with the document of somebody else');
	await story.picture(other, 'document');
	await marsh.screen.click('button', 'Stop sharing');
	await panel(marsh, 'f', 'floor');
	await panel(marsh, 'c', 'chat');
	await panel(marsh, 'e', 'security');
	await panel(marsh, 'n', 'line');
	await panel(marsh, 'a', 'agenda');
	await story.picture(marsh, 'agenda');
	await marsh.screen.press('a');

	for (const [key, dialog] of [
		['d', 'devices'],
		['k', 'caucus'],
		['?', 'keys'],
	]) {
		await marsh.screen.press(key ?? '');
		await marsh.hasOpen(dialog ?? '');
		await clean(marsh, dialog ?? '');
		await story.picture(marsh, dialog ?? '');
		await marsh.screen.press('Escape');
	}

	const again = await story.person(summit, 'meridia-head');
	await again.screen.goto(again.link);
	await again.reaches('seat_taken');
	await clean(again, 'the seat is in use');
	await other.leave();
	await clean(other, 'left');

	await marsh.screen.click('button', 'End summit');
	await marsh.hasOpen('end');
	await clean(marsh, 'the question whether to end');
	await marsh.screen.click('button', 'End for everybody');
	await marsh.reaches('ended');
	await clean(marsh, 'ended');
}

/**
 * Opens a panel by its key.
 * @param {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} person
 * @param {string} key
 * @param {string} name
 */
async function panel(person, key, name) {
	const isOpen = () => person.screen.evaluate((of) => !!document.querySelector(`[data-panel="${of}"]`), name);
	if (!(await isOpen())) await person.screen.press(key);
	await person.hasOpen(name);
	await clean(person, `the panel "${name}"`);
}
