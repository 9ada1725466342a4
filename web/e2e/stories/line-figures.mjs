import fs from 'node:fs';

import { clean } from '../harness/axe.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

export const title = 'the line is judged before joining; in the room its figures move, and are saved without a name';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const [marsh, hale] = [await story.person(summit, 'meridia-head'), await story.person(summit, 'vesland-head')];
	await marsh.arrive();
	await marsh.reads('Good line: round trip');
	await marsh.fits('the pre-flight');
	await story.picture(marsh, 'before-joining');
	await marsh.enter();
	await hale.join();
	await marsh.declareReady();
	await hale.declareReady();
	await Promise.all([marsh.sees(hale), marsh.hears(hale)]);

	await marsh.screen.press('d');
	await marsh.hasOpen('devices');
	await marsh.screen.click('button', 'Figures of the line');
	await marsh.hasOpen('line');
	await eventually('the figures to be whole', async () => {
		const [connection, sent, sounds, pictures] = await tables(marsh);
		return (
			/^UDP [\d.]+ ms [\d.]+ [kM]b\/s [\d.]+ [kM]b\/s [\d.]+ [kM]b\/s$/.test(connection ?? '') &&
			/Camera, layer q/.test(sent ?? '') &&
			new RegExp(`^${hale.name} [\\d.]+ kb/s [\\d.]+% [\\d.]+ ms [\\d.]+%`).test(sounds ?? '') &&
			new RegExp(`^${hale.name}.* \\d+×\\d+ \\d+ [\\d.]+ [kM]b/s`).test(pictures ?? '')
		);
	});
	const first = await tables(marsh);
	await eventually('the figures to move', async () => (await tables(marsh)).join() !== first.join());
	await clean(marsh, 'the panel "line"');
	await marsh.fits('the panel "line"');
	await story.picture(marsh, 'figures');

	await eventually('something to be kept', async () => (await savedReport(marsh)).entries.length > 0, {
		within: 15_000,
		every: 1000,
	});
	const report = await savedReport(marsh);
	const text = JSON.stringify(report);
	expect(report.summit === summit.id, `the report is of "${report.summit}"`);
	expect(report.entries.at(-1).sounds.length === 1 && report.entries.at(-1).pictures.length === 1, text);
	const { plan, you } = await marsh.screen.evaluate(() => {
		const { meeting } = window.sommet.state();
		return { plan: JSON.stringify(meeting?.plan), you: meeting?.you ?? '' };
	});
	const said = [...plan.matchAll(/"([^"]{4,})"/g)].map(([, word]) => word ?? '');
	const secrets = [marsh.name, hale.name, you, '127.0.0.1', 'candidate:', marsh.link.split('#')[1] ?? '', ...said];
	const told = secrets.filter((word) => text.includes(word));
	expect(told.length === 0, `the report tells ${told.join(', ')}`);

	await marsh.screen.press('Escape');
	await marsh.screen.press('n');
	await marsh.hasOpen('line');
}

/** What stands in the cells of each table. @param {Person} person @returns {Promise<string[]>} */
function tables(person) {
	return person.screen.evaluate(() =>
		[...document.querySelectorAll('[data-figures]')].map((table) =>
			[...table.querySelectorAll('td, [scope="rowgroup"]')]
				.map((cell) => cell.textContent?.trim().replaceAll(/\s/g, ' '))
				.join(' '),
		),
	);
}

/** @param {Person} person */
async function savedReport(person) {
	const [download] = await Promise.all([
		person.screen.page.waitForEvent('download'),
		person.screen.click('button', 'Save report'),
	]);
	return JSON.parse(fs.readFileSync(await download.path(), 'utf8'));
}
