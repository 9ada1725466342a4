/** The two keys that work wherever a person can be heard or seen: M mutes, V switches the camera. */
import type { Stage } from '../meeting/state';
import { isTyping, shortcutOf } from '../ui/keyboard';
import type { Client } from './context';

const WHERE: readonly Stage['name'][] = ['preflight', 'lobby', 'plenary'];

/** Acts on a key, unless the person is writing or keeps it down. */
export function shortcut(client: Pick<Client, 'stage' | 'media'>, event: KeyboardEvent): void {
	if (!WHERE.includes(client.stage.name) || event.repeat || isTyping(event.target)) return;
	const { media } = client;
	const asked = shortcutOf(event);
	if (asked === 'microphone') media.setMicrophone(!media.microphoneOn);
	if (asked === 'camera') media.setCamera(!media.cameraOn);
}
