import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { openPair, openThread, writes } from '../harness/chat.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Writer */

export const title = 'messages reach whom they are for and nobody else, and a file arrives byte for byte';

const FILE_BYTES = 3 * 1024 * 1024 + 17;
const TOO_MANY_BYTES = 100 * 1024 * 1024 + 1;

/** Every group that wrote something on this page. @param {Writer} writer */
const threadsOf = async ({ screen: { page } }) => {
	await page.locator('[data-action="chat-back"]').click();
	const threads = page.locator('[data-panel="chat"] [data-thread]');
	await threads.first().waitFor();
	return threads.evaluateAll((all) =>
		all.map((thread) => `${thread.getAttribute('data-thread')}: ${thread.textContent}`),
	);
};

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [vidal, marsh, hale]) await screen.page.addInitScript(smallCameras);
	await story.meet(vidal, marsh, hale);

	for (const person of [marsh, vidal, hale]) await openThread(person, 'plenary');
	await writes(marsh, 'to everybody in the room');
	await Promise.all([vidal, hale].map((person) => person.reads('to everybody in the room')));

	for (const person of [marsh, vidal]) await openThread(person, 'side-meridia');
	await writes(vidal, 'between us alone');
	await marsh.reads('between us alone');

	const pair = await openPair(marsh, hale.seat);
	await writes(marsh, 'for your eyes only');
	await openThread(hale, pair);
	await hale.reads('for your eyes only');
	await writes(hale, 'as you wish');
	await marsh.reads('as you wish');

	const at = {
		small: path.join(story.folder, 'map of the strait.bin'),
		large: path.join(story.folder, 'too large.bin'),
	};
	const content = randomBytes(FILE_BYTES);
	fs.writeFileSync(at.small, content);
	const picker = marsh.screen.page.locator('[data-conversation] input[type="file"]');
	await picker.setInputFiles(at.small);
	await eventually('the file to be offered', () => hale.screen.page.locator('[data-file="offered"]').isVisible());
	await eventually('the file to be sent', () => marsh.screen.page.locator('[data-file="ready"]').isVisible());
	const [download] = await Promise.all([
		hale.screen.page.waitForEvent('download'),
		hale.screen.page.locator('[data-action="file-save"]').click(),
	]);
	expect(download.suggestedFilename() === path.basename(at.small), `it is called "${download.suggestedFilename()}"`);
	const arrived = fs.readFileSync(await download.path());
	expect(arrived.equals(content), `${arrived.length} bytes arrived, which are not the ${content.length} that went`);
	await hale.reads('Saved');
	await story.pictures();

	fs.closeSync(fs.openSync(at.large, 'w'));
	fs.truncateSync(at.large, TOO_MANY_BYTES);
	await picker.setInputFiles(at.large);
	await marsh.reads('“too large.bin” is too large: at most 100 MB.');
	await story.picture(marsh, 'refused');
	fs.rmSync(at.large);

	const [ofHale, ofVidal] = [await threadsOf(hale), await threadsOf(vidal)];
	expect(!ofHale.some((thread) => /side-meridia|between us/.test(thread)), `the other side has ${ofHale.join(', ')}`);
	expect(!ofVidal.some((thread) => /pair-|your eyes/.test(thread)), `a third person has ${ofVidal.join(', ')}`);
}
