import { clean } from '../harness/axe.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'axe finds nothing wrong in Arabic and on a phone';
export const seconds = 150;

const PLACES = [
	{ name: 'Arabic', join: 'انضمام', options: { locale: 'ar' } },
	{
		name: 'a phone',
		join: 'Join',
		options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
	},
];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 3, chair: true });
	story.bots(summit, ['vesland-head', 'vesland-1', 'chair']);
	const seats = ['meridia-1', 'meridia-2'];
	const people = [];
	for (const [index, { name, join, options }] of PLACES.entries()) {
		const person = await story.person(summit, seats[index] ?? '', { options });
		await person.arrive();
		await clean(person, `pre-flight, ${name}`);
		await person.enter(join);
		await person.reaches('lobby');
		await clean(person, `lobby, ${name}`);
		people.push({ person, name });
	}
	story.bots(summit, ['meridia-head']);
	for (const { person, name } of people) {
		await person.reaches('plenary');
		await person.seesSeat('vesland-head');
		await clean(person, `plenary, ${name}`);
		for (const action of ['floor', 'agenda', 'chat', 'security', 'line', 'devices']) {
			const inBar = await person.screen.page.locator(`[data-action="${action}"]`).count();
			if (inBar === 0) await person.screen.page.locator('[data-action="more"]').click();
			await person.screen.page.locator(`[data-action="${action}"]`).click();
			await person.hasOpen(action);
			await clean(person, `"${action}", ${name}`);
			await person.screen.press('Escape');
		}
		await person.fits(name);
	}
	await story.pictures();
}
