import { render } from 'svelte/server';
import { afterEach, describe, expect, test, vi } from 'vitest';

import Given from '../../fixtures/Given.svelte';
import { voiceOf } from '../../meeting/fixtures';
import type { Role } from '../../wire/types';
import KeySheet from '../controls/KeySheet.svelte';
import MediaControls from '../controls/MediaControls.svelte';
import DeviceFields from './DeviceFields.svelte';
import Preflight from './Preflight.svelte';

const VIEWS = { DeviceFields, KeySheet, MediaControls, Preflight };
const WATCHING = 'You watch; nobody sees or hears you.';

afterEach(() => void vi.unstubAllGlobals());

function drawn(view: keyof typeof VIEWS, role: Role): string {
	vi.stubGlobal('navigator', { userAgent: 'Firefox/153.0' });
	vi.stubGlobal('isSecureContext', true);
	const media = {
		status: { microphone: 'off', camera: 'off' },
		devices: { camera: [], microphone: [], speaker: [] },
		chosen: {},
		level: 0,
		echoTest: 'idle',
		showSelf: () => () => undefined,
	};
	const client = {
		meeting: voiceOf(role),
		media,
		seal: { status: 'sealed', own: { admittedBy: { by: 'root' }, expires: 0 } },
		preferences: { shortcuts: true },
		stage: { name: 'preflight' },
		now: () => 0,
	};
	const props = view === 'KeySheet' ? { open: true } : {};
	return render(Given, { props: { client, view: VIEWS[view], props } as never }).body;
}

describe.each(['observer', 'technician'] as const)('an %s', (role) => {
	test('is offered a speaker and its tone, and neither camera nor microphone', () => {
		const html = drawn('DeviceFields', role);
		expect(html).not.toMatch(/name="(camera|microphone)"|data-action="record"/);
		expect(html).toContain('data-action="tone"');
	});

	test('reads what it is in the place of the switches', () => {
		const html = drawn('MediaControls', role);
		expect(html).not.toContain('<button');
		expect(html).toContain(WATCHING);
	});

	test('reads it once before joining', () => {
		const html = drawn('Preflight', role);
		expect(html.split(WATCHING)).toHaveLength(2);
		expect(html).not.toMatch(/data-action="(camera|microphone)"/);
		expect(html).not.toContain('Camera off');
	});

	test('finds no key of a switch on the sheet', () => {
		expect(drawn('KeySheet', role)).not.toMatch(/<kbd[^>]*>[MV]<\/kbd>/);
	});
});

test('an adviser is offered all of it', () => {
	expect(drawn('DeviceFields', 'adviser')).toMatch(/name="camera".*name="microphone"/s);
	expect(drawn('MediaControls', 'adviser')).toMatch(/data-action="microphone".*data-action="camera"/s);
	expect(drawn('Preflight', 'adviser')).not.toContain(WATCHING);
	expect(drawn('KeySheet', 'adviser')).toMatch(/<kbd[^>]*>M<.*<kbd[^>]*>V</s);
});
