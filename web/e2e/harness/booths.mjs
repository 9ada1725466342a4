/** What stories of interpretation need: voices that are tones, interpreters at work, and what a page lets its listener hear. */
import { eventually, expect } from './wait.mjs';

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Anybody */
/** @typedef {import('../../src/wire/types').Request} Request */

/** Tones far enough apart that none is heard in another's place, in hertz. */
export const TONES = { floor: 500, english: 1100, french: 1700, russian: 2300 };

/** Amplitudes: below the first there is silence, above the second somebody is heard. */
export const [SILENT, HEARD] = [0.005, 0.05];

/**
 * Gives a page a microphone that sounds one tone, which the story can silence, and a small dark camera; keeps the page's way to
 * the server, so that a story can ask for what has no button yet; and listens to what the page plays, as loud as it plays it.
 * Set up before the page runs; it uses nothing from outside itself.
 * @param {{ hertz: number, tones: number[] }} how its own tone, and those that may be heard
 */
export function toneVoice({ hertz, tones }) {
	/** @type {GainNode[]} */
	const voices = [];
	/** @type {HTMLMediaElement[]} */
	const playing = [];
	/** @type {WebSocket[]} */
	const sockets = [];
	const SAMPLES = 1024;
	const samples = new Float32Array(SAMPLES);
	/** @type {Map<HTMLMediaElement, { track: string, analyser: AnalyserNode }>} */
	const ears = new Map();
	/** @type {AudioContext | undefined} */
	let context;

	navigator.mediaDevices.getUserMedia = async (wish) => {
		const tracks = [];
		if (wish?.audio) {
			const own = new AudioContext();
			const oscillator = new OscillatorNode(own, { frequency: hertz });
			const voice = new GainNode(own, { gain: 0.5 });
			const end = own.createMediaStreamDestination();
			oscillator.connect(voice).connect(end);
			oscillator.start();
			voices.push(voice);
			tracks.push(...end.stream.getAudioTracks());
		}
		if (wish?.video) {
			const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
			const pen = canvas.getContext('2d');
			let frame = 0;
			setInterval(() => pen?.fillRect((frame += 1) % 160, 0, 1, 90), 200);
			tracks.push(...canvas.captureStream(5).getVideoTracks());
		}
		return new MediaStream(tracks);
	};

	const play = HTMLMediaElement.prototype.play;
	HTMLMediaElement.prototype.play = function () {
		if (this instanceof HTMLAudioElement && !playing.includes(this)) playing.push(this);
		return play.call(this);
	};

	const send = WebSocket.prototype.send;
	WebSocket.prototype.send = function (/** @type {string} */ data) {
		if (!sockets.includes(this)) sockets.push(this);
		send.call(this, data);
	};

	/** @param {HTMLMediaElement} element */
	const earOf = (element) => {
		const stream = element.srcObject;
		const track = stream instanceof MediaStream ? stream.getAudioTracks()[0] : undefined;
		if (!track) return undefined;
		const known = ears.get(element);
		if (known?.track === track.id) return known.analyser;
		context ??= new AudioContext();
		const analyser = new AnalyserNode(context, { fftSize: SAMPLES });
		context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
		ears.set(element, { track: track.id, analyser });
		return analyser;
	};

	/** The amplitude of one tone (Goertzel). @param {number} tone @param {number} rate */
	const amplitude = (tone, rate) => {
		const turn = 2 * Math.cos((2 * Math.PI * tone) / rate);
		let [last, before] = [0, 0];
		for (const sample of samples) [last, before] = [sample + turn * last - before, last];
		return (2 * Math.sqrt(Math.max(0, last * last + before * before - turn * last * before))) / SAMPLES;
	};

	/** How loud each of the tones is now. @returns {Record<number, number>} */
	const heard = () => {
		const levels = Object.fromEntries(tones.map((tone) => [tone, 0]));
		for (const element of playing) {
			const volume = element.muted || element.paused ? 0 : element.volume;
			const analyser = earOf(element);
			if (!analyser || volume === 0) continue;
			analyser.getFloatTimeDomainData(samples);
			for (const tone of tones)
				levels[tone] = (levels[tone] ?? 0) + volume * amplitude(tone, analyser.context.sampleRate);
		}
		return levels;
	};

	window.story = {
		...window.story,
		heard,
		speak: (/** @type {boolean} */ on) => voices.forEach((voice) => (voice.gain.value = on ? 0.5 : 0)),
		ask: (/** @type {Request} */ request) =>
			sockets
				.filter(({ readyState }) => readyState === WebSocket.OPEN)
				.at(-1)
				?.send(JSON.stringify({ id: crypto.randomUUID(), ...request })),
		/** After the next press of that key: how long until that tone is heard, in milliseconds. */
		time: (/** @type {string} */ key, /** @type {number} */ tone, /** @type {number} */ level) => {
			heard();
			const found = new Promise((resolve) => {
				const began = (/** @type {KeyboardEvent} */ event) => {
					if (event.key.toLowerCase() !== key) return;
					removeEventListener('keydown', began, true);
					const begin = performance.now();
					const timer = setInterval(() => {
						if ((heard()[tone] ?? 0) < level) return;
						clearInterval(timer);
						resolve(performance.now() - begin);
					}, 2);
				};
				addEventListener('keydown', began, true);
			});
			window.story = { ...window.story, timed: found };
		},
	};
}

