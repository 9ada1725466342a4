import { expect, test } from 'vitest';

import type { DeviceStatus } from '../../app/context';
import { partOf, settled, troubleOf, type Statuses, type Trouble } from './trouble';

const devices = (microphone: DeviceStatus, camera: DeviceStatus): Statuses => ({ microphone, camera });

test.each<[DeviceStatus, DeviceStatus, Trouble | undefined]>([
	['live', 'live', undefined],
	['live', 'off', undefined],
	['blocked', 'blocked', { kind: 'blocked', which: 'both' }],
	['live', 'blocked', { kind: 'blocked', which: 'camera' }],
	['blocked', 'busy', { kind: 'blocked', which: 'microphone' }],
	['busy', 'missing', { kind: 'busy' }],
	['missing', 'missing', { kind: 'missing', which: ['microphone', 'camera'] }],
	['live', 'missing', { kind: 'missing', which: ['camera'] }],
])('microphone %s, camera %s', (microphone, camera, trouble) => {
	expect(troubleOf(devices(microphone, camera), true)).toEqual(trouble);
	expect(troubleOf(devices(microphone, camera), false)).toEqual({ kind: 'insecure' });
});

test('what was found stands while the browser asks anew', () => {
	const blocked = devices('blocked', 'blocked');
	expect(settled(blocked, devices('asking', 'asking'))).toEqual(blocked);
	expect(settled(blocked, devices('live', 'asking'))).toEqual(devices('live', 'blocked'));
	expect(settled(blocked, devices('live', 'live'))).toEqual(devices('live', 'live'));
});

test('one takes part with what works', () => {
	expect(partOf(devices('live', 'live'))).toBe('full');
	expect(partOf(devices('live', 'blocked'))).toBe('without_camera');
	expect(partOf(devices('blocked', 'live'))).toBe('listening');
});
