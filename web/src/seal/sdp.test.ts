import { describe, expect, it } from 'vitest';

import { BOOTH_BPS, codecsByMid, withConstantOpus } from './sdp';

const ANSWER = [
	'v=0',
	'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
	'a=mid:0',
	'a=rtpmap:111 opus/48000/2',
	'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1',
	'a=rtpmap:63 red/48000/2',
	'a=fmtp:63 111/111',
	'm=audio 9 UDP/TLS/RTP/SAVPF 109',
	'a=mid:1',
	'a=rtpmap:109 OPUS/48000/2',
	'm=video 9 UDP/TLS/RTP/SAVPF 98 97 96',
	'a=mid:2',
	'a=rtpmap:96 VP8/90000',
	'a=rtpmap:97 rtx/90000',
	'a=rtpmap:98 VP9/90000',
	'a=fmtp:97 apt=96',
	'',
].join('\r\n');

describe('the description', () => {
	it('asks for Opus at a constant bit rate without pauses, and changes nothing else', () => {
		const changed = withConstantOpus(ANSWER);
		expect(changed).toContain('a=fmtp:111 minptime=10;useinbandfec=1;cbr=1;usedtx=0\r\n');
		expect(changed).toContain('a=rtpmap:109 OPUS/48000/2\r\na=fmtp:109 cbr=1;usedtx=0\r\n');
		expect(changed).toContain('a=fmtp:63 111/111\r\n');
		expect(changed).toContain('a=fmtp:97 apt=96\r\n');
		expect(withConstantOpus(changed)).toBe(changed);
		expect(changed.split('\r\n')).toHaveLength(ANSWER.split('\r\n').length + 1);
	});

	it('keeps a voice modest, and no other sound', () => {
		const changed = withConstantOpus(ANSWER.replace('usedtx=1', 'stereo=1'), ['0']);
		expect(changed).toContain(
			'a=fmtp:111 minptime=10;useinbandfec=1;cbr=1;usedtx=0;stereo=0;maxaveragebitrate=32000\r\n',
		);
		expect(changed).toContain('a=fmtp:109 cbr=1;usedtx=0\r\n');
	});

	it('lets a booth have more', () => {
		expect(withConstantOpus(ANSWER, ['0'], BOOTH_BPS)).toContain('stereo=0;maxaveragebitrate=64000\r\n');
	});

	it('tells the codecs of each line', () => {
		const codecs = codecsByMid(ANSWER);
		expect(codecs.get('0')).toEqual({ byPayloadType: { 111: 'opus', 63: 'red' }, first: 'opus' });
		expect(codecs.get('1')).toEqual({ byPayloadType: { 109: 'opus' }, first: 'opus' });
		expect(codecs.get('2')).toEqual({ byPayloadType: { 96: 'vp8', 98: 'vp9' }, first: 'vp9' });
	});
});
