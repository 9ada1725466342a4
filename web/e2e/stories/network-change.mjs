import fs from 'node:fs';

import { CHROMIUM, launch } from '../harness/chromium.mjs';
import { longestSilence, looksAt, watchLines } from '../harness/gaps.mjs';
import { OtherMachine } from '../harness/network.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'when a computer moves to another network in the middle of a word, it is heard and hears again within two seconds';

/** It measures, and is played when nothing else runs. */
export const long = true;

/** How long nothing may be heard. */
const BACK_WITHIN_MS = 2000;
/** How long is looked afterwards. */
const LOOK_MS = 8000;

/** @param {Story} story */
export default async function (story) {
	const elsewhere = await OtherMachine.start();
	story.later(() => elsewhere.close());
	const server = await story.ownServer({ address: elsewhere.host });
	const browser = await launch({ executable: elsewhere.wrapper(fs.realpathSync(story.folder), CHROMIUM) });
	story.later(() => browser.close());

	const summit = await story.summit({}, server);
	const options = { ignoreHTTPSErrors: true };
	const marsh = await story.person(summit, 'meridia-head', { options, browser });
	marsh.link = server.here(marsh.link, { host: elsewhere.host });
	const hale = await story.person(summit, 'vesland-head', { options });
	await story.meet(marsh, hale);
	await Promise.all([marsh.hears(hale), hale.hears(marsh)]);
	await Promise.all([watchLines(marsh, [hale.seat]), watchLines(hale, [marsh.seat])]);

	for (const time of ['first', 'second']) {
		const begin = Date.now();
		await elsewhere.move();
		await eventually('time to pass', () => Date.now() - begin >= LOOK_MS, { within: 2 * LOOK_MS });
		for (const [listener, speaker] of /** @type {const} */ ([
			[marsh, hale],
			[hale, marsh],
		])) {
			const looks = (await looksAt(listener, speaker.seat)).filter(({ at }) => at >= begin - 500);
			const silence = longestSilence(looks);
			story.says(`the ${time} time ${listener.seat} heard nothing for ${Math.round(silence.ms)} ms`);
			expect(silence.to < begin + LOOK_MS - 500, `${listener.seat} does not hear ${speaker.seat} any more`);
			expect(silence.ms < BACK_WITHIN_MS, `${listener.seat} heard nothing for ${Math.round(silence.ms)} ms`);
		}
	}
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
}
