/** The switches of microphone and camera: one rule for their buttons and for their keys. */
import type { ClientMedia, DeviceStatus } from './context';

export type Switched = 'microphone' | 'camera';

type Media = Pick<ClientMedia, 'status' | 'microphoneOn' | 'cameraOn' | 'setMicrophone' | 'setCamera'>;

const UNUSABLE: readonly DeviceStatus[] = ['blocked', 'missing', 'busy'];

/** It cannot be used, so there is nothing to switch, but something to explain. */
export function isUnusable(media: Pick<Media, 'status'>, device: Switched): boolean {
	return UNUSABLE.includes(media.status[device]);
}

/** As its button shows it: wanted, and nothing in the way. */
export function isOn(media: Media, device: Switched): boolean {
	return (device === 'microphone' ? media.microphoneOn : media.cameraOn) && !isUnusable(media, device);
}

/** Switches it over; what cannot be used stays as it is. */
export function switchOver(media: Media, device: Switched): void {
	if (isUnusable(media, device)) return;
	if (device === 'microphone') media.setMicrophone(!media.microphoneOn);
	else media.setCamera(!media.cameraOn);
}
