/** Asks the browser for cameras, microphones and screens, and says why it cannot give one. No state is kept here. */
import type { DeviceStatus, ScreenTrouble } from '../app/context';
import { captureConstraints, PROCESSING } from '../audio/profiles';
import type { Profile } from '../audio/profiles';
import { displayOptions } from './screen';

/** Which device to use: one the person chose now, one used before, or any. */
export interface Choice {
	readonly id: string | undefined;
	/** True: that one or none; false: rather another than none. */
	readonly exact: boolean;
}

/** A track, or why there is none. */
export type Captured = MediaStreamTrack | Extract<DeviceStatus, 'blocked' | 'missing' | 'busy'>;

const STATUS_OF_ERROR: Readonly<Record<string, 'blocked' | 'missing' | 'busy'>> = {
	NotAllowedError: 'blocked',
	SecurityError: 'blocked',
	NotFoundError: 'missing',
	OverconstrainedError: 'missing',
};

/** Both at once, so that the browser asks one question; if one fails, each by itself, to keep the one that works. */
export async function captureBoth(
	camera: Choice,
	microphone: Choice,
	profile?: Profile,
): Promise<{ camera: Captured; microphone: Captured }> {
	try {
		const audio = microphoneConstraints(microphone, profile);
		const stream = await getUserMedia({ video: cameraConstraints(camera), audio });
		return { camera: stream.getVideoTracks()[0] ?? 'missing', microphone: stream.getAudioTracks()[0] ?? 'missing' };
	} catch {
		return { microphone: await captureMicrophone(microphone, profile), camera: await captureCamera(camera) };
	}
}

export async function captureCamera(choice: Choice): Promise<Captured> {
	return first({ video: cameraConstraints(choice) });
}

/** @param profile what it is for, where that is known; whether there is a headset is not known here */
export async function captureMicrophone(choice: Choice, profile?: Profile): Promise<Captured> {
	return first({ audio: microphoneConstraints(choice, profile) });
}

async function first(constraints: MediaStreamConstraints): Promise<Captured> {
	try {
		return (await getUserMedia(constraints)).getTracks()[0] ?? 'missing';
	} catch (error) {
		return statusOf(error);
	}
}

/** What an error of `getUserMedia` means for the person. */
export function statusOf(error: unknown): 'blocked' | 'missing' | 'busy' {
	const name = error instanceof Error ? error.name : '';
	return STATUS_OF_ERROR[name] ?? 'busy';
}

/** Nobody has seen a list and closed it in so short a time, in milliseconds: it was never shown. */
const PICKER_SEEN_AFTER_MS = 250;

/** A screen with its sound, or why there is none. */
export async function captureScreen(): Promise<MediaStream | ScreenTrouble | 'cancelled'> {
	const asked = performance.now();
	try {
		return await navigator.mediaDevices.getDisplayMedia(displayOptions());
	} catch (error) {
		return screenTroubleOf(error, performance.now() - asked);
	}
}

/** What an error of `getDisplayMedia` means that came so many milliseconds after asking. */
export function screenTroubleOf(error: unknown, after: number): ScreenTrouble | 'cancelled' {
	const { name, message } = error instanceof Error ? error : { name: '', message: '' };
	if (name !== 'NotAllowedError') return name === 'SecurityError' ? 'denied' : 'failed';
	// Browsers have one name for "closed by the person" and "not allowed"; some tell in words who it was.
	return /system|policy/i.test(message) || after < PICKER_SEEN_AFTER_MS ? 'denied' : 'cancelled';
}

/** Browsers have no `mediaDevices` where the page is not secure. */
async function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
	const devices: MediaDevices | undefined = navigator.mediaDevices;
	if (!devices) throw new DOMException('no secure context', 'SecurityError');
	return devices.getUserMedia(constraints);
}

function deviceId({ id, exact }: Choice): Pick<MediaTrackConstraints, 'deviceId'> {
	if (!id) return {};
	return { deviceId: exact ? { exact: id } : { ideal: id } };
}

function cameraConstraints(choice: Choice): MediaTrackConstraints {
	return { ...deviceId(choice), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}

function microphoneConstraints(choice: Choice, profile?: Profile): MediaTrackConstraints {
	return { ...deviceId(choice), ...(profile ? captureConstraints(profile) : PROCESSING.floorLoudspeaker) };
}
