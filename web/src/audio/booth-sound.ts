/**
 * What an interpreter hears, through the mixer and its limiter. For where a headset is confirmed: the browser's echo
 * canceller does not hear what Web Audio plays, so that a loudspeaker would come back as an echo.
 */
import { newAudioContext } from './context';
import { CEILING_DB } from './dsp/limiter';
import { COUGH_RAMP_MS } from './dsp/smoothed-gain';
import type { FadeCurve } from './dsp/smoothed-gain';
import { AS_IT_CAME } from './mixer';
import type { Hearing } from './mixer';
import { MIXER, PLACES } from './mixer-messages';
import type { FromMixer, ToMixer } from './mixer-messages';
import mixerWorklet from './mixer-worklet.ts?worker&url';

/** Before a sound that goes is unplugged it has faded, in milliseconds. */
const UNPLUG_AFTER_MS = 5 * COUGH_RAMP_MS;

interface Plugged {
	readonly place: number;
	readonly source: MediaStreamAudioSourceNode;
	/**
	 * Browsers give a voice of one channel as two that are the same: turned to one side both would be added, and it would be
	 * 6 dB louder there.
	 */
	readonly channels: GainNode;
	readonly analyser: AnalyserNode;
	/** Muted: Chromium gives no sound of a remote track to Web Audio unless an element takes it as well (crbug.com/933677). */
	readonly element: HTMLAudioElement;
}

/** How a sound begins. */
export interface Adding {
	/** 1 to begin with; 0 to fade it in. */
	readonly gain?: number;
	/** It has two sides, as the sound of a film: voices have not. */
	readonly stereo?: boolean;
}
/** So many samples are looked at for a peak: more than pass between two looks, ten of which there are in a second. */
const PEAK_SAMPLES = 8192;

/** An `AudioContext` whose sound can go to another speaker: not in all browsers. */
interface WithSpeakers {
	setSinkId?(id: string): Promise<void>;
}

export class BoothSound {
	readonly #context: AudioContext;
	readonly #mixer: AudioWorkletNode;
	readonly #plugged = new Map<string, Plugged>();
	readonly #free = Array.from({ length: PLACES }, (_, place) => place);
	readonly #listeners = new Set<(decibels: number) => void>();
	readonly #samples = new Float32Array(PEAK_SAMPLES);
	#ceiling = CEILING_DB;

