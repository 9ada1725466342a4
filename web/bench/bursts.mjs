/**
 * What `audio.mjs` gives a page: a microphone that gives bursts or a sweep, ears at every place where sound comes out, and a
 * connection to another page without Sommet.
 */

/** @typedef {import('../e2e/harness/console.mjs').Anybody} Anybody */

/**
 * Where an ear is: at the page's own microphone, at what comes of somebody's microphone, at what leaves the console's mixer, or at
 * what comes from the other page without Sommet.
 * @typedef {'own' | 'mix' | 'peer' | { seat: string }} Place
 */

/** By which line it came over the network. @typedef {'peer' | { seat: string }} Line */

/**
 * @typedef {object} Tools what a page can do for the measurement, at `window.story`
 * @property {(on: boolean) => void} bursts
 * @property {(hertz: number[], seconds: number) => Promise<void>} sweep each tone for so long
 * @property {(name: string, place: Place) => boolean} ear whether there is sound at that place
 * @property {(name: string) => number[]} onsets when each burst began there, in milliseconds of the machine's clock
 * @property {(name: string) => number} clock by how much `performance` is ahead of the machine's clock at least, in milliseconds
 * @property {(line: Line) => Promise<{ seconds: number, samples: number }>} buffered for how long the samples of all time lay in the
 * buffer that evens out the network, all together
 * @property {(name: string, on: boolean) => void} record
 * @property {(name: string, hertz: number[]) => number[]} levels the amplitude of each tone in what was recorded
 * @property {() => Promise<string>} offer
 * @property {(offer: string) => Promise<string>} answer
 * @property {(answer: string) => Promise<void>} accept
 */

/**
 * Set up before the page runs; it uses nothing from outside itself. Times are those that the browser writes on sound
 * (`AudioData.timestamp`), of the one monotonic clock of the machine: they do not depend on when a script comes to read it.
 */
