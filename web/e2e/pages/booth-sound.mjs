/** A booth's sound in a browser: what it hears over WebRTC, and what its microphone sends. */
/// <reference types="vite/client" />
import { BoothMicrophone } from '../../src/audio/booth-microphone';
import { BoothSound } from '../../src/audio/booth-sound';

/** What came out for the ear, or out of the microphone. */
class Ear {
	/** @type {AnalyserNode} */
	#left;
	/** @type {AnalyserNode} */
	#right;

	/** @param {BaseAudioContext} context @param {AudioNode} node */
	constructor(context, node) {
		const splitter = context.createChannelSplitter(2);
		[this.#left, this.#right] = [context.createAnalyser(), context.createAnalyser()];
		node.connect(splitter);
		splitter.connect(this.#left, 0);
		splitter.connect(this.#right, 1);
	}

	/** The highest sample of the last moment on each side, in dBFS. */
	get peaks() {
		return [this.#left, this.#right].map((analyser) => {
			const samples = new Float32Array(analyser.fftSize);
			analyser.getFloatTimeDomainData(samples);
			return 20 * Math.log10(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1e-6));
		});
	}
}

/**
 * A tone, as a microphone gives one.
 * @param {number} hertz @param {number} gain
 */
function tone(hertz, gain) {
	const context = new AudioContext();
	const [oscillator, volume] = [context.createOscillator(), context.createGain()];
	const destination = context.createMediaStreamDestination();
	oscillator.frequency.value = hertz;
	volume.gain.value = gain;
	oscillator.connect(volume).connect(destination);
	oscillator.start();
	const [track] = destination.stream.getAudioTracks();
	if (!track) throw new Error('there is no track');
	return { track, volume };
}

/**
 * The same track at the other end of a connection.
 * @param {MediaStreamTrack} track
 * @returns {Promise<MediaStreamTrack>}
 */
async function overWebRtc(track) {
	const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
	near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate ?? undefined);
	far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate ?? undefined);
	/** @type {Promise<MediaStreamTrack>} */
	const arrived = new Promise((resolve) => (far.ontrack = (event) => resolve(event.track)));
	near.addTrack(track);
	await near.setLocalDescription();
	if (near.localDescription) await far.setRemoteDescription(near.localDescription);
	await far.setLocalDescription();
	if (far.localDescription) await near.setRemoteDescription(far.localDescription);
	return arrived;
}

/** Listens to what goes to the speaker of any context. @returns {Ear[]} filled as they come */
function listen() {
	/** @type {Ear[]} */
	const ears = [];
	const connect = AudioNode.prototype.connect;
	AudioNode.prototype.connect = /** @type {any} */ (
		/** @this {AudioNode} @param {any[]} words */
		function (...words) {
			const given = Reflect.apply(connect, this, words);
			if (words[0] instanceof AudioDestinationNode) ears.push(new Ear(this.context, this));
			return given;
		}
	);
	return ears;
}

/** What a story asks of a booth's sound; all levels in dBFS. */
export async function openBooth() {
	const ears = listen();
	const [soft, loud] = [tone(1000, 0.05), tone(3000, 1)];
	const sound = await BoothSound.open();
	let most = 0;
	let reports = 0;
	sound.onReduction((decibels) => {
		most = Math.max(most, decibels);
		reports += 1;
	});
	const tracks = { soft: await overWebRtc(soft.track), loud: await overWebRtc(loud.track) };
	return {
		sound,
		tracks,
		peaks: () => ears[0]?.peaks ?? [],
		/** The most that was taken back since this was asked last, in decibels, and how often that was told. */
		reduction() {
			const told = { most, reports };
			[most, reports] = [0, 0];
			return told;
		},
	};
}

/** A microphone that gives a tone, and how loud what it sends is, in dBFS. */
export function openMicrophone() {
	const microphone = new BoothMicrophone(tone(500, 0.5).track, false);
	let level = 0;
	microphone.onLevel((now) => (level = now));
	const context = new AudioContext();
	const ear = new Ear(context, context.createMediaStreamSource(new MediaStream([microphone.track])));
	return { microphone, sent: () => ear.peaks[0] ?? -Infinity, level: () => level };
}
