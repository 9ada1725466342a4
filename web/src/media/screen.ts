/**
 * How a shared screen is captured and sent. Letters keep every pixel, and give up frames where the line is narrow; movement
 * keeps its frames, and gives up pixels.
 */
import type { ScreenContent } from '../app/context';

/** What the browser is told of a kind of content. */
interface Manner {
	readonly hint: 'text' | 'motion';
	/** Frames per second, at most. */
	readonly rate: number;
	/** Bits per second, at most. */
	readonly bitrate: number;
	readonly degradation: RTCDegradationPreference;
}

const MANNERS: Readonly<Record<ScreenContent, Manner>> = {
	// A page needs little once it is there, and gets sharper from second to second; the first frame of one that may cost
	// all at once would fill every narrow line at once, and the voices wait behind it.
	text: { hint: 'text', rate: 15, bitrate: 500_000, degradation: 'maintain-resolution' },
	motion: { hint: 'motion', rate: 30, bitrate: 2_500_000, degradation: 'maintain-framerate' },
};

/** Options of `getDisplayMedia` that TypeScript does not know yet. */
interface DisplayOptions extends DisplayMediaStreamOptions {
	/** Whether the sound of the whole system is offered in the picker. */
	readonly systemAudio: 'include' | 'exclude';
	/** Whether another tab can be chosen while sharing. */
	readonly surfaceSwitching: 'include' | 'exclude';
	/** Whether this page can be chosen: it would be a tunnel of mirrors. */
	readonly selfBrowserSurface: 'include' | 'exclude';
}

/** A constraint on sound that TypeScript does not know yet. */
interface ScreenSound extends MediaTrackConstraints {
	/** Without what this page itself plays: the others would hear themselves. */
	readonly restrictOwnAudio: boolean;
}

/** An encoding in temporal layers, which TypeScript does not know yet. */
interface LayeredEncoding extends RTCRtpEncodingParameters {
	readonly scalabilityMode: string;
}

/**
 * What is asked of the browser. As many frames as any content may want: a track can give fewer than it was opened with, and
 * not more. A film is no voice, so nothing is done to its sound.
 */
export function displayOptions(): DisplayOptions {
	const audio: ScreenSound = {
		restrictOwnAudio: true,
		echoCancellation: false,
		noiseSuppression: false,
		autoGainControl: false,
	};
	return {
		video: { frameRate: { max: MANNERS.motion.rate } },
		audio,
		systemAudio: 'include',
		surfaceSwitching: 'include',
		selfBrowserSurface: 'exclude',
	};
}

/** Captures what is shown in the manner of its content. */
export async function captureAs(track: MediaStreamTrack, content: ScreenContent): Promise<void> {
	const { hint, rate } = MANNERS[content];
	track.contentHint = hint;
	// A browser that cannot slow down its capture sends fewer frames than it captures.
	await track.applyConstraints({ frameRate: { max: rate } }).catch(() => undefined);
}

/**
 * The one encoding of a screen. In three temporal layers, so that a listener on a narrow line can be sent every other frame
 * instead of none.
 */
export function screenEncoding(): LayeredEncoding {
	const { rate, bitrate } = MANNERS.text;
	return { maxBitrate: bitrate, maxFramerate: rate, scalabilityMode: 'L1T3' };
}

/** The parameters of a sender, changed to the manner of its content. */
export function sentAs<P extends RTCRtpSendParameters>(parameters: P, content: ScreenContent): P {
	const { rate, bitrate, degradation } = MANNERS[content];
	const encodings = parameters.encodings.map((encoding) => ({
		...encoding,
		maxFramerate: rate,
		maxBitrate: bitrate,
	}));
	return { ...parameters, encodings, degradationPreference: degradation };
}
