import { linesOf } from '../harness/sealed.mjs';
import { eventually, expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'sealed sound is of one size, whether somebody speaks, is silent or is muted';

/** The pretended microphone beeps once a second: loud and silent stretches fall into different looks. */
const LOOK_MS = 250;
const LOOKS = 10;

/** The counter of RFC 9605 takes another byte at frame 256, whatever is said. */
const COUNTER_GROWS = 300;

/** @param {import('../harness/person.mjs').Person<any>} person */
async function sealed(person) {
	const lines = await linesOf(person);
	return lines.find(({ kind }) => kind === 'microphone')?.counts?.sealed ?? 0;
}

/**
 * Bytes in a packet of the microphone, look by look.
 * @param {import('../harness/person.mjs').Person<any>} person
 */
async function sizes({ screen }) {
	const look = () =>
		screen.evaluate(async () => {
			const lines = await window.sommet.sealedLines();
			const mid = lines.find(({ kind }) => kind === 'microphone')?.mid;
			const entry = (await window.sommet.stats()).find((one) => one['type'] === 'outbound-rtp' && one['mid'] === mid);
			return { bytes: Number(entry?.['bytesSent']), packets: Number(entry?.['packetsSent']) };
		});
	/** @type {number[]} */
	const found = [];
	let before = await look();
	for (let left = LOOKS; left > 0; left -= 1) {
		await pause(LOOK_MS);
		const now = await look();
		const packets = now.packets - before.packets;
		if (packets > 0) found.push((now.bytes - before.bytes) / packets);
		before = now;
	}
	return found;
}

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);
	const before = await sealed(marsh);
	await hale.hears(marsh);

	await eventually(
		'the counter in the header to be as long as it stays for the next twenty minutes',
		async () => (await sealed(marsh)) - before >= COUNTER_GROWS,
	);

	const speaking = await sizes(marsh);
	await marsh.screen.click('button', 'Mute');
	await eventually('the other side to see that the microphone is off', async () =>
		(await hale.tileText(marsh.seat)).includes('Microphone off'),
	);
	const muted = await sizes(marsh);

	expect(speaking.length >= LOOKS / 2, `in ${LOOKS} looks, sound was sent in ${speaking.length}`);
	const [size] = speaking;
	const different = [...new Set([...speaking, ...muted])].filter((one) => one !== size);
	expect(different.length === 0, `speaking: ${speaking.join(' ')}; muted: ${muted.join(' ') || 'nothing'}`);
	expect(muted.length >= LOOKS / 2, 'a muted microphone sends nothing, which tells that it is muted');
}
