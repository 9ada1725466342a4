import { render } from 'svelte/server';
import { expect, test } from 'vitest';

import type { Arrival } from '../../app/context';
import Given from '../../fixtures/Given.svelte';
import type { SharedDocument } from '../../meeting/selectors';
import type { Presence } from '../../wire/types';
import DocumentPane from './DocumentPane.svelte';

const here: Presence = { state: 'here', devices: { microphone: true, camera: true } };

function pane(presence: Presence, arrival: Arrival): string {
	const by = { id: 'vesland-head', name: { en: 'Anneke Hale' } } as unknown as SharedDocument['by'];
	const shared: SharedDocument = { source: 8, by, you: false, presence };
	const client = { media: { show: () => () => undefined, arrivalOf: () => arrival } };
	const props = { shared, rect: { x: 0, y: 0, width: 800, height: 450 } };
	return render(Given, { props: { client, view: DocumentPane, props } as never }).body;
}

const isShown = (html: string): boolean => /<video class="shown/.test(html);
const words = (html: string): string | undefined => /role="status">(.*?)<\/p>/.exec(html)?.[1];

test.each<[Presence, Arrival, boolean, string]>([
	[here, 'arriving', true, ''],
	[here, 'awaited', false, 'Picture on its way'],
	[here, 'paused', false, 'Here, picture paused: weak line'],
	[here, 'left_out', false, 'Here, picture not shown'],
	[{ state: 'reconnecting' }, 'arriving', true, 'Connection lost, coming back'],
	[{ state: 'reconnecting' }, 'awaited', false, 'Connection lost, coming back'],
])('a document of who is %o and whose picture is %s says how it stands', (presence, arrival, shown, said) => {
	const html = pane(presence, arrival);
	expect(isShown(html)).toBe(shown);
	expect(words(html)).toBe(said);
});

test('whoever shares a screen says what it shows, also while it is shared', () => {
	const by = { id: 'meridia-head', name: { en: 'Elena Marsh' } } as unknown as SharedDocument['by'];
	const shared: SharedDocument = { source: 8, by, you: true, presence: here };
	const client = { media: { screenContent: 'motion', show: () => () => undefined, arrivalOf: () => 'arriving' } };
	const props = { shared, rect: { x: 0, y: 0, width: 800, height: 450 } };
	const html = render(Given, { props: { client, view: DocumentPane, props } as never }).body;
	const choices = [...html.matchAll(/<input type="radio"[^>]*value="(\w+)"([^>]*)>/g)];
	expect(choices.map(([, content, rest]) => [content, rest?.includes('checked')])).toEqual([
		['text', false],
		['motion', true],
	]);
});
