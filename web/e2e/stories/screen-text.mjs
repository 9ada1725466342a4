import { PAGE, arrivalOfText, givesPageOfText } from '../harness/page-of-text.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'a shared page of small letters arrives in full size and sharp on a line of 1 Mb/s, and can become a film';
export const seconds = 120;
/** It measures, and is played when nothing else runs. */
export const long = true;

/** Below these, small letters are hard to read: noise in dB, and the share of contrast between neighbouring pixels. */
const NOISE_DB = 26;
const EDGES = 0.85;
const SHARP_WITHIN_MS = 30_000;

/** @param {Story} story */
export default async function (story) {
	const { line, marsh, hale } = await story.meetBehindBadLine();
	await line.is('down', 'rate=1000kbps', 'queue=300ms', 'delay=20ms');
	await givesPageOfText(marsh);

	await marsh.shares('Text');
	await hale.seesDocumentOf(marsh, 30_000);
	/** @type {import('../harness/page-of-text.mjs').Arrival | null} */
	let best = null;
	const begin = Date.now();
	await eventually(
		'the letters to be sharp',
		async () => {
			best = (await arrivalOfText(hale)) ?? best;
			return best && best.width === PAGE.width && best.noise >= NOISE_DB && best.edges >= EDGES;
		},
		{ within: SHARP_WITHIN_MS },
	).finally(() => story.says(`after ${Date.now() - begin} ms: ${JSON.stringify(best)}`));
	await story.pictures('-text');
	const asText = await sent(marsh);
	story.says(JSON.stringify(asText));
	expect(asText.maxFramerate === 15, `letters are sent with ${asText.maxFramerate} frames in a second at most`);

	// With the keys, while it is shared. A film needs a wider line.
	await line.is('down', 'delay=20ms');
	await marsh.screen.page.getByRole('radio', { name: 'Text', exact: true }).focus();
	await marsh.screen.press('ArrowRight');
	await eventually('more frames to be sent', async () => (await sent(marsh)).maxFramerate === 30);
	const { hint, scalability } = await sent(marsh);
	expect(hint === 'motion', `the browser was told "${hint}"`);
	story.says(`sent as ${scalability}`);
	await hale.seesDocumentOf(marsh, 30_000);
	await story.pictures('-motion');
}

/**
 * How the screen is sent.
 * @param {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} sharer
 */
function sent({ screen }) {
	return screen.evaluate(async () => {
		const senders = window.sommet.pc?.getSenders() ?? [];
		// A camera is sent in more than one size.
		const sender = senders.find((one) => one.track?.kind === 'video' && one.getParameters().encodings.length === 1);
		const stats = (await window.sommet.stats()).filter((entry) => entry['type'] === 'outbound-rtp');
		return {
			hint: sender?.track?.contentHint,
			maxFramerate: sender?.getParameters().encodings[0]?.maxFramerate,
			scalability: stats.map((entry) => entry['scalabilityMode']).join(' '),
		};
	});
}
