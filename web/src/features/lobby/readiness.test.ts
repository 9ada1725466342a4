import { render } from 'svelte/server';
import { expect, test } from 'vitest';

import Given from '../../fixtures/Given.svelte';
import { recording } from '../../meeting/fixtures';
import { reduce } from '../../meeting/reduce';
import { initial, type Input } from '../../meeting/state';
import ReadinessPanel from './ReadinessPanel.svelte';

test('the word of the head keeps the focus while the answer is awaited', () => {
	const [welcome] = recording('reveal').messages;
	if (!welcome) throw new Error('the recording is empty');
	const here = { state: 'here', devices: { microphone: true, camera: true } } as const;
	const inputs: Input[] = [
		{ type: 'message', message: welcome, at: 0 },
		{ type: 'message', message: { type: 'presence', seat: 'vesland-head', presence: here }, at: 0 },
		{ type: 'asked', id: 'r1', action: { type: 'lobby.ready', ready: true } },
	];
	const state = inputs.reduce(reduce, initial);
	const client = { state, meeting: state.meeting };
	const { body } = render(Given, { props: { client, view: ReadinessPanel } as never });
	const button = /<button[^>]*data-action="ready"[^>]*>/.exec(body)?.[0];
	expect(button).toContain('aria-disabled="true"');
	expect(button).not.toMatch(/ disabled/);
});
