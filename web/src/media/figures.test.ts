import { describe, expect, test } from 'vitest';

import { figuresOf, type Figures, type Lines } from './figures';

type Stats = Record<string, unknown>;

const lines: Lines = {
	kindOf: (mid) => ({ '0': 'microphone' as const, '1': 'camera' as const })[mid],
	sourceOf: (mid) => ({ '2': 20, '6': 60 })[mid],
};

/** The counters after so many seconds, as Chromium names them. */
function after(seconds: number): Stats[] {
	const at = { timestamp: 1000 * seconds };
	return [
		{ id: 'T', type: 'transport', selectedCandidatePairId: 'P', ...at },
		{
			id: 'P',
			type: 'candidate-pair',
			localCandidateId: 'L',
			currentRoundTripTime: 0.0404,
			availableOutgoingBitrate: 2_500_000.4,
			bytesSent: 125_000 * seconds,
			bytesReceived: 250_000 * seconds,
			...at,
		},
		{ id: 'L', type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
		{ id: 'OA', type: 'outbound-rtp', kind: 'audio', mid: '0', bytesSent: 4000 * seconds, ...at },
		{
			id: 'OV',
			type: 'outbound-rtp',
			kind: 'video',
			mid: '1',
			rid: 'h',
			active: true,
			frameWidth: 640,
			frameHeight: 360,
			framesPerSecond: 29.8,
			qualityLimitationReason: 'bandwidth',
			bytesSent: 60_000 * seconds,
			...at,
		},
		{ id: 'RV', type: 'remote-inbound-rtp', localId: 'OV', fractionLost: 0.0390625 },
		{
			id: 'IA',
			type: 'inbound-rtp',
			kind: 'audio',
			mid: '2',
			bytesReceived: 4000 * seconds,
			packetsReceived: 45 * seconds,
			packetsLost: 5 * seconds,
			jitter: 0.0121,
			concealedSamples: 2880 * seconds,
			silentConcealedSamples: 1920 * seconds,
			totalSamplesReceived: 48_000 * seconds,
			...at,
		},
		{
			id: 'IV',
			type: 'inbound-rtp',
			kind: 'video',
			mid: '6',
			frameWidth: 1280,
			frameHeight: 720,
			framesPerSecond: 30,
			bytesReceived: 150_000 * seconds,
			packetsReceived: 200 * seconds,
			packetsLost: 0,
			jitter: 0.003,
			freezeCount: seconds,
			framesDecoded: 30 * seconds,
			totalDecodeTime: 0.135 * seconds,
			...at,
		},
		{ id: 'idle', type: 'inbound-rtp', kind: 'video', mid: '7', bytesReceived: 0, ...at },
	];
}

const figures = (before: Stats[], now: Stats[]): Figures => figuresOf(before, now, lines, 5000);

describe('between two looks', () => {
	const seen = figures(after(3), after(5));

	test('the connection has its way, its round trip and its rates', () => {
		expect(seen.connection).toEqual({
			way: 'udp',
			roundTripMs: 40,
			sendBps: 1_000_000,
			receiveBps: 2_000_000,
			availableBps: 2_500_000,
		});
	});

	test('what is sent has its layer, its loss as the server reports it, and what limits it', () => {
		expect(seen.sent).toMatchObject([
			{ kind: 'microphone', mid: '0', bps: 32_000, loss: undefined, limitedBy: undefined },
			{
				kind: 'camera',
				layer: 'h',
				width: 640,
				height: 360,
				fps: 30,
				bps: 480_000,
				loss: 0.0391,
				limitedBy: 'bandwidth',
				active: true,
			},
		]);
	});

	test('a sound has its share that was lost, and the smaller one that was made up', () => {
		expect(seen.sounds).toEqual([{ mid: '2', source: 20, bps: 32_000, loss: 0.1, jitterMs: 12, madeUp: 0.02 }]);
	});

	test('a picture has its size, its freezes and what it takes to decode; an m-line that carries nothing is none', () => {
		expect(seen.pictures).toEqual([
			{
				mid: '6',
				source: 60,
				width: 1280,
				height: 720,
				fps: 30,
				bps: 1_200_000,
				loss: 0,
				jitterMs: 3,
				freezes: 2,
				decodeMs: 4.5,
			},
		]);
	});
});

test('the order stays as it is, however a browser lists them: by m-line, then the smallest layer first', () => {
	const layer = (rid: string, mid = '1'): Stats => ({ id: rid, type: 'outbound-rtp', mid, rid });
	const listed = [layer('f'), layer('q'), layer('a', '0'), layer('h')];
	for (const order of [listed, listed.toReversed()]) {
		expect(figures([], order).sent.map(({ layer: rid }) => rid)).toEqual(['a', 'q', 'h', 'f']);
	}
});

test('without a look before, or when the counters began anew, there are no rates', () => {
	for (const before of [[], after(9)]) {
		const { connection, pictures } = figures(before, after(5));
		expect(connection).toMatchObject({ way: 'udp', roundTripMs: 40, sendBps: undefined, receiveBps: undefined });
		expect(pictures).toMatchObject([{ width: 1280, bps: undefined, freezes: undefined, decodeMs: undefined }]);
	}
});

test('a packet that was counted as lost and came late makes no negative loss', () => {
	const late = after(5).map((entry) => (entry['id'] === 'IA' ? { ...entry, packetsLost: 0 } : entry));
	expect(figures(after(3), late).sounds[0]?.loss).toBe(0);
});

test('the way is that of the pair in use, in the words of any browser', () => {
	const through = (local: Stats): Figures['connection']['way'] =>
		figures(
			[],
			[
				{ id: 'other', type: 'candidate-pair', localCandidateId: 'none', selected: false },
				{ id: 'P', type: 'candidate-pair', localCandidateId: 'L', selected: true },
				{ id: 'L', type: 'local-candidate', ...local },
			],
		).connection.way;
	expect(through({ candidateType: 'host', protocol: 'tcp' })).toBe('tcp');
	expect(through({ candidateType: 'relay', protocol: 'udp' })).toBe('relay');
	expect(figures([], []).connection.way).toBeUndefined();
});
