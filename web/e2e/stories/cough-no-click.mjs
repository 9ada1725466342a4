import { speaksAs, TONES } from '../harness/booths.mjs';
import { switchesMicrophone, wearsHeadset } from '../harness/console.mjs';
import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'the cough key silences what is sent within 20 ms, and neither it nor the microphone key makes a click';

/** The microphone sounds that loud; what is quieter than a thousandth of it is silence. */
const AMPLITUDE = 0.5;
const SILENCE = AMPLITUDE / 1000;
/** What the tone itself jumps from one sample to the next, at the most, and a little for rounding. */
const STEP_MAX = 1.03 * AMPLITUDE * 2 * Math.sin((Math.PI * TONES.french) / 48_000);
const SILENT_WITHIN_MS = 20;

/** @param {Story} story */
export default async function (story) {
	const booths = [{ id: 'fr', languages: ['fr'], interpreters: ['interpreter-1'] }];
	const summit = await story.summit({ booths });
	const whitlock = await story.person(summit, 'interpreter-1');
	await speaksAs(whitlock, TONES.french);
	story.bots(summit, ['meridia-head', 'vesland-head'], { words: ['--publish', '--ready', '--height', '0'] });
	await whitlock.join();
	await whitlock.reaches('plenary');
	await wearsHeadset(whitlock);
	await switchesMicrophone(whitlock, true);

	await whitlock.screen.evaluate(record);
	await whitlock.screen.page.waitForFunction(() => /** @type {any} */ (window.story).isLoud());
	for (let cough = 0; cough < 3; cough += 1) {
		await whitlock.screen.page.keyboard.down('c');
		await whitlock.screen.page.waitForFunction(() => /** @type {any} */ (window.story).isQuiet());
		if (cough === 0) await story.picture(whitlock, 'cough');
		await whitlock.screen.page.keyboard.up('c');
		await whitlock.screen.page.waitForFunction(() => /** @type {any} */ (window.story).isLoud());
	}
	await switchesMicrophone(whitlock, false);
	await whitlock.screen.page.waitForFunction(() => /** @type {any} */ (window.story).isQuiet());
	const { step, falls } = await whitlock.screen.evaluate(measure, { amplitude: AMPLITUDE, silence: SILENCE });

	story.says(`steps of ${step.toFixed(4)} at the most, of the tone alone ${STEP_MAX.toFixed(4)}`);
	story.says(`from full to silent: ${falls.map((fall) => fall.toFixed(1)).join(', ')} ms`);
	expect(falls.length === 4, `silent ${falls.length} times, not 4`);
	expect(step <= STEP_MAX, `a step of ${step.toFixed(4)} from one sample to the next: a click`);
	for (const fall of falls) expect(fall < SILENT_WITHIN_MS, `silent only after ${fall.toFixed(1)} ms`);
}

/** Keeps every sample of the track that is sent, as the capture graph gives it. Runs in the page. */
function record() {
	const sender = window.sommet.pc?.getSenders().find(({ track }) => track?.kind === 'audio');
	if (!sender?.track) throw new Error('no sound is sent');
	const context = new AudioContext({ sampleRate: 48_000 });
	const source = context.createMediaStreamSource(new MediaStream([sender.track]));
	const tap = context.createScriptProcessor(2048, 1, 1);
	/** @type {Float32Array[]} */
	const blocks = [];
	tap.onaudioprocess = ({ inputBuffer }) => void blocks.push(inputBuffer.getChannelData(0).slice());
	source.connect(tap).connect(context.destination);
	/** @param {Float32Array | undefined} block */
	const top = (block) => block?.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) ?? 0;
	/** A quarter of a second of them. */
	const SOME = 6;
	const isLoud = () => blocks.length >= SOME && blocks.slice(-SOME).every((block) => top(block) > 0.45);
	window.story = { ...window.story, blocks, isQuiet: () => top(blocks.at(-1)) < 0.0005, isLoud };
}

/**
 * The largest step from one sample to the next, and how long each fall from full to silent took. Runs in the page.
 * @param {{ amplitude: number, silence: number }} known
 */
function measure({ amplitude, silence }) {
	const blocks = /** @type {Float32Array[]} */ (window.story?.['blocks']);
	const rate = 48_000;
	const samples = Float32Array.from(blocks.flatMap((block) => [...block]));
	// What came before the recording ran evenly is none of its business.
	const begin = samples.findIndex((sample) => Math.abs(sample) > 0.9 * amplitude) + rate / 10;
	let step = 0;
	for (let at = begin; at < samples.length; at += 1) {
		step = Math.max(step, Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0)));
	}
	/** The top of each millisecond. */
	const MS = rate / 1000;
	/** @type {number[]} */
	const tops = [];
	for (let at = begin; at + MS <= samples.length; at += MS) {
		tops.push(samples.slice(at, at + MS).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
	}
	/** @type {number[]} */
	const falls = [];
	let full = 0;
	let isFalling = false;
	tops.forEach((top, at) => {
		if (top > 0.97 * amplitude) [full, isFalling] = [at, true];
		else if (top < silence && isFalling) {
			falls.push(at - full);
			isFalling = false;
		}
	});
	return { step, falls };
}
