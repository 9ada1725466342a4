/** Audio contexts for what is measured and mixed: of 48 kHz where the browser can, whatever the speaker has. */
import { onNextGesture } from '../media/sound';

/** The rate of everything that a booth sends and hears, in hertz. */
export const SAMPLE_RATE = 48_000;

/**
 * A context of its own; it runs at once, or from the person's first click or key on. A context takes the speaker's rate
 * by itself: behind a Bluetooth headset that would be 16 kHz, and a good microphone would look like a telephone.
 */
export function newAudioContext(): AudioContext {
	const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'interactive' });
	if (context.state !== 'running') {
		onNextGesture(() => {
			if (context.state === 'suspended') void context.resume().catch(() => undefined);
		});
	}
	return context;
}

/**
 * The sound of a track in a context; in one of the track's own rate where the browser (Firefox) joins no two rates. The
 * context that was not used is closed.
 */
export function sourceOf(track: MediaStreamTrack): { context: AudioContext; source: MediaStreamAudioSourceNode } {
	const stream = new MediaStream([track]);
	const context = newAudioContext();
	try {
		return { context, source: context.createMediaStreamSource(stream) };
	} catch {
		void context.close();
		const other = new AudioContext({ latencyHint: 'interactive' });
		onNextGesture(() => void other.resume().catch(() => undefined));
		return { context: other, source: other.createMediaStreamSource(stream) };
	}
}