	private constructor(context: AudioContext) {
		this.#context = context;
		this.#mixer = new AudioWorkletNode(context, MIXER, {
			numberOfInputs: PLACES,
			numberOfOutputs: 1,
			outputChannelCount: [2],
			channelCount: 2,
			channelCountMode: 'clamped-max',
		});
		this.#mixer.port.onmessage = ({ data }: MessageEvent<FromMixer>) => {
			for (const listener of this.#listeners) listener(data.reduction);
		};
		this.#mixer.connect(context.destination);
	}

	/**
	 * Ready to play; silent until the person has touched the page, where the browser wants that.
	 * @throws DOMException (`AbortError`, `NotSupportedError`) when the browser cannot load the mixer
	 */
	static async open(): Promise<BoothSound> {
		const context = newAudioContext();
		try {
			await context.audioWorklet.addModule(mixerWorklet);
			return new BoothSound(context);
		} catch (error) {
			await context.close();
			throw error;
		}
	}

	/** To be called from a click or key: browsers then allow sound. */
	async unblock(): Promise<void> {
		await this.#context.resume();
	}

	/**
	 * Lets a track be heard, the same one under another id as well. What was there under this id goes.
	 * @throws RangeError when 32 are heard already
	 */
	add(id: string, track: MediaStreamTrack, { gain = 1, stereo = false }: Adding = {}): void {
		this.remove(id);
		const place = this.#free.shift();
		if (place === undefined) throw new RangeError(`no more than ${PLACES} sounds`);
		const stream = new MediaStream([track]);
		const element = new Audio();
		element.muted = true;
		element.srcObject = stream;
		void element.play().catch(() => undefined);
		const source = this.#context.createMediaStreamSource(stream);
		this.#send({ type: 'clear', place });
		this.#send({ type: 'fade', place, gain: 0, ms: 0, curve: 'gain' });
		this.#send({ type: 'fade', place, gain, ms: COUGH_RAMP_MS, curve: 'gain' });
		const channels = new GainNode(this.#context, { channelCount: stereo ? 2 : 1, channelCountMode: 'explicit' });
		const analyser = new AnalyserNode(this.#context, { fftSize: PEAK_SAMPLES });
		source.connect(analyser);
		source.connect(channels).connect(this.#mixer, 0, place);
		this.#plugged.set(id, { place, source, channels, analyser, element });
	}

	/** It is heard no more, without a click. */
	remove(id: string): void {
		const plugged = this.#plugged.get(id);
		if (!plugged) return;
		this.#plugged.delete(id);
		const { place, source, channels, element } = plugged;
		this.#send({ type: 'fade', place, gain: 0, ms: COUGH_RAMP_MS, curve: 'gain' });
		setTimeout(() => {
			source.disconnect();
			channels.disconnect();
			element.srcObject = null;
			this.#free.push(place);
		}, UNPLUG_AFTER_MS);
	}

	/** What is heard. */
	get ids(): readonly string[] {
		return [...this.#plugged.keys()];
	}

	/** How it is heard from now on; what is not named stays. An id that is not there is no error: it may just have gone. */
	set(id: string, wish: Partial<Hearing>): void {
		const place = this.#plugged.get(id)?.place;
		if (place !== undefined) this.#send({ type: 'hear', place, wish });
	}

	/** The highest peak of the last 170 ms as it came, before volume, tones and limiter; 0 where there is nothing. */
	peakOf(id: string): number {
		const analyser = this.#plugged.get(id)?.analyser;
		if (!analyser) return 0;
		analyser.getFloatTimeDomainData(this.#samples);
		return this.#samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
	}

	/** All as it came. */
	reset(id: string): void {
		this.set(id, AS_IT_CAME);
	}

	/**
	 * Fades to a gain, 0 to 1, beside the volume.
	 * @param ms see `CROSS_FADE_MS` of dsp/smoothed-gain.ts
	 * @param curve `power` where another voice fades the other way, `gain` where it is the same one on another way
	 */
	fadeTo(id: string, gain: number, ms: number, curve: FadeCurve = 'power'): void {
		const place = this.#plugged.get(id)?.place;
		if (place !== undefined) this.#send({ type: 'fade', place, gain, ms, curve });
	}

	/**
	 * Tells about ten times a second the most that limiter and onset suppressor took back since the last time, in decibels: 0
	 * when nothing. Until the function that it gives is called.
	 */
	onReduction(tell: (decibels: number) => void): () => void {
		this.#listeners.add(tell);
		return () => void this.#listeners.delete(tell);
	}

	/** In dBTP, −9 to begin with. A browser knows no sound pressure: what that is at the ear, calibration says. */
	get ceiling(): number {
		return this.#ceiling;
	}

	/** @param decibels in dBTP, 0 at most */
	setCeiling(decibels: number): void {
		this.#ceiling = Math.min(0, decibels);
		this.#send({ type: 'ceiling', decibels: this.#ceiling });
	}

	/** Whether this browser lets a page choose the speaker for it. */
	get canChooseSpeaker(): boolean {
		return (this.#context as WithSpeakers).setSinkId !== undefined;
	}

	/**
	 * Plays through that speaker; empty for the computer's own choice.
	 * @throws DOMException (`NotFoundError`, `NotAllowedError`) when it is gone or not allowed; what was chosen stays
	 */
	async chooseSpeaker(id: string): Promise<void> {
		await (this.#context as WithSpeakers).setSinkId?.(id);
	}

	/** Nothing is heard any more, and nothing can be added. */
	async close(): Promise<void> {
		this.#listeners.clear();
		for (const { source, channels, element } of this.#plugged.values()) {
			source.disconnect();
			channels.disconnect();
			element.srcObject = null;
		}
		this.#plugged.clear();
		this.#send({ type: 'end' });
		this.#mixer.disconnect();
		await this.#context.close();
	}

	#send(message: ToMixer): void {
		this.#mixer.port.postMessage(message);
	}
}
