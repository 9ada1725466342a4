import { expect, test } from 'vitest';

import { randomFrom } from '../signals';
import { SlidingMinimum } from './sliding-minimum';

test.each([1, 2, 7, 252])('it is the smallest of the last %i', (length) => {
	const random = randomFrom(3);
	const all = Array.from({ length: 2000 }, () => Math.round(random() * 50));
	const minimum = new SlidingMinimum(length);
	for (const [index, value] of all.entries()) {
		expect(minimum.next(value)).toBe(Math.min(...all.slice(Math.max(0, index - length + 1), index + 1)));
	}
});
