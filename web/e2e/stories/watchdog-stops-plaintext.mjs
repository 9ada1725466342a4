import { smallCameras } from '../harness/probes.mjs';
import { linesOf } from '../harness/sealed.mjs';
import { expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a camera that a browser sends around the sealing is stopped, and nobody sees a picture of it';

/** How long the page may take to notice. */
const WITHIN_MS = 5000;

/**
 * The fault, planted before the page runs: the transform of a camera is assigned only after its track, as a page with
 * another order would do it.
 */
function assignTransformsLate() {
	const transform = Object.getOwnPropertyDescriptor(RTCRtpSender.prototype, 'transform');
	const { addTransceiver } = RTCPeerConnection.prototype;
	const { replaceTrack } = RTCRtpSender.prototype;
	/** @type {WeakSet<RTCRtpSender>} */
	const ofPictures = new WeakSet();
	/** @type {WeakMap<RTCRtpSender, unknown>} */
	const waiting = new WeakMap();
	window.story = { late: 0 };

	RTCPeerConnection.prototype.addTransceiver = function (
		/** @type {string | MediaStreamTrack} */ kind,
		/** @type {RTCRtpTransceiverInit | undefined} */ init,
	) {
		const transceiver = addTransceiver.call(this, kind, init);
		if (kind === 'video') ofPictures.add(transceiver.sender);
		return transceiver;
	};
	Object.defineProperty(RTCRtpSender.prototype, 'transform', {
		...transform,
		set(value) {
			if (ofPictures.has(this)) waiting.set(this, value);
			else transform?.set?.call(this, value);
		},
	});
	RTCRtpSender.prototype.replaceTrack = async function (/** @type {MediaStreamTrack | null} */ track) {
		await replaceTrack.call(this, track);
		if (!track || !waiting.has(this)) return;
		const value = waiting.get(this);
		waiting.delete(this);
		// Once the first pictures have gone.
		const timer = setInterval(async () => {
			const report = [...(await this.getStats()).values()];
			if (!report.some(({ type, framesSent }) => type === 'outbound-rtp' && framesSent > 0)) return;
			clearInterval(timer);
			transform?.set?.call(this, value);
			window.story = { late: Number(window.story?.['late']) + 1 };
		}, 20);
	};
}

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	for (const { screen } of [vidal, marsh]) await screen.page.addInitScript(smallCameras);
	await marsh.screen.page.addInitScript(assignTransformsLate);
	await vidal.join();
	await marsh.arrive();
	await marsh.screen.click('button', 'Join');

	const pressed = Date.now();
	await marsh.reaches('problem', WITHIN_MS);
	const took = Date.now() - pressed;
	expect(took < WITHIN_MS, `the page went on for ${took} ms`);
	const late = await marsh.screen.evaluate(() => window.story?.['late']);
	expect(late === 1, 'the fault was not there: the camera sent nothing before it had its transform');
	await marsh.reads('Stopped for your protection');
	const isClosed = await marsh.screen.evaluate(() => (window.sommet.pc?.connectionState ?? 'closed') === 'closed');
	expect(isClosed, 'the media connection goes on');

	await pause(1000);
	const stats = await vidal.screen.evaluate(() => window.sommet.stats());
	const pictures = stats.filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
	const received = pictures.reduce((all, entry) => all + Number(entry['framesReceived'] ?? 0), 0);
	expect(received === 0, `the server passed on ${received} frames of the picture`);
	// Only sound may have been opened, which was sealed.
	const sound = stats.filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio').map(({ mid }) => mid);
	for (const { mid, kind, counts } of await linesOf(vidal))
		expect(kind || sound.includes(mid) || !counts?.opened, `line ${mid}: ${JSON.stringify(counts)}`);
	expect(!(await vidal.picture(marsh.seat)), `${vidal.seat} sees ${marsh.seat}`);
	await story.pictures();
}
