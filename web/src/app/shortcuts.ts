/** The two keys that work wherever a person who has a voice can be heard or seen: M mutes, V switches the camera. */
import { ownBooth } from '../meeting/booth';
import { hasVoice } from '../meeting/selectors';
import type { Stage } from '../meeting/state';
import { isTyping, shortcutOf } from '../ui/keyboard';
import type { Client } from './context';
import { switchOver } from './switches';

const WHERE: readonly Stage['name'][] = ['preflight', 'lobby', 'plenary'];

/** Acts on a key, unless the person is writing or keeps it down. */
export function shortcut(
	client: Pick<Client, 'stage' | 'meeting' | 'media' | 'preferences'>,
	event: KeyboardEvent,
): void {
	if (!WHERE.includes(client.stage.name) || isTyping(event.target)) return;
	// The console of a booth has its own.
	if (client.stage.name === 'plenary' && ownBooth(client.meeting)) return;
	const asked = shortcutOf(event, client.preferences.shortcuts);
	if ((asked === 'microphone' || asked === 'camera') && hasVoice(client.meeting)) switchOver(client.media, asked);
}
