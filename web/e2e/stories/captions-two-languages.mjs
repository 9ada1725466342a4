import { clean } from '../harness/axe.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Anybody */

export const title =
	'what is said is read in either of two languages, as captioners typed and corrected it, and as nobody else did';

/** Keeps the page's worker of MLS, so that a story can write what no button writes, and can keep the page from its server. */
function keepsWorker() {
	const OwnSocket = window.WebSocket;
	window.WebSocket = class extends OwnSocket {
		/** @param {string | URL} url @param {string | string[]} [protocols] */
		constructor(url, protocols) {
			super(window.story?.['cut'] ? `${url}/nowhere` : url, protocols);
		}
	};
	const Own = window.Worker;
	window.Worker = class extends Own {
		/** @param {string | URL} url @param {WorkerOptions} [options] */
		constructor(url, options) {
			super(url, options);
			if (options?.name === 'mls') window.story = { ...window.story, mls: this };
		}
	};
}

/**
 * Writes a caption to everybody, whoever one is.
 * @param {Anybody} person @param {string} language @param {string} text
 */
function slips({ screen }, language, text) {
	return screen.evaluate(
		([tag, words]) => {
			const caption = { type: 'caption', id: crypto.randomUUID(), language: tag, speaker: null, text: words };
			const worker = /** @type {Worker} */ (/** @type {any} */ (window.story)['mls']);
			worker.postMessage({ type: 'write', id: 1_000_000, group: 'plenary', text: caption });
		},
		[language, text],
	);
}

/** Types a line where the focus is, and sends it. @param {Anybody} captioner @param {string} words */
async function types({ screen: { page } }, words) {
	await page.keyboard.insertText(words);
	await page.keyboard.press('Enter');
}

/** Waits until the own line has reached the group, or waits to. @param {Anybody} captioner @param {string} words */
function hasLine({ seat, screen: { page } }, words, state = 'sent') {
	return eventually(`the line "${words}" of ${seat} to be ${state}`, async () => {
		const lines = page.locator(`[data-line][data-state="${state}"]`, { hasText: words });
		return (await lines.count()) === 1;
	});
}

/** The lines over the pictures. @param {Anybody} reader */
function captions({ screen }) {
	return screen.evaluate(() =>
		[...document.querySelectorAll('[data-caption]')].map((line) => {
			const { lang, dir } = /** @type {HTMLElement} */ (line);
			return { lang, dir, text: line.textContent?.replace(/\s+/g, ' ').trim() ?? '' };
		}),
	);
}

/** @param {Anybody} reader @param {string} words */
function reads(reader, words) {
	return eventually(`${reader.seat} to read the caption "${words}"`, async () =>
		(await captions(reader)).find(({ text }) => text.endsWith(words)),
	);
}

/** @param {Anybody} reader */
async function opensMenu({ screen: { page } }) {
	await page.keyboard.press('t');
	const dialog = page.locator('[data-dialog="captions"]');
	await dialog.waitFor();
	return dialog;
}

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ captioners: ['en', 'ru'] });
	const english = await story.person(summit, 'captioner-1');
	const russian = await story.person(summit, 'captioner-2');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const all = [english, russian, marsh, hale];
	for (const { screen } of all) {
		await screen.page.addInitScript(smallCameras);
		await screen.page.addInitScript(keepsWorker);
	}
	await story.meet(...all);
	await Promise.all(
		all.map(({ seat, screen }) =>
			eventually(`${seat} to have the keys of everybody`, () =>
				screen.evaluate(
					(count) =>
						window.sommet.seal().circles.some(({ group, roster }) => group === 'plenary' && roster.length === count),
					all.length,
				),
			),
		),
	);

	// The focus is where one types; whose words they are is chosen once.
	await english.screen.page.locator('select[name="speaker"]').selectOption('vesland-head');
	await types(english, 'We propose fourty vessels a day.');
	await types(russian, 'Мы предлагаем сорок судов в день.');
	await Promise.all([hasLine(english, 'fourty'), hasLine(russian, 'сорок')]);
	expect((await captions(marsh)).length === 0, 'captions are on before anybody asked for them');

	const dialog = await opensMenu(marsh);
	await dialog.locator('input[name="captions"]').check();
	await clean(marsh, 'the menu of captions');
	await story.picture(marsh, 'menu');
	await marsh.screen.press('Escape');
	const first = await reads(marsh, 'We propose fourty vessels a day.');
	expect(first.lang === 'en' && first.dir === 'ltr', `it is marked as ${first.lang}, ${first.dir}`);
	expect(first.text.startsWith('Viktor Hale:'), `whose words they are is not said: ${first.text}`);
	await marsh.watchTiles();

	await english.screen.page.keyboard.press('ArrowUp');
	await english.screen.page.keyboard.press('Control+a');
	await types(english, 'We propose forty vessels a day.');
	await reads(marsh, 'We propose forty vessels a day.');
	expect((await captions(marsh)).length === 1, 'the former words stand beside the corrected ones');

	// Nobody who types captions, and a captioner of another language; what comes after them in the log is shown.
	await slips(hale, 'en', 'I never said that.');
	await slips(russian, 'en', 'Nor did I.');
	await slips(english, 'ru', 'И я нет.');
	await types(english, 'From the first of March.');
	await reads(marsh, 'From the first of March.');

	const menu = await opensMenu(marsh);
	await menu.locator('select[name="captions-language"]').selectOption('ru');
	await marsh.screen.press('Escape');
	await types(russian, 'С первого марта.');
	const line = await reads(marsh, 'С первого марта.');
	expect(line.lang === 'ru', `a Russian line is marked as ${line.lang}`);
	const texts = (await captions(marsh)).map(({ text }) => text);
	expect(!texts.some((text) => /never|Nor did|И я нет|vessels/.test(text)), `it shows ${texts.join(' | ')}`);

	await clean(russian, 'the strip of a captioner');
	await russian.fits('the strip of a captioner');

	// What is typed without a connection waits, and is read afterwards.
	await russian.screen.evaluate(() => {
		window.story = { ...window.story, cut: true };
		window.sommet.dropSocket();
	});
	await types(russian, 'Это можно проверить.');
	await hasLine(russian, 'Это можно проверить.', 'waiting');
	await story.pictures();
	await russian.screen.evaluate(() => {
		window.story = { ...window.story, cut: false };
	});
	await reads(marsh, 'Это можно проверить.');
	await hasLine(russian, 'Это можно проверить.');
	expect((await captions(hale)).length === 0, 'who did not ask for captions has them');
	const moves = await marsh.tileMoves();
	expect(moves.length === 0, `captions moved tiles: ${moves.join('; ')}`);
	await clean(marsh, 'the captions');
	await marsh.fits('the captions');
}
