import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'on a phone one joins, sees, hears and asks for the floor, upright and across';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 3, chair: true });
	story.bots(summit, ['meridia-head', 'vesland-head', 'vesland-1', 'chair']);
	const options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
	const vidal = await story.person(summit, 'meridia-1', { options });

	await vidal.arrive();
	await fits(vidal, 'the pre-flight');
	await story.picture(vidal, 'preflight');
	await vidal.enter();
	await vidal.reaches('plenary');
	await Promise.all([
		vidal.seesSeat('vesland-head'),
		vidal.hearsAnybody(['meridia-head', 'vesland-head', 'vesland-1', 'chair']),
	]);
	await fits(vidal, 'the plenary');
	await story.picture(vidal, 'plenary');
	await vidal.screen.click('button', 'Raise hand');
	await story.eventually('the hand to be up', () =>
		vidal.screen.evaluate((seat) => window.sommet.state().meeting?.floor.queue.includes(seat), vidal.seat),
	);

	await vidal.screen.page.setViewportSize({ width: 844, height: 390 });
	await vidal.seesSeat('vesland-head');
	await fits(vidal, 'the plenary, held across');
	await story.picture(vidal, 'plenary-across');
}

/**
 * @param {import('../harness/person.mjs').Person} person
 * @param {string} what
 */
async function fits(person, what) {
	const { wide, screen } = await person.screen.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		screen: innerWidth,
	}));
	expect(wide <= screen, `${what} is ${wide} pixels wide on a screen of ${screen}`);
}
