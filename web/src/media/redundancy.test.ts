import { describe, expect, test } from 'vitest';

import { SoundRedundancy } from './redundancy';

/** What is told in each second, for a share of lost packets and a round trip in seconds. */
function told(seconds: readonly (readonly [lost: number, roundTrip: number])[]): (number | undefined)[] {
	const redundancy = new SoundRedundancy();
	return seconds.map(([fractionLost, roundTripTime], second) =>
		redundancy.read([{ type: 'remote-inbound-rtp', fractionLost, roundTripTime }], second * 1000),
	);
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('sound', () => {
	test('is sent as the browser sends it on a good line', () => {
		expect(told(times(5, [0.02, 0.1]))).toEqual(times(5, undefined));
	});

	test('is sent once more where much is lost, and for ten seconds after', () => {
		const seconds = told([[0.2, 0.1], [0.1, 0.1], ...times(12, [0, 0.1] as const)]);
		expect(seconds).toEqual([2, ...times(10, undefined), 1, undefined, undefined]);
	});

	test('is not sent once more on a way that is too narrow', () => {
		expect(
			told([
				[0, 0.1],
				[0.2, 0.4],
				[0.2, 0.15],
			]),
		).toEqual([undefined, undefined, 2]);
		expect(
			told([
				[0.2, 0.1],
				[0.2, 0.3],
			]),
		).toEqual([2, 1]);
	});

	test('does not change where nothing is reported', () => {
		expect(new SoundRedundancy().read([{ type: 'outbound-rtp' }], 0)).toBeUndefined();
	});
});
