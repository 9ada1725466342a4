/** Measures how loud a microphone is, for the meters of the pre-flight and of the own tile. */
import { audioContext, onNextGesture } from './sound';

/** About twelve times a second: lively to the eye, cheap for the computer. */
const EVERY_MS = 80;
/** What counts as silence, in decibels below the loudest. */
const SILENCE_DB = -60;

/** Tells the loudness of `track`, 0 to 1, until the returned function is called. */
export function watchLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
	const context = audioContext();
	if (context.state !== 'running') onNextGesture(audioContext);
	const source = context.createMediaStreamSource(new MediaStream([track]));
	const analyser = context.createAnalyser();
	analyser.fftSize = 1024;
	source.connect(analyser);
	const samples = new Float32Array(analyser.fftSize);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		tell(loudness(samples));
	}, EVERY_MS);
	return () => {
		clearInterval(timer);
		source.disconnect();
		tell(0);
	};
}

/** The root mean square on a scale of decibels: 0 is silence, 1 the loudest. */
export function loudness(samples: Float32Array): number {
	const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
	if (power === 0) return 0;
	const decibels = 10 * Math.log10(power);
	return Math.min(1, Math.max(0, 1 - decibels / SILENCE_DB));
}
