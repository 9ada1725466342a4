/** What stories of the interpreters' console need: what its mixer plays, what its microphone sends, and its keys. */
import { eventually, expect } from './wait.mjs';

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Anybody */

/**
 * Listens to what leaves the page by Web Audio, where the console's mixer plays. Set up before the page runs; it uses nothing
 * from outside itself.
 */
export function mixerEars() {
	/** @type {AnalyserNode[]} */
	const ears = [];
	const SAMPLES = 2048;
	const samples = new Float32Array(SAMPLES);
	const connect = /** @type {any} */ (AudioNode.prototype.connect);
	/** @type {any} */ (AudioNode.prototype).connect = function (/** @type {any[]} */ ...to) {
		if (to[0] instanceof AudioDestinationNode && this instanceof AudioWorkletNode) {
			const ear = new AnalyserNode(this.context, { fftSize: SAMPLES });
			connect.call(this, ear);
			ears.push(ear);
		}
		return connect.apply(this, to);
	};
	/** The amplitude of one tone (Goertzel). @param {number} tone @param {number} rate */
	const amplitude = (tone, rate) => {
		const turn = 2 * Math.cos((2 * Math.PI * tone) / rate);
		let [last, before] = [0, 0];
		for (const sample of samples) [last, before] = [sample + turn * last - before, last];
		return (2 * Math.sqrt(Math.max(0, last * last + before * before - turn * last * before))) / SAMPLES;
	};
	/** @param {number} tone */
	const mixed = (tone) =>
		ears.reduce((sum, ear) => {
			ear.getFloatTimeDomainData(samples);
			return sum + amplitude(tone, ear.context.sampleRate);
		}, 0);
	window.story = { ...window.story, mixed };
}

/** To be called before somebody arrives who works in a booth. @param {Anybody} person */
export async function hasConsole({ screen }) {
	await screen.page.addInitScript(mixerEars);
}

/** How loud a tone is in the mix that an interpreter hears. @param {Anybody} person @param {number} tone @returns {Promise<number>} */
export const mixedOf = ({ screen }, tone) =>
	screen.evaluate((hertz) => /** @type {any} */ (window.story).mixed(hertz), tone);

/**
 * Waits until an interpreter hears these tones in the mix, and those not.
 * @param {Anybody} person
 * @param {{ loud: number[], not?: number[] }} what
 */
export function hearsInMix(person, { loud, not = [] }, within = 10_000) {
	return eventually(
		`${person.seat} to hear ${loud.join(', ')} Hz in the mix, and not ${not.join(', ')}`,
		async () => {
			const levels = await Promise.all([...loud, ...not].map((tone) => mixedOf(person, tone)));
			return levels.every((level, index) => (index < loud.length ? level > 0.08 : level < 0.01));
		},
		{ within, every: 50 },
	);
}

/** Says that a headset is worn, by the key that is offered. @param {Anybody} person */
export async function wearsHeadset(person) {
	await person.hasOpen('headset');
	await person.screen.press('Enter');
	await eventually(`the headset of ${person.seat} to be noted`, () =>
		person.screen.evaluate(() => !document.querySelector('dialog[open]')),
	);
}

/** Waits until the lamp of the microphone says that. @param {Anybody} person @param {string} lamp */
export function hasLamp(person, lamp, within = 10_000) {
	return eventually(
		`the lamp of ${person.seat} to say "${lamp}"`,
		() =>
			person.screen.evaluate(
				(wanted) => document.querySelector(`[data-action="microphone"][data-lamp="${wanted}"]`) !== null,
				lamp,
			),
		{ within, every: 20 },
	);
}

/** Waits until the console's alarm is that; empty: none. @param {Anybody} person @param {string} alarm */
export function hasAlarm(person, alarm, within = 10_000) {
	return eventually(
		`the alarm of ${person.seat} to be "${alarm}"`,
		() =>
			person.screen.evaluate((wanted) => {
				const status = document.querySelector('[data-alarm]');
				return status?.getAttribute('data-alarm') === wanted && (status.textContent?.trim() !== '') === (wanted !== '');
			}, alarm),
		{ within, every: 20 },
	);
}

/** Presses the key of the microphone, and waits for the lamp. @param {Anybody} person @param {boolean} open */
export async function switchesMicrophone(person, open) {
	await person.screen.press('m');
	await hasLamp(person, open ? 'open' : 'shut');
}

/**
 * Notes for some time, every few milliseconds, whether each of two tones is heard by a listener; meanwhile something is done.
 * Gives for how long neither was heard around the change, and for how long both were, in milliseconds.
 * @param {Anybody} listener
 * @param {[number, number]} tones from, to
 * @param {() => Promise<unknown>} work
 */
export async function changeOfVoice({ screen, seat }, [from, to], work) {
	await screen.evaluate(
		({ one, other }) => {
			/** @type {{ at: number, one: boolean, other: boolean }[]} */
			const looks = [];
			const timer = setInterval(() => {
				const levels = /** @type {any} */ (window.story).heard();
				looks.push({ at: performance.now(), one: levels[one] > 0.05, other: levels[other] > 0.05 });
			}, 5);
			window.story = { ...window.story, looks, stopLooking: () => clearInterval(timer) };
		},
		{ one: from, other: to },
	);
	await work();
	const looksNow = () =>
		screen.evaluate(() => /** @type {{ at: number, one: boolean, other: boolean }[]} */ (window.story?.['looks']));
	await eventually(
		`${seat} to hear ${to} Hz alone`,
		async () => {
			const last = (await looksNow()).slice(-40);
			return last.length === 40 && last.every(({ one, other }) => other && !one);
		},
		{ every: 100 },
	);
	const looks = await looksNow();
	await screen.evaluate(() => /** @type {any} */ (window.story).stopLooking());
	expect(looks[0]?.one === true && looks[0].other === false, `${seat} did not hear ${from} Hz to begin with`);
	const lastOfOne = looks.findLast(({ one }) => one)?.at ?? 0;
	const firstOfOther = looks.find(({ other }) => other)?.at ?? 0;
	return { gap: Math.max(0, firstOfOther - lastOfOne), overlap: Math.max(0, lastOfOne - firstOfOther) };
}
