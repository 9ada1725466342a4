/**
 * The tests of the pre-flight: a person hears the own voice as others will, and a tone from the chosen speaker. What
 * is recorded stays in the page's memory and is gone after it was played.
 */
import { audioContext } from './sound';
import { pause, playThrough } from './speakers';

/** Long enough for a sentence. */
const RECORD_MS = 4000;
const TONE_MS = 700;
const TONE_HERTZ = 440;

/** Records the microphone for a few seconds. */
export async function record(track: MediaStreamTrack, signal: AbortSignal): Promise<AudioBuffer | undefined> {
	const recorder = new MediaRecorder(new MediaStream([track]));
	const parts: Blob[] = [];
	const stopped = new Promise((resolve) => (recorder.onstop = resolve));
	recorder.ondataavailable = ({ data }) => parts.push(data);
	recorder.start();
	await pause(RECORD_MS, signal);
	recorder.stop();
	await stopped;
	if (signal.aborted) return undefined;
	const bytes = await new Blob(parts).arrayBuffer();
	return audioContext().decodeAudioData(bytes);
}

/** Plays a recording through `speaker`, to its end or until `signal` says stop. */
export async function play(sound: AudioBuffer, speaker: string | undefined, signal: AbortSignal): Promise<void> {
	const source = audioContext().createBufferSource();
	source.buffer = sound;
	const stop = await start(source, speaker);
	await pause(sound.duration * 1000, signal);
	stop();
}

/** Plays a short tone through `speaker`, softly at both ends; resolves once it sounds. */
export async function playTone(speaker: string | undefined): Promise<void> {
	const context = audioContext();
	const tone = context.createOscillator();
	const envelope = context.createGain();
	const end = context.currentTime + TONE_MS / 1000;
	tone.frequency.value = TONE_HERTZ;
	envelope.gain.setValueAtTime(0, context.currentTime);
	envelope.gain.linearRampToValueAtTime(0.25, context.currentTime + 0.05);
	envelope.gain.setValueAtTime(0.25, end - 0.1);
	envelope.gain.linearRampToValueAtTime(0, end);
	tone.connect(envelope);
	const stop = await start(tone, speaker, envelope);
	void pause(TONE_MS).then(stop);
}

/** Lets a source sound through `speaker`; `last` is the end of its chain. What it gives ends that. */
async function start(
	source: AudioScheduledSourceNode,
	speaker: string | undefined,
	last: AudioNode = source,
): Promise<() => void> {
	const destination = audioContext().createMediaStreamDestination();
	last.connect(destination);
	source.start();
	try {
		const end = await playThrough(speaker, destination.stream);
		return () => {
			end();
			source.stop();
		};
	} catch (error) {
		source.stop();
		throw error;
	}
}
