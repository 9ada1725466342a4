import { expect, test } from 'vitest';

import { captureAs, displayOptions, screenEncoding, sentAs } from './screen';

const parameters = (): RTCRtpSendParameters => ({
	transactionId: '7',
	codecs: [],
	headerExtensions: [],
	rtcp: {},
	encodings: [{ ...screenEncoding(), active: false }],
});

test('letters keep their pixels and movement keeps its frames', () => {
	expect(sentAs(parameters(), 'text')).toMatchObject({
		transactionId: '7',
		degradationPreference: 'maintain-resolution',
		encodings: [{ maxFramerate: 15, active: false, scalabilityMode: 'L1T3' }],
	});
	expect(sentAs(parameters(), 'motion')).toMatchObject({
		degradationPreference: 'maintain-framerate',
		encodings: [{ maxFramerate: 30, active: false }],
	});
});

test('a browser that cannot capture fewer frames is told what they show all the same', async () => {
	const asked: unknown[] = [];
	const track = {
		contentHint: '',
		applyConstraints: (constraints: MediaTrackConstraints) => {
			asked.push(constraints.frameRate);
			return Promise.reject(new DOMException('', 'OverconstrainedError'));
		},
	} as unknown as MediaStreamTrack;
	await captureAs(track, 'text');
	expect([track.contentHint, asked]).toEqual(['text', [{ max: 15 }]]);
	await captureAs(track, 'motion');
	expect([track.contentHint, asked.at(-1)]).toEqual(['motion', { max: 30 }]);
});

test('the sound of a screen is asked for as it is, without what this page plays', () => {
	expect(displayOptions()).toMatchObject({
		systemAudio: 'include',
		audio: { restrictOwnAudio: true, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
	});
});
