import fs from 'node:fs';
import path from 'node:path';

import { openThread, writes } from '../harness/chat.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { filesWith, memoryHolds, sealsAndOpens, shareKeys } from '../harness/sealed.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'two sides and the chair hold the same keys, everything between them is sealed, and the server has no word of it';

const WORDS = 'the ferry of Quillhaven sails at noon';

/** @param {Story} story */
export default async function (story) {
	const server = await story.server();
	const summit = await story.summit({ chair: true });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const chair = await story.person(summit, 'chair');
	const all = [marsh, hale, chair];

	for (const { screen } of all) await screen.page.addInitScript(smallCameras);
	await story.meet(...all);

	const { roster, attestations } = await shareKeys(all);
	expect(
		new Set(roster.map(({ serial }) => serial)).size === 3,
		`certificates are not one for each: ${JSON.stringify(roster)}`,
	);
	expect(attestations.length === 3, `not every party confirms the keys: ${JSON.stringify(attestations)}`);
	for (const person of all) await sealsAndOpens(person);
	await Promise.all([marsh.sees(hale), hale.hears(marsh), chair.sees(marsh)]);

	await openThread(marsh, 'plenary');
	await openThread(hale, 'plenary');
	await writes(marsh, WORDS);
	await hale.reads(WORDS);
	await story.pictures();

	const secrets = Object.values(summit.links).map((link) => link.split('/').at(-1) ?? '');
	expect(
		secrets.every((secret) => secret.length === 32),
		'a link does not end in a secret',
	);
	const log = fs.readFileSync(path.join(server.folder, 'server.log'), 'utf8');
	expect(log.length > 0, 'the server wrote no log');
	// Whoever looks for nothing finds nothing: the same look finds what the server does keep.
	expect(filesWith(server.folder, [summit.id]).length > 0, 'the look into the folder of the server sees nothing');
	const found = filesWith(server.folder, [WORDS, ...secrets]);
	expect(found.length === 0, `the server keeps what was written or a secret of a link: ${found.join(', ')}`);

	expect(memoryHolds(server.pid, [summit.id]), 'the look into the memory of the server sees nothing');
	expect(!memoryHolds(server.pid, [WORDS, ...secrets]), 'the server has what was written, or a secret, in its memory');
}
