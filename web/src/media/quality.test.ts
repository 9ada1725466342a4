import { describe, expect, test } from 'vitest';

import { QualityMeter, judge } from './quality';
import type { Measures } from './quality';

const fine: Measures = { downloadLoss: 0, uploadLoss: 0, roundTrip: 0.05, limitedBy: 'none' };

test.each<[Partial<Measures>, string, string | null]>([
	[{}, 'good', null],
	[{ downloadLoss: 0.05 }, 'fair', 'download_loss'],
	[{ downloadLoss: 0.2 }, 'poor', 'download_loss'],
	[{ uploadLoss: 0.2 }, 'poor', 'upload_loss'],
	[{ roundTrip: 0.5 }, 'fair', 'delay'],
	[{ roundTrip: 1 }, 'poor', 'delay'],
	[{ limitedBy: 'cpu' }, 'fair', 'computer'],
	[{ limitedBy: 'bandwidth' }, 'fair', 'upload_rate'],
	[{ downloadLoss: 0.05, roundTrip: 1 }, 'poor', 'delay'],
])('%j is %s because of %s', (measured, grade, symptom) => {
	expect(judge({ ...fine, ...measured })).toEqual({ grade, symptom });
});

describe('the meter', () => {
	const inbound = (packetsReceived: number, packetsLost: number): Record<string, unknown>[] => [
		{ type: 'inbound-rtp', packetsReceived, packetsLost },
		{ type: 'outbound-rtp', qualityLimitationReason: 'none' },
	];

	test('tells a quality when two readings agree, and only when it changed', () => {
		const meter = new QualityMeter();
		expect(meter.read(inbound(100, 0))).toBeUndefined();
		expect(meter.read(inbound(200, 0))).toEqual({ grade: 'good', symptom: null });
		expect(meter.read(inbound(300, 0))).toBeUndefined();
		expect(meter.read(inbound(380, 20))).toBeUndefined();
		expect(meter.read(inbound(460, 40))).toEqual({ grade: 'poor', symptom: 'download_loss' });
		expect(meter.read(inbound(560, 40))).toBeUndefined();
	});

	test('gives a new connection time to find its rate', () => {
		const meter = new QualityMeter();
		const narrow = [{ type: 'outbound-rtp', qualityLimitationReason: 'bandwidth' }];
		const told = Array.from({ length: 7 }, () => meter.read(narrow)?.symptom);
		expect(told).toEqual([undefined, null, undefined, undefined, undefined, undefined, 'upload_rate']);
	});

	test('passes over a layer that rests because nobody receives it', () => {
		const meter = new QualityMeter();
		const resting = [{ type: 'outbound-rtp', active: false, qualityLimitationReason: 'bandwidth' }];
		const told = Array.from({ length: 7 }, () => meter.read(resting)?.symptom);
		expect(told).toEqual([undefined, null, undefined, undefined, undefined, undefined, undefined]);
	});

	test('takes differences, so that a loss of long ago is forgotten', () => {
		const meter = new QualityMeter();
		meter.read(inbound(100, 900));
		expect(meter.read(inbound(200, 900))).toBeUndefined();
		expect(meter.read(inbound(300, 900))).toEqual({ grade: 'good', symptom: null });
	});
});
