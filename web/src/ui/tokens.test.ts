import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function colour(token: string): [number, number, number] {
	const hex = new RegExp(`--${token}: #([0-9a-f]{6});`).exec(css)?.[1];
	if (!hex) throw new Error(`no colour --${token}`);
	const part = (index: number): number => parseInt(hex.slice(index, index + 2), 16) / 255;
	return [part(0), part(2), part(4)];
}

/** Relative luminance, WCAG 2.2. */
function luminance(token: string): number {
	const [red, green, blue] = colour(token).map((part) =>
		part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
	) as [number, number, number];
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
	const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['room', 'room-lit', 'panel', 'raised', 'control'];
const INKS = ['ink', 'ink-soft', 'ink-faint', 'brass-bright', 'good', 'fair', 'poor', 'alarm'];

test.each(INKS.flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)))(
	'%s is legible on %s',
	(ink, ground) => {
		expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
	},
);

test.each([
	...['on-card', 'on-card-soft', 'on-card-brass', 'on-card-alarm'].flatMap((ink) => [
		[ink, 'card'] as const,
		[ink, 'card-deep'] as const,
	]),
	['on-card', 'card-hover'],
	['on-brass', 'brass'],
	['on-brass', 'brass-bright'],
	['ink', 'alarm-ground'],
] as const)('%s is legible on %s', (ink, ground) => {
	expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
});

test('the frames of fields and buttons stand out', () => {
	for (const ground of GROUNDS) expect(contrast('line-strong', ground)).toBeGreaterThanOrEqual(3);
});
