/**
 * What a microphone's sound shows by itself: how wide its band is, how far speech stands out of the noise, how much is cut
 * off. Pure: samples in, figures out. Nothing of the sound is kept but its power in bands.
 */
import { powerToDecibels } from '../dsp/decibels';
import { Clipping } from './clipping';
import { Fourier } from './spectrum';
import {
	BAND_ABOVE_NOISE_DB,
	BAND_BELOW_PEAK_DB,
	BAND_HERTZ,
	GAP_BANDS,
	LOWEST_HERTZ,
	PAUSE_SHARE,
	PIECE,
	SOFTEST_SPEECH_DBFS,
	SPEECH_ABOVE_DB,
	SPEECH_SECONDS,
	WINDOW_SECONDS,
} from './thresholds';

export interface Measure {
	/** How much of what is remembered is speech, in seconds. */
	readonly speechSeconds: number;
	/** What is heard in pauses, in dBFS, above 125 Hz; −Infinity for nothing. */
	readonly noiseDbfs: number;
	/** The rest is there once there was enough speech. */
	readonly speech: SpeechMeasure | undefined;
}

export interface SpeechMeasure {
	/** Root mean square while there is speech, in dBFS. */
	readonly levelDbfs: number;
	/** The highest frequency with energy above noise, without a gap from below. */
	readonly bandwidthHertz: number;
	/** Infinity where pauses are silent. */
	readonly signalToNoiseDb: number;
	/** The share of samples that are cut off, 0 to 1. */
	readonly clippedShare: number;
}

interface Piece {
	/** Its power above 125 Hz. */
	readonly power: number;
	/** Its power by bands of 500 Hz. */
	readonly bands: Float64Array;
	/** How many samples are cut off. */
	readonly clipped: number;
}

export class SoundMeter {
	readonly #rate: number;
	readonly #hop = PIECE / 2;
	readonly #window: Float64Array;
	readonly #fourier = new Fourier(PIECE);
	readonly #real = new Float64Array(PIECE);
	readonly #imaginary = new Float64Array(PIECE);
	/** The samples of the piece that is being filled. */
	readonly #samples = new Float32Array(PIECE);
	readonly #clipping = new Clipping();
	readonly #most: number;
	#filled = 0;
	#pieces: Piece[] = [];

	/** @param rate samples in a second */
	constructor(rate: number) {
		this.#rate = rate;
		this.#most = Math.round((WINDOW_SECONDS * rate) / this.#hop);
		// Hann's, for Welch's mean over pieces that overlap by half; it has 3/8 of the power.
		this.#window = Float64Array.from({ length: PIECE }, (_, at) => Math.sin((Math.PI * at) / PIECE) ** 2);
	}

	/** Takes the next samples, of one channel. */
	push(samples: Float32Array): void {
		for (const sample of samples) {
			this.#samples[this.#filled] = sample;
			this.#filled += 1;
			if (this.#filled < PIECE) continue;
			this.#pieces.push(this.#look());
			if (this.#pieces.length > this.#most) this.#pieces.shift();
			this.#samples.copyWithin(0, this.#hop);
			this.#filled = this.#hop;
		}
	}

	/** What the last seconds show; nothing before there was half a second. */
	measure(): Measure | undefined {
		if (this.#pieces.length * this.#hop < this.#rate / 2) return undefined;
		const byPower = this.#pieces.toSorted((one, other) => one.power - other.power);
		const pauses = byPower.slice(0, Math.max(1, Math.floor(byPower.length * PAUSE_SHARE)));
		const noise = mean(pauses.map(({ power }) => power));
		const speech = byPower.filter(
			({ power }) => powerToDecibels(power) > Math.max(powerToDecibels(noise) + SPEECH_ABOVE_DB, SOFTEST_SPEECH_DBFS),
		);
		const speechSeconds = (speech.length * this.#hop) / this.#rate;
		return {
			speechSeconds,
			noiseDbfs: powerToDecibels(noise),
			speech: speechSeconds < SPEECH_SECONDS ? undefined : this.#ofSpeech(speech, pauses, noise),
		};
	}

	#ofSpeech(speech: readonly Piece[], pauses: readonly Piece[], noise: number): SpeechMeasure {
		const level = mean(speech.map(({ power }) => power));
		return {
			levelDbfs: powerToDecibels(level),
			bandwidthHertz: bandwidth(bandsOf(speech), bandsOf(pauses)),
			// What is heard while somebody speaks is both.
			signalToNoiseDb: powerToDecibels((level - noise) / noise),
			clippedShare: mean(speech.map(({ clipped }) => clipped)) / this.#hop,
		};
	}

	#look(): Piece {
		for (let at = 0; at < PIECE; at += 1) this.#real[at] = (this.#samples[at] ?? 0) * (this.#window[at] ?? 0);
		this.#imaginary.fill(0);
		this.#fourier.transform(this.#real, this.#imaginary);
		const bands = new Float64Array(Math.ceil(this.#rate / 2 / BAND_HERTZ));
		// Both halves of the spectrum, Parseval's sum, and the window's power.
		const scale = 2 / (PIECE * PIECE * 0.375);
		let power = 0;
		for (let bin = 1; bin < PIECE / 2; bin += 1) {
			const hertz = (bin * this.#rate) / PIECE;
			if (hertz < LOWEST_HERTZ) continue;
			const here = scale * ((this.#real[bin] ?? 0) ** 2 + (this.#imaginary[bin] ?? 0) ** 2);
			const band = Math.floor(hertz / BAND_HERTZ);
			bands[band] = (bands[band] ?? 0) + here;
			power += here;
		}
		// Pieces overlap: each sample is counted in the piece in which it is new.
		return { power, bands, clipped: this.#clipping.count(this.#samples.subarray(PIECE - this.#hop)) };
	}
}

/**
 * How far up a voice goes: to the end of the last band in which it is above the noise and not too far below its own
 * strongest band, without a gap. What comes after a gap is no voice: converters of sampling rates leave mirror images.
 */
function bandwidth(speech: Float64Array, noise: Float64Array): number {
	const strongest = powerToDecibels(Math.max(...speech));
	const inUse = (band: number): boolean => {
		const here = powerToDecibels(speech[band] ?? 0);
		return here > powerToDecibels(noise[band] ?? 0) + BAND_ABOVE_NOISE_DB && here > strongest - BAND_BELOW_PEAK_DB;
	};
	let end = 0;
	for (let band = 0; band < speech.length && band - end < GAP_BANDS; band += 1) if (inUse(band)) end = band + 1;
	return end * BAND_HERTZ;
}

/** The mean power of pieces in each band: Welch's estimate. */
function bandsOf(pieces: readonly Piece[]): Float64Array {
	const sums = new Float64Array(pieces[0]?.bands.length ?? 0);
	for (const { bands } of pieces) for (const [band, power] of bands.entries()) sums[band] = (sums[band] ?? 0) + power;
	return sums.map((sum) => sum / pieces.length);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
