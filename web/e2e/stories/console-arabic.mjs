import { clean } from '../harness/axe.mjs';
import { hasLamp } from '../harness/console.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'the console is mirrored in Arabic, and all of it is on the screen';

/** @param {Story} story */
export default async function (story) {
	const booths = [{ id: 'ar', languages: ['ar', 'fr'], interpreters: ['interpreter-1', 'interpreter-2'] }];
	const summit = await story.summit({ booths });
	const whitlock = await story.person(summit, 'interpreter-1', { options: { locale: 'ar' } });
	story.bots(summit, ['meridia-head', 'vesland-head']);
	await whitlock.arrive();
	await whitlock.enter('انضمام');
	await whitlock.reaches('plenary');
	await whitlock.hasOpen('headset');
	await whitlock.screen.press('Enter');
	await whitlock.screen.press('m');
	await hasLamp(whitlock, 'open');
	await eventually('incoming to be on the right and outgoing on the left', () =>
		whitlock.screen.evaluate(() => {
			const left = (/** @type {string} */ id) => document.getElementById(id)?.getBoundingClientRect().left ?? 0;
			return left('console-incoming') > left('console-outgoing');
		}),
	);
	await whitlock.fits('the console in Arabic');
	await clean(whitlock, 'the console in Arabic');
	await story.picture(whitlock, 'arabic');
}
