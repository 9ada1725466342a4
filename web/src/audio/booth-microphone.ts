/**
 * The interpreter's microphone on its way out: the cough button and mute are ramps of 10 ms, not cuts, so that listeners
 * hear no click. The track that is sent stays the same however often it is switched; silence is sent meanwhile.
 */
import { loudness } from '../media/level';
import { sourceOf } from './context';
import { COUGH_RAMP_MS, fadeAt } from './dsp/smoothed-gain';

/** About twelve times a second: lively to the eye, cheap for the computer. */
const EVERY_MS = 80;
/** So many points draw the ramp. */
const RAMP_POINTS = 32;

/** Why nothing is let through, if so. */
export interface Switches {
	/** Switched off until it is switched on. */
	readonly muted: boolean;
	/** The cough key is held. */
	readonly coughing: boolean;
}

/** Whether listeners hear the microphone: neither switch may hold it. */
export function isOpen({ muted, coughing }: Switches): boolean {
	return !muted && !coughing;
}

export class BoothMicrophone {
	/** What is to be sent: one channel. */
	readonly track: MediaStreamTrack;
	readonly #context: AudioContext;
	readonly #source: MediaStreamAudioSourceNode;
	readonly #gain: GainNode;
	readonly #analyser: AnalyserNode;
	readonly #samples: Float32Array<ArrayBuffer>;
	readonly #timers = new Set<ReturnType<typeof setInterval>>();
	#switches: Switches;

	/**
	 * @param track of the microphone, captured by the profile of booths; it stays the caller's, also to be stopped
	 * @param muted to begin with: an interpreter switches on when it is their turn
	 * @throws DOMException (`InvalidStateError`) when the track carries no sound
	 */
	constructor(track: MediaStreamTrack, muted = true) {
		const { context, source } = sourceOf(track);
		this.#context = context;
		this.#source = source;
		this.#switches = { muted, coughing: false };
		this.#gain = context.createGain();
		this.#gain.gain.value = isOpen(this.#switches) ? 1 : 0;
		this.#analyser = context.createAnalyser();
		this.#analyser.fftSize = 2048;
		this.#samples = new Float32Array(this.#analyser.fftSize);
		const destination = context.createMediaStreamDestination();
		destination.channelCount = 1;
		destination.channelCountMode = 'explicit';
		source.connect(this.#analyser);
		source.connect(this.#gain).connect(destination);
		const [sent] = destination.stream.getAudioTracks();
		if (!sent) throw new DOMException('no track to send', 'InvalidStateError');
		this.track = sent;
	}

	/** Listeners hear it. */
	get isOpen(): boolean {
		return isOpen(this.#switches);
	}

	get switches(): Switches {
		return this.#switches;
	}

	/** Mute, until it is taken back. */
	mute(muted: boolean): void {
		this.#use({ ...this.#switches, muted });
	}

	/** The cough key goes down or up; with mute on, coming up opens nothing. */
	cough(coughing: boolean): void {
		this.#use({ ...this.#switches, coughing });
	}

	/**
	 * Tells about twelve times a second how loud the microphone is, 0 to 1, also while it is closed: who speaks into a closed
	 * microphone must be told. Until the function that it gives is called.
	 */
	onLevel(tell: (level: number) => void): () => void {
		const timer = setInterval(() => {
			this.#analyser.getFloatTimeDomainData(this.#samples);
			tell(loudness(this.#samples));
		}, EVERY_MS);
		this.#timers.add(timer);
		return () => {
			clearInterval(timer);
			this.#timers.delete(timer);
		};
	}

	/** The track that is sent ends. */
	async close(): Promise<void> {
		for (const timer of this.#timers) clearInterval(timer);
		this.#timers.clear();
		this.track.stop();
		this.#source.disconnect();
		await this.#context.close();
	}

	#use(switches: Switches): void {
		const wasOpen = this.isOpen;
		this.#switches = switches;
		if (this.isOpen === wasOpen) return;
		const { gain } = this.#gain;
		const [from, to, now] = [gain.value, this.isOpen ? 1 : 0, this.#context.currentTime];
		gain.cancelScheduledValues(0);
		gain.setValueCurveAtTime(ramp(from, to), now, COUGH_RAMP_MS / 1000);
	}
}

/** From one gain to another without a corner at either end. */
export function ramp(from: number, to: number): Float32Array<ArrayBuffer> {
	const points = new Float32Array(RAMP_POINTS);
	for (let point = 0; point < RAMP_POINTS; point += 1) {
		points[point] = fadeAt(from, to, point / (RAMP_POINTS - 1), 'gain');
	}
	return points;
}
