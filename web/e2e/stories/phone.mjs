import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'on a phone one joins, sees, hears and asks for the floor, upright and across';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 3, chair: true });
	story.bots(summit, ['meridia-head', 'vesland-head', 'vesland-1', 'chair']);
	const options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
	const vidal = await story.person(summit, 'meridia-1', { options });

	await vidal.arrive();
	await vidal.fits('the pre-flight');
	await story.picture(vidal, 'preflight');
	await vidal.enter();
	await vidal.reaches('plenary');
	await Promise.all([
		vidal.seesSeat('vesland-head'),
		vidal.hearsAnybody(['meridia-head', 'vesland-head', 'vesland-1', 'chair']),
	]);
	await vidal.fits('the plenary');
	await story.picture(vidal, 'plenary');
	await vidal.screen.click('button', 'Raise hand');
	await eventually('the hand to be up', () =>
		vidal.screen.evaluate((seat) => window.sommet.state().meeting?.floor.queue.includes(seat), vidal.seat),
	);
	for (const action of ['floor', 'agenda', 'chat', 'security']) {
		await vidal.screen.page.locator(`[data-action="${action}"]`).tap();
		await vidal.hasOpen(action);
		await vidal.fits(`the panel "${action}"`);
		await story.picture(vidal, action);
		await vidal.screen.press('Escape');
	}
	// There is no room for all controls: the rarer ones stand behind "More".
	await vidal.screen.click('button', 'More');
	await vidal.hasOpen('more');
	await vidal.fits('the sheet "More"');
	await story.picture(vidal, 'more');
	await vidal.screen.press('Escape');
	for (const dialog of ['Devices', 'Leave']) {
		if (dialog === 'Devices') await vidal.screen.click('button', 'More');
		await vidal.screen.click('button', dialog);
		await vidal.hasOpen(dialog.toLowerCase());
		await vidal.fits(`the dialog "${dialog}"`);
		await story.picture(vidal, dialog.toLowerCase());
		await vidal.screen.press('Escape');
	}

	await vidal.screen.page.setViewportSize({ width: 844, height: 390 });
	await vidal.seesSeat('vesland-head');
	await vidal.fits('the plenary, held across');
	await story.picture(vidal, 'plenary-across');
}
