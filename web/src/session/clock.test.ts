import { expect, test } from 'vitest';

import { Clock } from './clock';

test('the answer with the shortest round trip counts', () => {
	const clock = new Clock();
	expect(clock.read(1000, 1200, 1600)).toBe(500);
	expect(clock.read(3000, 3010, 3495)).toBe(490);
	expect(clock.read(5000, 5400, 5900)).toBe(490);
});

test('an old answer is forgotten, so that a clock that was set is followed', () => {
	const clock = new Clock();
	clock.read(0, 2, 101);
	const offsets = Array.from({ length: 15 }, (_, index) =>
		clock.read(index * 2000, index * 2000 + 20, index * 2000 + 60),
	);
	expect(offsets.at(0)).toBe(100);
	expect(offsets.at(-1)).toBe(50);
});

test('another connection begins anew', () => {
	const clock = new Clock();
	clock.read(0, 2, 101);
	clock.forget();
	expect(clock.read(0, 20, 60)).toBe(50);
});