/**
 * Has somebody speak by a tone. To be called before they arrive.
 * @param {Anybody} person
 * @param {number} hertz
 */
export async function speaksAs({ screen }, hertz) {
	await screen.page.addInitScript(toneVoice, { hertz, tones: Object.values(TONES) });
}

/** Somebody speaks, or says nothing, with their microphone open. @param {Anybody} person */
export async function speaks({ screen }, on = true) {
	await screen.evaluate((so) => /** @type {any} */ (window.story).speak(so), on);
}

/** Asks the server for what this person may do, without a button. @param {Anybody} person @param {Request} request */
export async function asks({ screen }, request) {
	await screen.evaluate((what) => /** @type {any} */ (window.story).ask(what), request);
}

/**
 * An interpreter's microphone opens, or is shut; waits until everybody could know.
 * @param {Anybody} person
 */
export async function worksInBooth(person, open = true) {
	await asks(person, { type: 'booth.microphone', open });
	await eventually(`the microphone of ${person.seat} to be ${open ? 'open' : 'shut'}`, () =>
		person.screen.evaluate(
			({ seat, wanted }) => {
				const booths = window.sommet.state().meeting?.interpretation.booths ?? [];
				return booths.some((booth) => booth.open.some((one) => one.seat === seat)) === wanted;
			},
			{ seat: person.seat, wanted: open },
		),
	);
}

/** How loud each tone is at somebody, by its hertz. @param {Anybody} person @returns {Promise<Record<number, number>>} */
export function heardBy({ screen }) {
	return screen.evaluate(() => /** @type {any} */ (window.story).heard());
}

/**
 * Waits until somebody hears these tones, and those not.
 * @param {Anybody} person
 * @param {{ loud?: number[], soft?: number[], not?: number[] }} what `soft`: under the others, but there
 */
export function hearsTones(person, { loud = [], soft = [], not = [] }, within = 10_000) {
	let last = '';
	return eventually(
		`${person.seat} to hear ${loud.join(', ')} Hz, softly ${soft.join(', ') || 'nothing'}, and not ${not.join(', ')}`,
		async () => {
			const levels = await heardBy(person);
			last = JSON.stringify(levels);
			const level = (/** @type {number} */ tone) => levels[tone] ?? 0;
			const isSo =
				loud.every((tone) => level(tone) > 0.2) &&
				soft.every((tone) => level(tone) > SILENT && level(tone) < HEARD * 2) &&
				not.every((tone) => level(tone) < SILENT);
			if (!isSo) throw new Error(last);
			return levels;
		},
		{ within, every: 50 },
	);
}

/**
 * How long after a key a tone is heard, in milliseconds.
 * @param {Anybody} person
 * @param {string} key
 * @param {number} tone
 * @returns {Promise<number>}
 */
export async function timeToSound({ screen, seat }, key, tone, within = 5000) {
	await screen.evaluate(
		([name, hertz, level]) => /** @type {any} */ (window.story).time(name, hertz, level),
		/** @type {[string, number, number]} */ ([key, tone, HEARD]),
	);
	await screen.press(key);
	const time = await screen.evaluate(
		(most) =>
			Promise.race([
				/** @type {Promise<number>} */ (window.story?.['timed']),
				new Promise((resolve) => setTimeout(() => resolve(null), most)),
			]),
		within,
	);
	expect(typeof time === 'number', `${seat} did not hear ${tone} Hz within ${within} ms of "${key}"`);
	return /** @type {number} */ (time);
}
