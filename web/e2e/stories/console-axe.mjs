import { clean } from '../harness/axe.mjs';
import { switchesMicrophone, wearsHeadset } from '../harness/console.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'axe finds nothing wrong on the console or in any of its dialogs, and nothing on it lies outside the screen';

/** @param {Story} story */
export default async function (story) {
	const booths = [
		{ id: 'en', languages: ['en', 'fr'], interpreters: ['interpreter-1'] },
		{ id: 'ar', languages: ['ar'], interpreters: ['interpreter-2'] },
	];
	const summit = await story.summit({ booths });
	const whitlock = await story.person(summit, 'interpreter-1');
	story.bots(summit, ['meridia-head', 'vesland-head']);
	await whitlock.join();
	await whitlock.reaches('plenary');
	await whitlock.hasOpen('headset');
	await clean(whitlock, 'the question for the headset');
	await wearsHeadset(whitlock);
	for (const size of [
		{ width: 1280, height: 720 },
		{ width: 1440, height: 900 },
	]) {
		await whitlock.screen.page.setViewportSize(size);
		await whitlock.fits(`the console at ${size.width}`);
	}
	await clean(whitlock, 'the console, shut');
	await switchesMicrophone(whitlock, true);
	await clean(whitlock, 'the console, open');
	await story.picture(whitlock, 'open');
	for (const [key, dialog] of [
		['p', 'suspend'],
		['i', 'incidents'],
		['?', 'keys'],
		['d', 'devices'],
	]) {
		await whitlock.screen.press(key ?? '');
		await whitlock.hasOpen(dialog ?? '');
		await clean(whitlock, dialog ?? '');
		await story.picture(whitlock, dialog ?? '');
		await whitlock.screen.press('Escape');
	}
	await whitlock.screen.page.setViewportSize({ width: 390, height: 844 });
	await whitlock.reads('The console needs a computer.');
	await clean(whitlock, 'a telephone');
	await whitlock.fits('a telephone');
	await story.picture(whitlock, 'telephone');
}
