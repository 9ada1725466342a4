import { expect, test } from 'vitest';

import type { Arrival } from '../../app/context';
import type { Presence } from '../../wire/types';
import { pictureOf, pictureWords, type Picture } from './picture';

const here: Presence = { state: 'here', devices: { microphone: true, camera: true } };

test.each<[Presence, boolean, Arrival, Picture]>([
	[{ state: 'absent' }, false, 'awaited', 'empty'],
	[{ state: 'arriving' }, false, 'awaited', 'empty'],
	[{ state: 'reconnecting' }, true, 'arriving', 'live'],
	[{ state: 'reconnecting' }, true, 'awaited', 'away'],
	[here, false, 'arriving', 'off'],
	[here, true, 'awaited', 'coming'],
	[here, true, 'paused', 'paused'],
	[here, true, 'left_out', 'left-out'],
	[here, true, 'arriving', 'live'],
])('%o, camera %s, %s: %s', (presence, camera, arrival, expected) => {
	expect(pictureOf(presence, camera, arrival)).toBe(expected);
});

test('whatever is not simply there is said in words', () => {
	expect(pictureWords('live', here)).toBe('');
	expect(pictureWords('live', { state: 'reconnecting' })).toBe('Connection lost, coming back');
	expect(pictureWords('away', { state: 'reconnecting' })).toBe('Connection lost, coming back');
	expect(pictureWords('coming', here)).toBe('Picture on its way');
	expect(pictureWords('paused', here)).toBe('Here, picture paused: weak line');
	expect(pictureWords('left-out', here)).toBe('Here, picture not shown');
	expect(pictureWords('empty', { state: 'absent' })).toBe('Not here yet');
	expect(pictureWords('empty', { state: 'absent' }, true)).toBe('Has left');
});
