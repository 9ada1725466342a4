import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'a tab that is reloaded comes back to where it was by itself: to the lobby, and to the plenary, muted';

const BACK_WITHIN_MS = 5000;

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await marsh.join();
	await marsh.screen.reload();
	await marsh.reaches('lobby');

	await hale.join();
	for (const person of [marsh, hale]) await person.declareReady();
	await Promise.all([marsh.reaches('plenary'), hale.reaches('plenary')]);
	await hale.sees(marsh);
	await marsh.screen.click('button', 'Raise hand');
	await marsh.screen.click('button', 'Mute');
	await eventually('Hale to see the hand, and that Marsh is muted', () => isMutedWithHand(hale, marsh.seat));

	const pressed = Date.now();
	await marsh.screen.reload();
	await marsh.reaches('plenary');
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale)]);
	const took = Date.now() - pressed;
	expect(took < BACK_WITHIN_MS, `it took ${took} ms until both saw each other again`);
	await eventually('hand and mute to be as before', () => isMutedWithHand(hale, marsh.seat));
	await marsh.reads('Unmute', 'Lower hand');
	await story.pictures();
	await marsh.screen.click('button', 'Unmute');
	await hale.hears(marsh);
}

/**
 * @param {import('../harness/person.mjs').Person} person
 * @param {string} seat
 */
function isMutedWithHand(person, seat) {
	return person.screen.evaluate((who) => {
		const tile = document.querySelector(`[data-tile="${who}"]`);
		return tile?.textContent?.includes('Microphone off') && tile.textContent.includes('Hand raised');
	}, seat);
}
