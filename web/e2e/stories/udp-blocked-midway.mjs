import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'when the network begins to block UDP the meeting goes on over TCP, without a click';

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine({ overTcp: true });
	await line.is('both', 'loss=100%');
	for (const { seat, screen } of [marsh, hale]) {
		await eventually(`${seat} to be connected over TCP`, () => screen.evaluate(isOverTcp), { within: 30_000 });
	}
	await Promise.all([marsh.sees(hale), hale.sees(marsh), marsh.hears(hale), hale.hears(marsh)]);
	await marsh.reads('over TCP');
	await story.pictures();
}

/** Runs in the page. */
async function isOverTcp() {
	const stats = await window.sommet.stats();
	const byId = (/** @type {unknown} */ id) => stats.find((entry) => entry['id'] === id);
	const transport = stats.find((entry) => entry['type'] === 'transport');
	const pair = byId(transport?.['selectedCandidatePairId']);
	return byId(pair?.['localCandidateId'])?.['protocol'] === 'tcp';
}
