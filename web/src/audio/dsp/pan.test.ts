import { expect, test } from 'vitest';

import { panMono, panStereo } from './pan';

test.each([-1, -0.7, -0.2, 0, 0.3, 0.9, 1])('one channel at %f has the same power as anywhere', (pan) => {
	const { left, right } = panMono(pan);
	expect(left ** 2 + right ** 2).toBeCloseTo(1, 12);
});

test('one channel is 3 dB less on either side in the middle, and on one side only at the end', () => {
	expect(panMono(0).left).toBeCloseTo(Math.SQRT1_2, 12);
	expect(panMono(-1)).toEqual({ left: 1, right: 0 });
	expect(panMono(5).right).toBe(1);
});

test('two channels stay as they are in the middle, and both are on one side at the end', () => {
	expect(panStereo(0)).toEqual({ leftToLeft: 1, leftToRight: 0, rightToLeft: expect.closeTo(0, 12), rightToRight: 1 });
	expect(panStereo(-1)).toEqual({ leftToLeft: 1, leftToRight: 0, rightToLeft: 1, rightToRight: 0 });
	expect(panStereo(1)).toMatchObject({ leftToRight: 1, rightToRight: 1, rightToLeft: 0 });
});
