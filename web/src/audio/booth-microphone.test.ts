import { expect, test } from 'vitest';

import { isOpen, ramp } from './booth-microphone';

test('the microphone is open while neither switch holds it', () => {
	expect(isOpen({ muted: false, coughing: false })).toBe(true);
	expect(isOpen({ muted: false, coughing: true })).toBe(false);
	expect(isOpen({ muted: true, coughing: false })).toBe(false);
	expect(isOpen({ muted: true, coughing: true })).toBe(false);
});

test('it opens and closes on a ramp from where it is', () => {
	const points = ramp(0.25, 1);
	expect([points[0], points.at(-1)]).toEqual([0.25, 1]);
	expect(points.every((point, index) => index === 0 || point > (points[index - 1] ?? 1))).toBe(true);
	expect([...ramp(1, 0)].at(-1)).toBe(0);
});