export function burstsAndEars() {
	const RATE = 48_000;
	/** In seconds. No multiple of a packet's 20 ms, so that bursts begin everywhere in a packet. */
	const [EVERY, LENGTH] = [0.8137, 0.06];
	/** Far below the limiter of the console, which is part of the way. */
	const [BURST_HZ, BURST, TONE] = [1500, 0.25, 0.2];
	/** What is silent between two bursts could be lost without a difference. */
	const [HUM_HZ, HUM] = [180, 0.01];
	/** A burst begins where a sample is louder than the first, after so many that are not. */
	const [LOUD, QUIET] = [0.08, 0.1 * RATE];
	/** Of what is recorded of a tone, so much is looked at together, in so small steps. */
	const [WINDOW, STEP] = [0.4 * RATE, 0.1 * RATE];

	/** @typedef {{ onsets: number[], clock: number, recorded: Float32Array[] | undefined, last: Float32Array[] }} Ear */

	/** @type {Map<string, Ear>} */
	const ears = new Map();
	/** @type {MediaStreamTrack | undefined} */
	let mixed;
	/** @type {MediaStreamTrack | undefined} */
	let fromPeer;
	/** @type {RTCPeerConnection | undefined} */
	let peer;

	const makeMouth = () => {
		const context = new AudioContext({ sampleRate: RATE });
		const end = new MediaStreamAudioDestinationNode(context, { channelCount: 1, channelCountMode: 'explicit' });
		const hum = new OscillatorNode(context, { frequency: HUM_HZ });
		hum.connect(new GainNode(context, { gain: HUM })).connect(end);
		const tone = new OscillatorNode(context, { frequency: BURST_HZ });
		const gate = new GainNode(context, { gain: 0 });
		tone.connect(gate).connect(end);
		for (const source of [hum, tone]) source.start();
		const track = /** @type {MediaStreamTrack} */ (end.stream.getAudioTracks()[0]);
		return { context, tone, gate, track };
	};
	/** @type {ReturnType<typeof makeMouth> | undefined} */
	let made;
	const mouth = () => (made ??= makeMouth());

	const camera = () => {
		const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
		const pen = canvas.getContext('2d');
		let frame = 0;
		setInterval(() => pen?.fillRect((frame += 1) % 160, 0, 1, 90), 500);
		return canvas.captureStream(2).getVideoTracks();
	};
	navigator.mediaDevices.getUserMedia = (wish) =>
		Promise.resolve(
			new MediaStream([...(wish?.audio ? [mouth().track.clone()] : []), ...(wish?.video ? camera() : [])]),
		);

	// The console's mixer is the one worklet that plays; what it plays is taken where it leaves.
	const connect = /** @type {any} */ (AudioNode.prototype.connect);
	/** @type {any} */ (AudioNode.prototype).connect = function (/** @type {any[]} */ ...to) {
		if (to[0] instanceof AudioDestinationNode && this instanceof AudioWorkletNode) {
			const end = new MediaStreamAudioDestinationNode(/** @type {AudioContext} */ (this.context));
			connect.call(this, end);
			mixed = end.stream.getAudioTracks()[0];
		}
		return connect.apply(this, to);
	};

	/** @param {MediaStreamTrack} track @param {Ear} ear */
	const listen = async (track, ear) => {
		/** @type {new (of: { track: MediaStreamTrack }) => { readable: ReadableStream<AudioData> }} */
		const Processor = Reflect.get(window, 'MediaStreamTrackProcessor');
		const reader = new Processor({ track }).readable.getReader();
		let quiet = 0;
		for (;;) {
			const { value: data } = await reader.read();
			if (!data) return;
			const { timestamp, sampleRate, numberOfFrames } = data;
			ear.clock = Math.min(ear.clock, performance.timeOrigin + performance.now() - timestamp / 1000);
			const samples = new Float32Array(numberOfFrames);
			data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
			data.close();
			ear.recorded?.push(samples);
			for (const [index, sample] of samples.entries()) {
				if (Math.abs(sample) < LOUD) quiet += 1;
				else {
					if (quiet >= QUIET) ear.onsets.push((timestamp + (1e6 * index) / sampleRate) / 1000);
					quiet = 0;
				}
			}
		}
	};

	/** @param {string} seat */
	const receiverFrom = (seat) => {
		const { sommet } = window;
		const source = sommet.state().meeting?.sources.find((one) => one.seat === seat && one.kind === 'microphone');
		const mid = source && Object.entries(sommet.slots()).find(([, id]) => id === source.id)?.[0];
		return sommet.pc?.getTransceivers().find((line) => mid !== undefined && line.mid === mid)?.receiver;
	};
	/** @param {Place} place */
	const trackAt = (place) => {
		if (place === 'own') return mouth().track;
		if (place === 'mix') return mixed;
		if (place === 'peer') return fromPeer;
		return receiverFrom(place.seat)?.track;
	};

	const newPeer = () => {
		peer = new RTCPeerConnection();
		peer.addEventListener('track', ({ track }) => {
			fromPeer = track;
			// Played like the others, or nothing asks the decoder for sound.
			const element = Object.assign(new Audio(), { srcObject: new MediaStream([track]) });
			void element.play();
		});
		return peer;
	};
	/** @param {RTCPeerConnection} of */
	const described = async (of) => {
		await of.setLocalDescription();
		while (of.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
		return of.localDescription?.sdp ?? '';
	};

	/** The largest amplitude of one tone in any window (Hann, Goertzel). @param {Float32Array} sound @param {number} hertz */
	const loudest = (sound, hertz) => {
		const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
		let most = 0;
		for (let begin = 0; begin + WINDOW <= sound.length; begin += STEP) {
			let [last, before] = [0, 0];
			for (let at = 0; at < WINDOW; at += 1) {
				const weight = 1 - Math.cos((2 * Math.PI * at) / WINDOW);
				[last, before] = [weight * (sound[begin + at] ?? 0) + turn * last - before, last];
			}
			const power = last * last + before * before - turn * last * before;
			most = Math.max(most, (2 * Math.sqrt(Math.max(0, power))) / WINDOW);
		}
		return most;
	};

	let bursting = 0;
	/** @type {Tools} */
	const tools = {
		bursts: (on) => {
			clearInterval(bursting);
			if (!on) return;
			const { context, tone, gate } = mouth();
			tone.frequency.value = BURST_HZ;
			let next = context.currentTime + EVERY * (1 + Math.random());
			bursting = window.setInterval(() => {
				for (; next < context.currentTime + 2; next += EVERY) {
					gate.gain.setValueAtTime(BURST, next);
					gate.gain.setValueAtTime(0, next + LENGTH);
				}
			}, 500);
		},
		sweep: async (hertz, seconds) => {
			const { context, tone, gate } = mouth();
			const begin = context.currentTime + 0.5;
			for (const [index, one] of hertz.entries()) tone.frequency.setValueAtTime(one, begin + index * seconds);
			gate.gain.setTargetAtTime(TONE, begin, 0.01);
			gate.gain.setTargetAtTime(0, begin + hertz.length * seconds, 0.01);
			await new Promise((resolve) => setTimeout(resolve, 1000 * (hertz.length * seconds + 2)));
		},
		ear: (name, place) => {
			const track = trackAt(place);
			if (!track) return false;
			/** @type {Ear} */
			const ear = { onsets: [], clock: Infinity, recorded: undefined, last: [] };
			ears.set(name, ear);
			void listen(track.clone(), ear);
			return true;
		},
		onsets: (name) => ears.get(name)?.onsets ?? [],
		clock: (name) => ears.get(name)?.clock ?? NaN,
		buffered: async (line) => {
			const receiver = line === 'peer' ? peer?.getReceivers()[0] : receiverFrom(line.seat);
			const all = [...((await receiver?.getStats()) ?? new Map()).values()];
			const { jitterBufferDelay = NaN, jitterBufferEmittedCount = NaN } =
				all.find(({ type }) => type === 'inbound-rtp') ?? {};
			return { seconds: jitterBufferDelay, samples: jitterBufferEmittedCount };
		},
		record: (name, on) => {
			const ear = ears.get(name);
			if (!ear) return;
			ear.last = ear.recorded ?? [];
			ear.recorded = on ? [] : undefined;
		},
		levels: (name, hertz) => {
			const blocks = ears.get(name)?.last ?? [];
			const sound = new Float32Array(blocks.reduce((length, block) => length + block.length, 0));
			let at = 0;
			for (const block of blocks) {
				sound.set(block, at);
				at += block.length;
			}
			return hertz.map((one) => loudest(sound, one));
		},
		offer: () => {
			const own = newPeer();
			own.addTrack(mouth().track.clone());
			return described(own);
		},
		answer: async (sdp) => {
			const own = newPeer();
			await own.setRemoteDescription({ type: 'offer', sdp });
			return described(own);
		},
		accept: async (sdp) => peer?.setRemoteDescription({ type: 'answer', sdp }),
	};
	window.story = { ...window.story, ...tools };
}

/**
 * Has a page do something of the above.
 * @template {keyof Tools} N
 * @param {Anybody} person
 * @param {N} name
 * @param {Parameters<Tools[N]>} given
 * @returns {Promise<Awaited<ReturnType<Tools[N]>>>}
 */
export function has({ screen }, name, ...given) {
	return screen.evaluate(
		([what, words]) =>
			/** @type {Record<string, (...words: unknown[]) => any>} */ (/** @type {unknown} */ (window.story))[what]?.(
				...words,
			),
		/** @type {[string, unknown[]]} */ ([name, given]),
	);
}
