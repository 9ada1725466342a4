import { describe, expect, test } from 'vitest';

import { Health, heardIn } from './health';
import type { Remedy } from './health';

/** Judges once a second from second 1 on: `states` says what is seen, and whether something was heard. */
function judge(states: readonly (readonly [RTCPeerConnectionState, 'heard' | 'silent'])[]): Remedy[] {
	const health = new Health(0);
	let heard = 0;
	return states.map(([state, sound], index) => {
		heard += sound === 'heard' ? 50 : 0;
		return health.judge({ at: (index + 1) * 1000, state, heard });
	});
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('a connection', () => {
	test('that works needs nothing', () => {
		expect(judge(times(20, ['connected', 'heard']))).toEqual(times(20, 'none'));
	});

	test('that does not come about is begun anew', () => {
		expect(judge(times(8, ['connecting', 'silent']))).toEqual([...times(7, 'none'), 'fresh']);
	});

	test('that is disturbed for a moment heals by itself', () => {
		const remedies = judge([
			['connected', 'heard'],
			['disconnected', 'silent'],
			['connected', 'heard'],
		]);
		expect(remedies).toEqual(times(3, 'none'));
	});

	test('that stays disturbed looks for another way, then begins anew', () => {
		const remedies = judge([['connected', 'heard'], ...times(7, ['disconnected', 'silent'] as const)]);
		expect(remedies).toEqual(['none', 'none', 'none', 'restart', 'none', 'none', 'none', 'fresh']);
	});

	test('that found another way is well again', () => {
		const remedies = judge([
			['failed', 'silent'],
			['connecting', 'silent'],
			...times(3, ['connected', 'heard'] as const),
			['failed', 'silent'],
		]);
		expect(remedies).toEqual(['restart', 'none', 'none', 'none', 'none', 'restart']);
	});

	test('on which nothing is heard any more was forgotten by the server', () => {
		const remedies = judge([['connected', 'heard'], ...times(17, ['connected', 'silent'] as const)]);
		expect(remedies.indexOf('restart')).toBe(13);
		expect(remedies.at(-1)).toBe('fresh');
	});

	test('is not silent between two checks of the way, which may be six seconds apart', () => {
		const once = [['connected', 'heard'], ...times(6, ['connected', 'silent'] as const)] as const;
		expect(judge([...once, ...once, ...once])).toEqual(times(21, 'none'));
	});

	test('is not forgotten when the answer to one check is lost', () => {
		const lossy = [['connected', 'heard'], ...times(12, ['connected', 'silent'] as const)] as const;
		expect(judge([...lossy, ...lossy])).toEqual(times(26, 'none'));
	});

	test('of who only listens is well in a browser that does not count the answers to its checks', () => {
		const health = new Health(0);
		const silent = { state: 'connected', heard: undefined } as const;
		const remedies = times(30, silent).map((reading, second) => health.judge({ ...reading, at: second * 1000 }));
		expect(remedies).toEqual(times(30, 'none'));
		expect(health.judge({ at: 31_000, state: 'failed', heard: undefined })).toBe('restart');
	});

	test('that is closed is begun anew', () => {
		expect(judge([['closed', 'silent']])).toEqual(['fresh']);
	});
});

test('whatever the server sent counts as heard, in the words of any browser', () => {
	const stats = [
		{ type: 'inbound-rtp', packetsReceived: 10 },
		{ type: 'inbound-rtp', packetsReceived: 5 },
		{ type: 'remote-inbound-rtp', roundTripTimeMeasurements: 2 },
		{ type: 'candidate-pair', responsesReceived: 3 },
		{ type: 'outbound-rtp', packetsSent: 1000 },
		{ type: 'codec' },
	];
	expect(heardIn(stats)).toBe(20);
});

test('where the answers to connectivity checks are not counted, nothing is known of silence', () => {
	const stats = [
		{ type: 'inbound-rtp', packetsReceived: 10 },
		{ type: 'candidate-pair', state: 'succeeded', bytesReceived: 900 },
	];
	expect(heardIn(stats)).toBeUndefined();
	expect(heardIn([])).toBeUndefined();
});
