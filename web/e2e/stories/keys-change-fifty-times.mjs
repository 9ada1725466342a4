import { expect } from '../harness/wait.mjs';
import { goOnWhileKeysChange } from './keys-change.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'the same while people come and go fifty times in two minutes';
export const long = true;
export const seconds = 240;

const WITHIN_MS = 120_000;

/** @param {Story} story */
export default async function (story) {
	const took = await goOnWhileKeysChange(story, { changes: 50, every: 2300 });
	expect(took <= WITHIN_MS, `fifty changes took ${Math.round(took / 1000)} s`);
}
