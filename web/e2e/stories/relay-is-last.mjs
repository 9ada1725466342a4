import { launch } from '../harness/chromium.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

/** A browser gives up a way over which nothing comes any more after ten seconds, and here it does so twice. */
export const long = true;

export const title = 'who has a relay as well goes over UDP where that passes, and over TCP where it does not';

/** @param {Story} story */
export default async function (story) {
	const { server, line } = await story.serverBehindBadLine({ relay: true, overTcp: true });
	const browser = await launch({ flags: [server.trustInChromium] });
	story.later(() => browser.close());
	const summit = await story.summit({}, server);
	const [marsh, hale] = [
		await story.person(summit, 'meridia-head', { browser }),
		await story.person(summit, 'vesland-head', { browser }),
	];
	await story.meet(marsh, hale);
	await Promise.all([goesBy(marsh, 'UDP'), goesBy(hale, 'UDP')]);

	await line.is('both', 'loss=100%');
	await Promise.all([goesBy(marsh, 'TCP'), goesBy(hale, 'TCP')]);
	await Promise.all([marsh.hears(hale), hale.hears(marsh)]);
	// Also who begins anew there.
	await hale.screen.reload();
	await hale.reaches('plenary');
	await goesBy(hale, 'TCP');
	await Promise.all([marsh.hears(hale), hale.hears(marsh)]);
}

/** @param {Person} person @param {string} way */
async function goesBy(person, way) {
	const panel = '[data-figures="connection"] td';
	const read = () => person.screen.evaluate((at) => document.querySelector(at)?.textContent, panel);
	if ((await read()) === undefined) await person.screen.press('n');
	await eventually(`${person.seat} to go by ${way}`, async () => (await read()) === way, { within: 20_000 });
}
