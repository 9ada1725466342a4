import { expect, test } from 'vitest';

import type { Figures, Lines } from './figures';
import { LineRecord } from './line-record';

const SECOND = 1000;

/** A picture that stands still once a second; the person on it changes after a minute. */
function watch(record: LineRecord, seconds: number): (Figures | undefined)[] {
	return Array.from({ length: seconds + 1 }, (_, second) => {
		const at = second * SECOND;
		const lines: Lines = { kindOf: () => undefined, sourceOf: () => (second < 60 ? 1 : 2) };
		const picture = { id: 'V', type: 'inbound-rtp', kind: 'video', mid: '6', timestamp: at, freezeCount: second };
		// The timer is never exact.
		return record.take([{ ...picture, bytesReceived: 125 * second }], lines, at + (second % 3) * 50);
	});
}

test('there are new figures every two seconds', () => {
	const shown = watch(new LineRecord(), 20);
	expect(shown.filter((figures) => figures !== undefined)).toHaveLength(10);
	expect(shown[0]).toBeUndefined();
	expect(shown[2]?.pictures[0]?.bps).toBe(1000);
});

test('ten minutes are kept, one entry each ten seconds, and each tells of all of them', () => {
	const record = new LineRecord();
	watch(record, 1000);
	expect(record.entries).toHaveLength(60);
	const times = record.entries.map(({ at }) => Math.round(at / (10 * SECOND)));
	expect(times).toEqual(Array.from({ length: 60 }, (_, index) => index + 41));
	expect(record.entries.every(({ pictures }) => pictures[0]?.freezes === 10)).toBe(true);
	record.clear();
	expect(record.entries).toEqual([]);
});

test('freezes are counted for whom one sees, from when one sees them', () => {
	const shown = watch(new LineRecord(), 70);
	const freezes = (second: number): number | undefined => shown[second]?.pictures[0]?.freezes;
	expect([freezes(2), freezes(20), freezes(58)]).toEqual([2, 20, 58]);
	expect([freezes(60), freezes(70)]).toEqual([2, 12]);
});
