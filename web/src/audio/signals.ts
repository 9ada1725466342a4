/** Sounds for tests, always the same ones: tones, noise, and what is to a meter as speech is. */
import { toGain } from './dsp/decibels';
import { Fourier } from './interpretability/spectrum';

export const RATE = 48_000;

/** How many samples so many seconds are. */
export const samplesOf = (seconds: number): number => Math.round(seconds * RATE);

/** @param level of its peak, in dBFS */
export function tone(hertz: number, seconds: number, level = 0, rate = RATE): Float32Array {
	const peak = toGain(level);
	return Float32Array.from(
		{ length: Math.round(seconds * rate) },
		(_, index) => peak * Math.sin((2 * Math.PI * hertz * index) / rate),
	);
}

/** Numbers between 0 and 1 without a pattern, the same ones each time. */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** White noise. @param level its root mean square, in dBFS */
export function noise(seconds: number, level: number, seed = 1): Float32Array {
	const random = randomFrom(seed);
	// Uniform between −1 and 1 has the mean square 1/3.
	const scale = toGain(level) * Math.sqrt(3);
	return Float32Array.from({ length: samplesOf(seconds) }, () => scale * (2 * random() - 1));
}

export function rms(samples: Float32Array): number {
	return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

export const peakOf = (samples: Float32Array): number =>
	samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

/** One after the other. */
export function joined(...parts: readonly Float32Array[]): Float32Array {
	const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

/** At the same time; as long as the first. */
export function mixed(first: Float32Array, second: Float32Array): Float32Array {
	return first.map((sample, index) => sample + (second[index] ?? 0));
}

/**
 * The mean spectrum of speech, in decibels for thirds of octaves: D. Byrne et al., "An international comparison of
 * long-term average speech spectra", J. Acoust. Soc. Am. 96 (1994), table II, men and women together.
 */
const SPEECH: readonly (readonly [hertz: number, decibels: number])[] = [
	[63, 38.6],
	[125, 57.7],
	[250, 60.3],
	[500, 62.1],
	[1000, 53.7],
	[2000, 48.7],
	[4000, 45.6],
	[8000, 43.7],
	[12_500, 41.3],
	[16_000, 40.7],
];

/** Syllables so often in a second, and a breath of such a length after so many of them. */
const SYLLABLES_PER_SECOND = 4;
const SYLLABLES_PER_PHRASE = 7;

export interface SpeechWish {
	readonly seconds?: number;
	/** Root mean square while there is speech, in dBFS. */
	readonly level?: number;
	/** Nothing above, in hertz. */
	readonly upTo?: number;
	/** Nothing below, in hertz. */
	readonly from?: number;
	readonly seed?: number;
}

/** Noise with the mean spectrum of speech, in syllables and phrases with pauses between them. */
export function speechLike({
	seconds = 5.4,
	level = -26,
	upTo = RATE / 2,
	from = 0,
	seed = 7,
}: SpeechWish = {}): Float32Array {
	const size = 2 ** Math.ceil(Math.log2(samplesOf(seconds)));
	const random = randomFrom(seed);
	const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
	for (let bin = 1; bin < size / 2; bin += 1) {
		const hertz = (bin * RATE) / size;
		if (hertz > upTo || hertz < from) continue;
		const amplitude = speechAmplitude(hertz);
		const turn = 2 * Math.PI * random();
		real[bin] = real[size - bin] = amplitude * Math.cos(turn);
		imaginary[bin] = amplitude * Math.sin(turn);
		imaginary[size - bin] = -(imaginary[bin] ?? 0);
	}
	new Fourier(size).transform(real, imaginary);
	const voice = Float32Array.from(real.subarray(0, samplesOf(seconds)));
	const scale = toGain(level) / rms(voice);
	return voice.map((sample, index) => scale * sample * syllableAt(index / RATE));
}

/** The amplitude of one bin, from the level of its third of an octave. */
function speechAmplitude(hertz: number): number {
	const after = SPEECH.findIndex(([place]) => place >= hertz);
	const [high, low] = [SPEECH.at(after) ?? [16_000, 40.7], SPEECH.at(Math.max(0, after - 1)) ?? [63, 38.6]];
	const span = Math.log(high[0] / low[0]);
	const part = span > 0 && after > 0 ? Math.log(hertz / low[0]) / span : 0;
	const decibels = after === -1 ? high[1] : low[1] + (high[1] - low[1]) * part;
	return toGain(decibels) / Math.sqrt(hertz);
}

/** How loud speech is at that time: 0 in pauses. The mean square over syllables is 1. */
function syllableAt(seconds: number): number {
	const place = seconds * SYLLABLES_PER_SECOND;
	if (Math.floor(place) % (SYLLABLES_PER_PHRASE + 1) === SYLLABLES_PER_PHRASE) return 0;
	return Math.sqrt(8 / 3) * Math.sin(Math.PI * (place % 1)) ** 2;
}
