import { expect, test } from 'vitest';

import { screenTroubleOf, statusOf } from './capture';
import { pickCodecs } from './codecs';
import { grownSlots, videoSlots } from './connection';
import { loudness } from './level';
import { pause } from './speakers';

test('only the codecs of a meeting are offered, best first', () => {
	const known = [
		{ mimeType: 'video/VP8' },
		{ mimeType: 'video/rtx' },
		{ mimeType: 'video/H264', sdpFmtpLine: 'profile-level-id=42e01f' },
		{ mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
		{ mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' },
		{ mimeType: 'video/AV1' },
	];
	const picked = pickCodecs(known, ['video/VP9', 'video/VP8', 'video/rtx']);
	expect(picked.map(({ mimeType, sdpFmtpLine }) => `${mimeType} ${sdpFmtpLine ?? ''}`)).toEqual([
		'video/VP9 profile-id=0',
		'video/VP8 ',
		'video/rtx ',
	]);
});

test('there is a slot for every other camera and one for a document, up to ten to begin with', () => {
	expect(videoSlots(1)).toBe(2);
	expect(videoSlots(9)).toBe(10);
	expect(videoSlots(40)).toBe(10);
});

test('slots are added when there are more pictures, several at a time and up to a bound, and none is taken away', () => {
	expect(grownSlots(10, 3)).toBe(10);
	expect(grownSlots(10, 11)).toBe(16);
	expect(grownSlots(16, 16)).toBe(16);
	expect(grownSlots(16, 500)).toBe(32);
});

test.each([
	['NotAllowedError', 'blocked'],
	['SecurityError', 'blocked'],
	['NotFoundError', 'missing'],
	['OverconstrainedError', 'missing'],
	['NotReadableError', 'busy'],
	['AbortError', 'busy'],
] as const)('%s means %s', (name, status) => {
	expect(statusOf(new DOMException('', name))).toBe(status);
});

test('loudness runs from silence to the loudest', () => {
	expect(loudness(new Float32Array(64))).toBe(0);
	expect(loudness(new Float32Array(64).fill(1))).toBe(1);
	expect(loudness(new Float32Array(64).fill(0.001))).toBeCloseTo(0);
	expect(loudness(new Float32Array(64).fill(0.0316))).toBeCloseTo(0.5, 2);
});

test('what was stopped before it began does not begin', async () => {
	const began = Date.now();
	await pause(60_000, AbortSignal.abort());
	expect(Date.now() - began).toBeLessThan(1000);
});

test.each([
	['NotAllowedError', 'Permission denied by user', 4000, 'cancelled'],
	['NotAllowedError', 'The request is not allowed by the user agent', 4000, 'cancelled'],
	['NotAllowedError', 'Permission denied by system', 4000, 'denied'],
	['NotAllowedError', 'The request is not allowed by the user agent', 30, 'denied'],
	['SecurityError', '', 0, 'denied'],
	['NotReadableError', 'Could not start video source', 4000, 'failed'],
	['NotFoundError', '', 30, 'failed'],
	['InvalidStateError', '', 0, 'failed'],
] as const)('no screen because of %s (%s) after %i ms: %s', (name, message, after, trouble) => {
	expect(screenTroubleOf(new DOMException(message, name), after)).toBe(trouble);
});
