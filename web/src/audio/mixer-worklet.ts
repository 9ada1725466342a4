/** The mixer in the browser's audio thread. */
import { Mixer } from './mixer';
import { MIXER } from './mixer-messages';
import type { FromMixer, ToMixer } from './mixer-messages';

// What the scope of audio worklets has (Web Audio API, 1.32): TypeScript's library knows only the page's side.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
	readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const REPORTS_PER_SECOND = 10;

class MixerProcessor extends AudioWorkletProcessor {
	readonly #mixer = new Mixer(sampleRate);
	#untilReport = sampleRate / REPORTS_PER_SECOND;
	#ended = false;

	constructor() {
		super();
		this.port.onmessage = ({ data }: MessageEvent<ToMixer>) => this.#hear(data);
	}

	process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]): boolean {
		const [left, right] = outputs[0] ?? [];
		if (this.#ended || !left || !right) return !this.#ended;
		this.#mixer.process(inputs, left, right);
		this.#untilReport -= left.length;
		if (this.#untilReport <= 0) {
			this.#untilReport += sampleRate / REPORTS_PER_SECOND;
			this.port.postMessage({ reduction: this.#mixer.takeReduction() } satisfies FromMixer);
		}
		return true;
	}

	#hear(message: ToMixer): void {
		switch (message.type) {
			case 'hear':
				return this.#mixer.hear(message.place, message.wish);
			case 'fade':
				return this.#mixer.fade(message.place, message.gain, message.ms, message.curve);
			case 'clear':
				return this.#mixer.clear(message.place);
			case 'ceiling':
				return this.#mixer.setCeiling(message.decibels);
			case 'end':
				this.#ended = true;
		}
	}
}

registerProcessor(MIXER, MixerProcessor);
