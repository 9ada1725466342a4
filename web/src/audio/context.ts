/** Audio contexts for what is measured and mixed: of 48 kHz where the browser can, whatever the speaker has. */
import { onNextGesture } from '../media/sound';

/** The rate of everything that a booth sends and hears, in hertz. */
export const SAMPLE_RATE = 48_000;

let joins: boolean | undefined;

/**
 * A context of its own; it runs at once, or from the person's first click or key on. A context takes the speaker's rate
 * by itself: behind a Bluetooth headset that would be 16 kHz, and a good microphone would look like a telephone. Only
 * where the browser lets no track into a context of another rate (Firefox) is it the speaker's.
 */
export function newAudioContext(): AudioContext {
	joins ??= joinsRates();
	const context = new AudioContext({ latencyHint: 'interactive', ...(joins ? { sampleRate: SAMPLE_RATE } : {}) });
	if (context.state !== 'running') {
		onNextGesture(() => {
			if (context.state === 'suspended') void context.resume().catch(() => undefined);
		});
	}
	return context;
}

/** The sound of a track, in a context of its own. @throws DOMException (`InvalidStateError`) when it carries none */
export function sourceOf(track: MediaStreamTrack): { context: AudioContext; source: MediaStreamAudioSourceNode } {
	const context = newAudioContext();
	try {
		return { context, source: context.createMediaStreamSource(new MediaStream([track])) };
	} catch (error) {
		void context.close();
		throw error;
	}
}

/** Whether a track of the speaker's rate can be heard in a context of 48 kHz: browsers do not say, so it is tried. */
function joinsRates(): boolean {
	const [speaker, ours] = [new AudioContext(), new AudioContext({ sampleRate: SAMPLE_RATE })];
	try {
		ours.createMediaStreamSource(speaker.createMediaStreamDestination().stream);
		return true;
	} catch {
		return false;
	} finally {
		void speaker.close();
		void ours.close();
	}
}
