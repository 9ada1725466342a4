/** Listens to a microphone and tells its grade, live. Nothing of the sound leaves this page, nor is it kept. */
import { sourceOf } from '../context';
import { processingOf } from '../profiles';
import type { Profile } from '../profiles';
import { gradeOf, looksWireless } from './grade';
import type { Facts, Verdict } from './grade';
import { SoundMeter } from './measure';
import type { Measure } from './measure';
import { Steady } from './steady';

/** Twice a second; the analyser remembers two thirds of a second, so that no sample is missed. */
const EVERY_MS = 500;
const REMEMBERED = 32_768;

export interface Listening {
	/** What the microphone is for: it says what the browser may do to the sound. */
	readonly profile: Profile;
	/** What is known of the way to the server at that moment; nothing before the meeting. */
	readonly line?: () => Pick<Facts, 'lossShare' | 'roundTripMs'>;
}

/**
 * Tells the verdict about twice a second, with the figures behind it, until the function that it gives is called. An
 * interpreter's or a speaker's own microphone, or what arrives of somebody else's.
 * @throws DOMException (`InvalidStateError`) when the track carries no sound
 */
export function watchInterpretability(
	track: MediaStreamTrack,
	{ profile, line = () => ({}) }: Listening,
	tell: (verdict: Verdict, measure: Measure | undefined) => void,
): () => void {
	const { context, source } = sourceOf(track);
	const analyser = context.createAnalyser();
	analyser.fftSize = REMEMBERED;
	source.connect(analyser);
	const meter = new SoundMeter(context.sampleRate);
	const steady = new Steady();
	const samples = new Float32Array(REMEMBERED);
	let heardUntil = context.currentTime;
	const timer = setInterval(() => {
		const now = context.currentTime;
		const fresh = Math.min(REMEMBERED, Math.round((now - heardUntil) * context.sampleRate));
		heardUntil = now;
		// A context that does not run yet hears nothing new.
		if (fresh > 0) {
			analyser.getFloatTimeDomainData(samples);
			meter.push(samples.subarray(REMEMBERED - fresh));
		}
		const measure = meter.measure();
		tell(steady.take(gradeOf(measure, { ...factsOf(track, profile), ...line() })), measure);
	}, EVERY_MS);
	return () => {
		clearInterval(timer);
		source.disconnect();
		void context.close();
	};
}

function factsOf(track: MediaStreamTrack, profile: Profile): Facts {
	const wireless = looksWireless(track.label);
	return { profile, processing: processingOf(track.getSettings()), ...(wireless ? { wireless } : {}) };
}
