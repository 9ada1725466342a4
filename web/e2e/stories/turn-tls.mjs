import { launch } from '../harness/chromium.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'where nothing but TLS passes one comes in by the relay, hears and sees, and is told';

/** @param {Story} story */
export default async function (story) {
	// Over UDP nothing arrives, and of TCP browsers are not told.
	const { server, line } = await story.serverBehindBadLine({ relay: true, line: ['loss=100%'] });
	const browser = await launch({ flags: [server.trustInChromium] });
	story.later(() => browser.close());
	const summit = await story.summit({}, server);
	const [marsh, hale] = [
		await story.person(summit, 'meridia-head', { browser }),
		await story.person(summit, 'vesland-head', { browser }),
	];
	await story.meet(marsh, hale);
	const both = () => Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);
	await both();

	await marsh.reads('through the relay');
	await marsh.screen.click('button', 'Devices');
	await marsh.hasOpen('devices');
	await marsh.reads('because this network lets nothing else through');
	await story.picture(marsh, 'devices');
	await marsh.screen.click('button', 'Figures of the line');
	await marsh.hasOpen('line');
	const way = () => marsh.screen.evaluate(() => document.querySelector('[data-figures="connection"] td')?.textContent);
	await eventually('the panel to name the way', async () => (await way()) === 'Relay');
	await story.pictures();

	// A computer that was offline for a moment looks for a way anew, with the session as well.
	const connections = await restarts(marsh);
	await marsh.screen.evaluate(() => window.dispatchEvent(new Event('online')));
	await eventually('another way to be looked for', async () => (await restarts(marsh)) > connections);
	await both();
	await eventually('the relay to be the way', async () => (await way()) === 'Relay');
	const { up, down } = await line.counts();
	expect(up.left === 0 && down.left === 0, 'something went over UDP');
}

/**
 * How often the addresses of this browser were gathered, as the generations of its candidates tell.
 * @param {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} person
 */
async function restarts({ screen }) {
	const stats = await screen.evaluate(() => window.sommet.stats());
	const fragments = stats.filter(({ type }) => type === 'local-candidate').map((entry) => entry['usernameFragment']);
	return new Set(fragments).size;
}
