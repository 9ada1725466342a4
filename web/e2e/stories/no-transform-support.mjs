import { expect, pause } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a browser that cannot seal sound and picture is told so, and nothing leaves it';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	await marsh.screen.page.addInitScript(() => {
		Reflect.deleteProperty(window, 'RTCRtpScriptTransform');
		window.story = { connections: 0, asked: 0 };
		const count = (/** @type {string} */ what) => {
			if (window.story) window.story[what] = Number(window.story[what]) + 1;
		};
		window.RTCPeerConnection = class extends RTCPeerConnection {
			/** @param {RTCConfiguration} [configuration] */
			constructor(configuration) {
				super(configuration);
				count('connections');
			}
		};
		const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = (wish) => {
			count('asked');
			return ask(wish);
		};
	});
	await marsh.screen.goto(marsh.link);

	await marsh.reaches('problem');
	await marsh.reads(
		'This browser cannot take part',
		'Open your link in a current version of Chrome, Edge, Firefox or Safari',
	);
	await story.picture(marsh, 'told');
	await pause(1000);
	const { connections, asked } = /** @type {{ connections: number, asked: number }} */ (
		await marsh.screen.evaluate(() => window.story ?? {})
	);
	expect(connections === 0, `the page made ${connections} media connections`);
	expect(asked === 0, 'the page asked for camera or microphone all the same');
	expect(await marsh.screen.evaluate(() => window.sommet.pc === undefined), 'the page has a media connection');

	// The link was not used up: it opens in a browser that can.
	const elsewhere = await story.person(summit, 'meridia-head');
	await elsewhere.arrive();
}
