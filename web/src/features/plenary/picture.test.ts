import { expect, test } from 'vitest';

import type { Arrival } from '../../app/context';
import type { Presence } from '../../wire/types';
import { pictureOf, type Picture } from './picture';

const here: Presence = { state: 'here', devices: { microphone: true, camera: true } };

test.each<[Presence, boolean, Arrival, Picture]>([
	[{ state: 'absent' }, false, 'awaited', 'empty'],
	[{ state: 'arriving' }, false, 'awaited', 'empty'],
	[{ state: 'reconnecting' }, true, 'arriving', 'live'],
	[{ state: 'reconnecting' }, true, 'awaited', 'away'],
	[here, false, 'arriving', 'off'],
	[here, true, 'awaited', 'coming'],
	[here, true, 'left_out', 'left-out'],
	[here, true, 'arriving', 'live'],
])('%o, camera %s, %s: %s', (presence, camera, arrival, expected) => {
	expect(pictureOf(presence, camera, arrival)).toBe(expected);
});
