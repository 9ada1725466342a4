import { render } from 'svelte/server';
import { expect, test } from 'vitest';

import type { Finding, Grade, Verdict } from '../../audio/interpretability';
import GradeLine from './GradeLine.svelte';

const drawn = (verdict: Verdict | undefined, listening = true): string =>
	render(GradeLine, { props: { verdict, listening } }).body.replace(/<!--.*?-->/g, '');

/** The drawing and the sentences. */
const mark = (html: string): string => html.match(/<path d="([^"]*)"/)?.[1] ?? '';
const words = (html: string): string =>
	html
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();

const VERDICTS: [Grade, Finding[]][] = [
	['good', []],
	['usable', [{ reason: 'wireless', grade: 'usable' }]],
	[
		'not_interpretable',
		[
			{ reason: 'noise', grade: 'not_interpretable' },
			{ reason: 'wireless', grade: 'usable' },
		],
	],
];

test('each grade has words and a drawing of its own, and is said to screen readers', () => {
	const all = VERDICTS.map(([grade, findings]) => drawn({ grade, findings }));
	expect(all.map(words)).toEqual([
		'Good sound for interpreters.',
		'Usable sound for interpreters. The microphone has no cable, and that costs sound. Use one with a cable.',
		'This sound cannot be interpreted. There is too much noise. Close doors and windows, or come nearer to the microphone.',
	]);
	expect(new Set(all.map(mark)).size).toBe(3);
	for (const html of all) expect(html).toContain('role="status"');
});

test('before anything is known one is asked to speak; without a microphone nothing is said', () => {
	expect(words(drawn({ grade: undefined, findings: [{ reason: 'wireless', grade: 'usable' }] }))).toBe(
		'Say two or three sentences, to see whether interpreters can work with this sound.',
	);
	expect(words(drawn(undefined, false))).toBe('');
});
