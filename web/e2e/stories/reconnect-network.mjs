import fs from 'node:fs';

import { CHROMIUM, launch } from '../harness/chromium.mjs';
import { OtherMachine } from '../harness/network.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title = 'when the address of a computer changes, socket, sound and picture come back without a reload';

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
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
	expect((await localAddress(marsh)) === elsewhere.address, 'media do not come from the other machine');
	await marsh.screen.evaluate(() => {
		window.story = { pageOf: 'before' };
	});

	await elsewhere.move();
	await eventually(
		'media to come from the new address',
		async () => (await localAddress(marsh)) === elsewhere.address,
		{
			within: 20_000,
		},
	);
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);

	await marsh.screen.click('button', 'Raise hand');
	await eventually('the raised hand to arrive over the new address', () =>
		hale.screen.evaluate((seat) => window.sommet.state().meeting?.floor.queue.includes(seat), marsh.seat),
	);
	const page = await marsh.screen.evaluate(() => window.story?.['pageOf']);
	expect(page === 'before', 'the page was reloaded');
	await story.pictures();
}

/**
 * The address from which media are sent.
 * @param {Person} person
 */
function localAddress(person) {
	return person.screen.evaluate(async () => {
		const stats = await window.sommet.stats();
		const byId = (/** @type {unknown} */ id) => stats.find((entry) => entry['id'] === id);
		const transport = stats.find((entry) => entry['type'] === 'transport');
		const pair = byId(transport?.['selectedCandidatePairId']);
		return byId(pair?.['localCandidateId'])?.['address'];
	});
}
