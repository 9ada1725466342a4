import { longestStandstill, looksAt, watchLines } from '../harness/gaps.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'a tile that grows and shrinks fifty times gets fifty pictures of its size, and never stands still';
export const seconds = 300;
/** It measures, and is played when nothing else runs. */
export const long = true;

const SWITCHES = 50;
/** In milliseconds. */
const STANDSTILL_MS = 500;
const SWITCH_WITHIN_MS = 8000;
/** Heights of the tile, in pixels. */
const [SMALL, LARGE] = [120, 700];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit();
	const [marsh, hale] = [await story.person(summit, 'meridia-head'), await story.person(summit, 'vesland-head')];
	await story.meet(marsh, hale);
	await Promise.all([marsh.sees(hale), hale.sees(marsh)]);
	const heightOf = async () => (await marsh.picture(hale.seat))?.height ?? 0;
	const becomes = async (/** @type {number} */ height) => {
		await marsh.screen.evaluate(
			({ seat, lines }) => {
				const video = document.querySelector(`[data-tile="${seat}"] video`);
				if (video instanceof HTMLVideoElement) video.style.blockSize = `${lines / devicePixelRatio}px`;
			},
			{ seat: hale.seat, lines: height },
		);
		const fits = (/** @type {number} */ lines) => (height === SMALL ? lines > 0 && lines <= 180 : lines >= 700);
		await eventually(`a picture for ${height} lines`, async () => fits(await heightOf()), {
			within: SWITCH_WITHIN_MS,
			every: 50,
		});
	};
	await becomes(LARGE);

	await watchLines(marsh, [hale.seat]);
	const processor = await story.processorOfAll();
	const begin = Date.now();
	for (let done = 0; done < SWITCHES; done += 1) await becomes(done % 2 === 0 ? SMALL : LARGE);
	processor.stop();
	const looks = await looksAt(marsh, hale.seat);
	const standstill = longestStandstill(looks);
	const waited = processor.longestWait(standstill.from - 300, standstill.to);
	story.says(
		`${SWITCHES} switches in ${Date.now() - begin} ms, longest standstill ${Math.round(standstill.ms)} ms (waited ${Math.round(waited)} ms)`,
	);
	await story.pictures();
	expect(standstill.ms - waited < STANDSTILL_MS, `the picture stood still for ${Math.round(standstill.ms)} ms`);
}
