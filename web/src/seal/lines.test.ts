import { describe, expect, it } from 'vitest';

import type { ToFrameWorker } from './frame-messages';
import type { LineCounts } from './line';
import { SealedLines } from './lines';

const ANSWER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n';

function make(): {
	lines: SealedLines;
	told: ToFrameWorker[];
	sealed: { count: number; dropped: number; answers: boolean };
} {
	const told: ToFrameWorker[] = [];
	const sealed = { count: 0, dropped: 0, answers: true };
	let next = 0;
	const zero = { late: 0, opened: 0, authFailed: 0, replayed: 0, wrongSender: 0 };
	const counts = (): LineCounts => {
		const { count, dropped } = sealed;
		return { ...zero, came: count + dropped, sealed: count, noKey: dropped };
	};
	const lines = new SealedLines({
		install: () => next++,
		tell: (message) => told.push(message),
		counts: () => Promise.resolve(sealed.answers ? new Map([[0, counts()]]) : undefined),
	});
	return { lines, told, sealed };
}

const transceiver = (mid: string | null): RTCRtpTransceiver => ({ mid }) as RTCRtpTransceiver;

describe('the lines of a connection', () => {
	it('of sound carry more of what went before when they are told to, a later one as well', () => {
		const { lines, told } = make();
		lines.addSending(transceiver('0'), 'microphone');
		lines.addSending(transceiver('1'), 'camera');
		told.splice(0);
		lines.repeatSound(2);
		lines.addSending(transceiver('2'), 'screen_audio');
		const deeper = (line: number) => ({ type: 'line.redundancy', line, depth: 2 });
		expect(told.filter(({ type }) => type === 'line.redundancy')).toEqual([deeper(0), deeper(2)]);
		lines.begin();
		told.splice(0);
		lines.addSending(transceiver('0'), 'microphone');
		expect(told.some(({ type }) => type === 'line.redundancy')).toBe(false);
	});

	it('rest until there are keys, and are sealed by kind from then on', () => {
		const { lines, told } = make();
		lines.addSending(transceiver('0'), 'microphone');
		expect(told.splice(0)).toEqual([{ type: 'line.rest', line: 0 }]);
		lines.sealWith({ microphone: { group: 1, epoch: 4 } });
		lines.addSending(transceiver('1'), 'camera');
		expect(told).toEqual([
			{ type: 'line.seal', line: 0, kind: 'microphone', group: 1, epoch: 4 },
			{ type: 'line.rest', line: 1 },
		]);
	});

	it('are told whose frames they carry once the name of each is known, and only what changed', () => {
		const { lines, told } = make();
		const unnamed: { mid: string | null } = { mid: null };
		lines.addReceiving(unnamed as RTCRtpTransceiver);
		const ada = { seat: 'ada', kind: 'microphone' } as const;
		lines.useSources({ 0: ada });
		unnamed.mid = '0';
		lines.agree(ANSWER, ANSWER);
		lines.useSources({ 0: { ...ada } });
		const sources = told.flatMap((message) => (message.type === 'line.source' ? [message.source] : []));
		expect(sources).toEqual([undefined, ada]);
		expect(told).toContainEqual({
			type: 'line.codecs',
			line: 0,
			codecs: { byPayloadType: { 111: 'opus' }, first: 'opus' },
		});
		lines.begin();
		expect(told.at(-1)).toEqual({ type: 'line.end', line: 0 });
	});

	it('are watched: what is sent and did not come to the worker is named', async () => {
		const { lines, sealed } = make();
		lines.addSending(transceiver('0'), 'microphone');
		const look = (packetsSent: number): ReturnType<SealedLines['watch']> =>
			lines.watch([{ type: 'outbound-rtp', mid: '0', kind: 'audio', packetsSent }]);
		expect(await look(0)).toEqual([]);
		sealed.count = 50;
		expect(await look(50)).toEqual([]);
		expect(await look(100)).toEqual([]);
		expect(await look(150)).toEqual(['microphone']);
	});

	it('are not stopped by a worker that is late, and are by one that never answers again', async () => {
		const { lines, sealed } = make();
		lines.addSending(transceiver('0'), 'microphone');
		const look = (packetsSent: number): ReturnType<SealedLines['watch']> =>
			lines.watch([{ type: 'outbound-rtp', mid: '0', kind: 'audio', packetsSent }]);
		sealed.answers = false;
		for (let second = 1; second <= 9; second += 1) expect(await look(50 * second)).toEqual([]);
		sealed.answers = true;
		sealed.count = 500;
		expect(await look(500)).toEqual([]);
		sealed.answers = false;
		for (let second = 11; second <= 19; second += 1) expect(await look(50 * second)).toEqual([]);
		expect(await look(1000)).toEqual(['microphone']);
	});
});
