import { expect, test } from 'vitest';

import { planOf } from '../../fixtures/plan';
import type { Figures, PictureFigures, SentFigures } from '../../media/figures';
import type { MeetingState } from '../../meeting/state';
import { connectionRows, groupsOf, type Group } from './groups';
import { reportOf } from './report';

const meeting = {
	plan: planOf(2),
	sources: [
		{ id: 7, seat: 'vesland-head', kind: 'camera' },
		{ id: 8, seat: 'vesland-foreign', kind: 'screen' },
	],
	reduced: ['6'],
	paused: ['12'],
} as unknown as MeetingState;

const sent: SentFigures = {
	mid: '1',
	kind: 'camera',
	layer: 'h',
	active: true,
	width: 640,
	height: 360,
	fps: 30,
	bps: 480_400,
	loss: 0.0391,
	limitedBy: 'bandwidth',
};

const picture: PictureFigures = {
	mid: '6',
	source: 7,
	width: 1280,
	height: 720,
	fps: 30,
	bps: 1_480_000,
	loss: 0,
	jitterMs: 3,
	freezes: 2,
	decodeMs: 4.5,
};

const figures: Figures = {
	at: 0,
	connection: { way: 'tcp', roundTripMs: 40, sendBps: 64_000, receiveBps: 1_234_567, availableBps: undefined },
	sent: [sent, { ...sent, layer: 'f', active: false, width: undefined, fps: undefined, loss: undefined, bps: 0 }],
	sounds: [{ mid: '2', source: 7, bps: 64_000, loss: 0.1, jitterMs: 12, madeUp: 0.004 }],
	pictures: [picture, { ...picture, mid: '12', source: 8 }],
};

const group = (id: Group['id']): Group | undefined => groupsOf(figures, meeting).find((one) => one.id === id);

test('every figure has its unit, and what is not known has a dash', () => {
	expect(connectionRows(figures)).toEqual([
		['Way', 'TCP'],
		['Round trip', '40 ms'],
		['Sends', '64 kb/s'],
		['Receives', '1.23 Mb/s'],
		['Could send', '–'],
	]);
});

test('each sent layer has a row, also one that rests', () => {
	expect(group('sent')?.rows).toEqual([
		{ id: '1 h', name: 'Camera, layer h', note: undefined, cells: ['640×360', '30', '480 kb/s', '3.9%', 'line'] },
		{
			id: '1 f',
			name: 'Camera, layer f',
			note: 'rests: nobody needs it',
			cells: ['–', '–', '0 kb/s', '–', 'line'],
		},
	]);
});

test('what is received says whose it is and how it comes', () => {
	expect(group('sounds')?.rows).toMatchObject([
		{ name: 'Anneke Sorensdottir-Whitcombe', cells: ['64 kb/s', '10%', '12 ms', '0.4%'] },
	]);
	expect(group('pictures')?.rows).toMatchObject([
		{
			id: '6',
			name: 'Anneke Sorensdottir-Whitcombe',
			note: 'reduced',
			cells: ['1280×720', '30', '1.48 Mb/s', '0%', '3 ms', '2', '4.5 ms'],
		},
		{ id: '12', name: 'Magnus Okoye: screen', note: 'paused' },
	]);
});

test('every row has a cell for every column', () => {
	for (const { columns, rows } of groupsOf(figures, meeting)) {
		expect(new Set(columns.map(({ title }) => title)).size).toBe(columns.length);
		for (const { cells } of rows) expect(cells).toHaveLength(columns.length);
	}
});

test('the report has the figures with their times, and says of people nothing but a number', () => {
	const report = JSON.parse(reportOf('k3v9x2', 'Firefox/153.0', [{ ...figures, at: 1_767_225_600_000 }])) as object;
	expect(Object.keys(report)).toEqual(['summit', 'browser', 'entries']);
	expect(report).toMatchObject({
		summit: 'k3v9x2',
		browser: 'Firefox/153.0',
		entries: [{ at: '2026-01-01T00:00:00.000Z', connection: { roundTripMs: 40 }, sounds: [{ source: 7, loss: 0.1 }] }],
	});
});
