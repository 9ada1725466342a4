import { beforeEach, describe, expect, test, vi } from 'vitest';

import { voiceOf } from '../meeting/fixtures';
import type { Role } from '../wire/types';
import type { Client, ClientMedia, DeviceStatus } from './context';
import { StoredPreferences } from './preferences.svelte';
import { shortcut } from './shortcuts';
import { isOn, isUnusable } from './switches';

class FakeElement {
	constructor(readonly isField = false) {}
	closest(): this | null {
		return this.isField ? this : null;
	}
}

function clientWith(
	status: DeviceStatus,
	role: Role = 'principal',
): Pick<Client, 'stage' | 'meeting' | 'media' | 'preferences'> {
	const media = { microphoneOn: true, cameraOn: true, status: { microphone: status, camera: status } } as ClientMedia;
	Object.assign(media, { setMicrophone: vi.fn(), setCamera: vi.fn() });
	return { stage: { name: 'lobby' }, meeting: voiceOf(role), media, preferences: new StoredPreferences() };
}

const press = (key: string, target = new FakeElement(), repeat = false): KeyboardEvent =>
	({ key, code: `Key${key.toUpperCase()}`, repeat, target }) as unknown as KeyboardEvent;

let stored: Map<string, string>;

beforeEach(() => {
	stored = new Map();
	vi.stubGlobal('HTMLElement', FakeElement);
	vi.stubGlobal('localStorage', {
		getItem: (key: string) => stored.get(key) ?? null,
		setItem: (key: string, value: string) => void stored.set(key, value),
	});
	return () => vi.unstubAllGlobals();
});

describe('the keys of microphone and camera', () => {
	test.each(['live', 'off', 'asking'] as const)('switch over what is %s', (status) => {
		const client = clientWith(status);
		shortcut(client, press('m'));
		shortcut(client, press('v'));
		expect(client.media.setMicrophone).toHaveBeenCalledExactlyOnceWith(false);
		expect(client.media.setCamera).toHaveBeenCalledExactlyOnceWith(false);
	});

	test.each(['blocked', 'missing', 'busy'] as const)('switch nothing that is %s, as the buttons do not', (status) => {
		const client = clientWith(status);
		shortcut(client, press('m'));
		shortcut(client, press('v'));
		expect(client.media.setMicrophone).not.toHaveBeenCalled();
		expect(client.media.setCamera).not.toHaveBeenCalled();
		expect(isUnusable(client.media, 'camera')).toBe(true);
		expect(isOn(client.media, 'microphone')).toBe(false);
	});

	test.each(['observer', 'technician'] as const)('do nothing for an %s, who has no voice', (role) => {
		const client = clientWith('off', role);
		shortcut(client, press('m'));
		shortcut(client, press('v'));
		expect(client.media.setMicrophone).not.toHaveBeenCalled();
		expect(client.media.setCamera).not.toHaveBeenCalled();
	});

	test('are letters where a person writes, and are not repeated', () => {
		const client = clientWith('live');
		shortcut(client, press('m', new FakeElement(true)));
		shortcut(client, press('m', new FakeElement(), true));
		expect(client.media.setMicrophone).not.toHaveBeenCalled();
	});

	test('can be switched off, which this browser remembers', () => {
		const client = clientWith('live');
		client.preferences.shortcuts = false;
		shortcut(client, press('m'));
		expect(client.media.setMicrophone).not.toHaveBeenCalled();
		expect(new StoredPreferences().shortcuts).toBe(false);
	});
});
