import { TONES, TWO_BOOTHS, asks, hearsTones, isTold, speaks, speaksAs, worksInBooth } from '../harness/booths.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

/** @param {import('../harness/person.mjs').Person<any>} person @returns {Promise<{ time: string, stands: boolean }>} */
const clockOf = ({ screen }) =>
	screen.evaluate(() => {
		const clock = document.querySelector('[data-floor-time]');
		return {
			time: clock?.textContent?.trim() ?? '',
			stands: clock?.getAttribute('data-stands') === 'true',
		};
	});

export const title =
	'while interpretation is suspended the speaker’s clock stands, and everybody reads why; the chair lets it go on';

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
	await marsh.screen.click('button', 'Raise hand');
	await marsh.reads('You are interpreted into: English');
	await hale.screen.click('button', `Give the floor to ${marsh.name}`);
	await hearsTones(hale, { loud: [english], soft: [floor] });

	await asks(whitlock, { type: 'booth.suspend', booth: 'english', reason: 'bad_sound' });
	await hale.reads('Interpretation into English is suspended: the sound from the floor cannot be understood.');
	await isTold(marsh, 'Interpretation into English is suspended');
	await hearsTones(hale, { loud: [floor], not: [english] });
	await eventually('the clocks to stand', async () =>
		(await Promise.all([clockOf(marsh), clockOf(hale)])).every(({ stands }) => stands),
	);
	await marsh.reads('stopped');
	const { time } = await clockOf(hale);
	const began = Date.now();
	// Two seconds and more, in which a clock that runs shows two other times.
	await eventually('the clock to be looked at for a while', async () => {
		const now = await clockOf(hale);
		expect(now.stands && now.time === time, `the clock stood at ${time} and shows ${now.time}`);
		return Date.now() - began > 2500;
	});
	await story.pictures();

	await hale.screen.press('i');
	await hale.hasOpen('channels');
	await story.picture(hale, 'panel');
	await hale.screen.click('button', 'Go on with interpretation: English');
	await isTold(marsh, 'Interpretation into English goes on.');
	await eventually('the clock to go on', async () => {
		const now = await clockOf(hale);
		return !now.stands && now.time !== time;
	});
	await hearsTones(hale, { loud: [english], soft: [floor] });
}
