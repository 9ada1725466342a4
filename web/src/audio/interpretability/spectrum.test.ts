import { expect, test } from 'vitest';

import { randomFrom } from '../signals';
import { Fourier } from './spectrum';

test('it is the sum that it stands for', () => {
	const random = randomFrom(9);
	const [real, imaginary] = [Float64Array.from({ length: 16 }, random), Float64Array.from({ length: 16 }, random)];
	const expected = Array.from({ length: 16 }, (_, bin) => {
		let [re, im] = [0, 0];
		for (let at = 0; at < 16; at += 1) {
			const turn = (-2 * Math.PI * bin * at) / 16;
			re += (real[at] ?? 0) * Math.cos(turn) - (imaginary[at] ?? 0) * Math.sin(turn);
			im += (real[at] ?? 0) * Math.sin(turn) + (imaginary[at] ?? 0) * Math.cos(turn);
		}
		return [re, im];
	});
	new Fourier(16).transform(real, imaginary);
	for (const [bin, [re = NaN, im = NaN]] of expected.entries()) {
		expect(real[bin]).toBeCloseTo(re, 10);
		expect(imaginary[bin]).toBeCloseTo(im, 10);
	}
});

test('no other size than powers of two', () => {
	expect(() => new Fourier(100)).toThrow(RangeError);
});
