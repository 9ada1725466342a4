import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'in Arabic everything runs from right to left';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	story.bots(summit, ['meridia-head', 'vesland-head', 'vesland-1']);
	const vidal = await story.person(summit, 'meridia-1', { options: { locale: 'ar' } });
	await vidal.arrive();
	await vidal.reads('جمهورية ميريديا');
	await vidal.fits('the pre-flight in Arabic');
	await story.picture(vidal, 'preflight');
	const root = await vidal.screen.evaluate(() => {
		const { dir, lang } = document.documentElement;
		return { dir, lang };
	});
	expect(root.dir === 'rtl' && root.lang === 'ar', `the page says ${JSON.stringify(root)}`);

	await vidal.enter('انضمام');
	await vidal.reaches('plenary');
	await vidal.seesSeat('vesland-head');
	await vidal.reads('محادثات المضيق');
	const words = await vidal.screen.evaluate(() => document.body.innerText);
	const latin = words.match(/\b(Mute|Leave|Agenda|Floor|Camera)\b/);
	expect(!latin, `there is English on the page: "${latin?.[0]}"`);

	const tiles = await vidal.tiles();
	const left = (/** @type {string} */ seat) => tiles.find((tile) => tile.seat === seat)?.left ?? 0;
	expect(left('meridia-head') > left('vesland-head'), 'the own side does not stand where reading begins, on the right');
	await vidal.fits('the plenary in Arabic');
	await story.pictures();
}
