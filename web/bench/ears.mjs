/**
 * How late somebody is heard: their microphone gives short beeps, and both pages write down when they hear one, the
 * speaker's as it leaves the microphone and the listener's as it leaves the decoder. All pages share one clock.
 */

/** @typedef {import('../e2e/harness/gaps.mjs').Listener} Listener */

/** Sound that is later than this would be taken for that of the next beep, in milliseconds. */
const LATEST_MS = 750;

/** Gives a page such a microphone; set up before the page runs. It uses nothing from outside itself. */
export function beepingMicrophone() {
	/** In seconds. */
	const [EVERY, LENGTH] = [0.8, 0.06];
	const [TONE_HZ, HUM_HZ] = [1500, 180];
	const devices = navigator.mediaDevices;
	const ask = devices.getUserMedia.bind(devices);
	/** @type {MediaStreamTrack | undefined} */
	let microphone;
	const beeping = () => {
		const context = new AudioContext();
		const end = context.createMediaStreamDestination();
		// What is silent between two beeps could be lost without a difference.
		const hum = new OscillatorNode(context, { frequency: HUM_HZ });
		hum.connect(new GainNode(context, { gain: 0.05 })).connect(end);
		hum.start();
		const tone = new OscillatorNode(context, { frequency: TONE_HZ });
		const gate = new GainNode(context, { gain: 0 });
		tone.connect(gate).connect(end);
		tone.start();
		let next = context.currentTime + EVERY;
		setInterval(() => {
			for (; next < context.currentTime + 2; next += EVERY) {
				gate.gain.setValueAtTime(0.6, next);
				gate.gain.setValueAtTime(0, next + LENGTH);
			}
		}, 500);
		return /** @type {MediaStreamTrack} */ (end.stream.getAudioTracks()[0]);
	};
	devices.getUserMedia = async (wish) => {
		const seen = wish?.video ? await ask({ video: wish.video }) : new MediaStream();
		if (wish?.audio) seen.addTrack((microphone ??= beeping()).clone());
		return seen;
	};

	/**
	 * Notes when a track begins to beep.
	 * @param {string} name
	 * @param {MediaStreamTrack} track
	 */
	const listen = async (name, track) => {
		/** In milliseconds since 1970. @type {number[]} */
		const heard = [];
		window.story = { ...window.story, [name]: heard };
		/** @type {new (of: { track: MediaStreamTrack }) => { readable: ReadableStream<AudioData> }} */
		const Processor = Reflect.get(window, 'MediaStreamTrackProcessor');
		const reader = new Processor({ track }).readable.getReader();
		let quiet = 0;
		for (;;) {
			const { value: data } = await reader.read();
			if (!data) return;
			const now = performance.timeOrigin + performance.now();
			const samples = new Float32Array(data.numberOfFrames);
			data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
			const { sampleRate } = data;
			data.close();
			const turn = 2 * Math.cos((2 * Math.PI * TONE_HZ) / sampleRate);
			let [last, beforeLast] = [0, 0];
			for (const sample of samples) [last, beforeLast] = [sample + turn * last - beforeLast, last];
			const power = last * last + beforeLast * beforeLast - turn * last * beforeLast;
			const isTone = (2 * Math.sqrt(Math.max(0, power))) / samples.length > 0.1;
			if (isTone && quiet >= 100) heard.push(now);
			quiet = isTone ? 0 : quiet + (1000 * samples.length) / sampleRate;
		}
	};
	/** @param {string} seat of whom, or nobody for the own microphone */
	const begin = (seat) => {
		if (seat === '') return microphone ? void listen('given', microphone.clone()) : undefined;
		const { sommet } = window;
		const source = sommet
			.state()
			.meeting?.sources.find((candidate) => candidate.seat === seat && candidate.kind === 'microphone');
		const mid = source && Object.entries(sommet.slots()).find(([, id]) => id === source.id)?.[0];
		const line = sommet.pc?.getTransceivers().find((transceiver) => transceiver.mid === mid);
		if (line) void listen('heard', line.receiver.track.clone());
	};
	addEventListener('listen', (event) => begin(/** @type {CustomEvent<string>} */ (event).detail));
}

/**
 * From now on it is noted when the one gives beeps and the other hears them.
 * @param {Listener} speaker
 * @param {Listener} listener
 */
export async function compareEars(speaker, listener) {
	for (const [{ screen }, seat] of /** @type {const} */ ([
		[speaker, ''],
		[listener, speaker.seat],
	]))
		await screen.evaluate((detail) => void dispatchEvent(new CustomEvent('listen', { detail })), seat);
}

/**
 * How late each beep was heard that was given in a time, in milliseconds.
 * @param {Listener} speaker
 * @param {Listener} listener
 * @param {number} from in milliseconds since 1970
 * @param {number} to
 */
export async function delays(speaker, listener, from, to) {
	const [given, heard] = await Promise.all([notes(speaker, 'given'), notes(listener, 'heard')]);
	const late = given
		.filter((at) => at >= from && at < to)
		.map((at) => (heard.find((then) => then >= at) ?? Infinity) - at);
	return late.filter((ms) => ms < LATEST_MS);
}

/**
 * @param {Listener} person
 * @param {'given' | 'heard'} what
 * @returns {Promise<number[]>}
 */
function notes({ screen }, what) {
	return screen.evaluate((name) => /** @type {number[]} */ (window.story?.[name] ?? []), what);
}
