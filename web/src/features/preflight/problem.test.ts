import { render } from 'svelte/server';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import type { DeviceStatus } from '../../app/context';
import Given from '../../fixtures/Given.svelte';
import { voiceOf } from '../../meeting/fixtures';
import DeviceFields from './DeviceFields.svelte';
import DeviceProblem from './DeviceProblem.svelte';

beforeEach(() => {
	vi.stubGlobal('isSecureContext', true);
	vi.stubGlobal('navigator', { userAgent: 'Firefox/153.0' });
	return () => vi.unstubAllGlobals();
});

const media = (microphone: DeviceStatus, camera: DeviceStatus): Record<string, unknown> => ({
	status: { microphone, camera },
	devices: { camera: [], microphone: [], speaker: [] },
	chosen: {},
	microphoneOn: true,
	level: 0.5,
	echoTest: 'idle',
});

function said(stage: string, microphone: DeviceStatus, camera: DeviceStatus): string {
	const client = { stage: { name: stage }, media: media(microphone, camera) };
	return render(Given, { props: { client, view: DeviceProblem } as never }).body;
}

describe('who has a device that does not work', () => {
	test('is told before joining how to join without it', () => {
		expect(said('preflight', 'blocked', 'blocked')).toContain('You can join at once to listen');
		expect(said('preflight', 'live', 'blocked')).toContain('You can join at once without a camera');
		expect(said('preflight', 'live', 'missing')).toContain('You can also join without it.');
	});

	test.each(['lobby', 'plenary'])('is not told to join in the %s', (stage) => {
		for (const html of [said(stage, 'blocked', 'blocked'), said(stage, 'live', 'missing')]) {
			expect(html).toContain('data-problem');
			expect(html).not.toMatch(/\bjoin\b/);
		}
	});
});

test('the microphone is tested and the test is stopped with one button, which keeps the focus', () => {
	const fields = (echoTest: string): string =>
		render(Given, {
			props: {
				client: { meeting: voiceOf('principal'), media: { ...media('live', 'live'), echoTest } },
				view: DeviceFields,
			} as never,
		}).body;
	const buttons = (html: string): number => html.match(/<button/g)?.length ?? 0;
	expect(buttons(fields('idle'))).toBe(buttons(fields('recording')));
	expect(fields('idle')).toContain('data-action="record"');
	expect(fields('playing')).toContain('data-action="record-stop"');
});
