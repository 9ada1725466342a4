import { describe, expect, it, vi } from 'vitest';

import { equal, fromUtf8, randomBytes, utf8 } from './bytes';
import type { Bytes } from './bytes';
import type { FromFrameWorker } from './frame-messages';
import { FrameWorker } from './frame-worker';
import type { EncodedFrame } from './frame-worker';
import type { LineCounts } from './line';
import type { Codec } from './payload';

const BASE = randomBytes(16);
const LEAVES = [
	[0, 'ada'],
	[1, 'ben'],
] as const;
const CODECS = { byPayloadType: { 111: 'opus' as Codec }, first: 'opus' as Codec };

interface Ends {
	readonly send: (bytes: Bytes, mimeType?: string) => void;
	readonly received: Bytes[];
	keyFrames: number;
}

function start(worker: FrameWorker, side: 'seal' | 'open', line: number): Ends {
	const input = new TransformStream<EncodedFrame, EncodedFrame>();
	const writer = input.writable.getWriter();
	const received: Bytes[] = [];
	const ends: Ends = {
		received,
		keyFrames: 0,
		send: (bytes, mimeType) => {
			const metadata = mimeType === undefined ? { payloadType: 111 } : { mimeType };
			void writer.write({ data: new Uint8Array(bytes).buffer, getMetadata: () => metadata });
		},
	};
	const writable = new WritableStream<EncodedFrame>({ write: ({ data }) => void received.push(new Uint8Array(data)) });
	const sendKeyFrameRequest = (): Promise<void> => {
		ends.keyFrames += 1;
		return Promise.resolve();
	};
	void worker.run({ side, line }, { readable: input.readable, writable, sendKeyFrameRequest });
	return ends;
}

/** What the worker counts on a line, once it has counted `total` frames. */
async function countsOf(
	worker: FrameWorker,
	said: FromFrameWorker[],
	line: number,
	total: number,
): Promise<LineCounts | undefined> {
	return vi.waitFor(async () => {
		await worker.hear({ type: 'counts', id: said.length });
		const counts = said.at(-1)?.lines.get(line);
		const { late = 0, sealed = 0, opened = 0, noKey = 0, authFailed = 0, replayed = 0, wrongSender = 0 } = counts ?? {};
		const sum = late + sealed + opened + noKey + authFailed + replayed + wrongSender;
		expect(sum).toBe(total);
		return counts;
	}, 5000);
}

function make(): { worker: FrameWorker; said: FromFrameWorker[]; later: (() => void)[] } {
	const said: FromFrameWorker[] = [];
	const later: (() => void)[] = [];
	const worker = new FrameWorker({
		now: () => 0,
		later: (work) => later.push(work),
		send: (message) => said.push(message),
	});
	return { worker, said, later };
}

const keys = (own: number) =>
	({ type: 'keys.install', group: 0, epoch: 3, baseKey: BASE, leaves: LEAVES, own }) as const;
const SOURCE = { type: 'line.source', line: 0, source: { seat: 'ada', kind: 'microphone' } } as const;

/** Each holds the keys of its own leaf, and knows the codecs. */
async function holdKeys(...workers: readonly FrameWorker[]): Promise<void> {
	for (const [own, worker] of workers.entries()) {
		await worker.hear({ type: 'line.codecs', line: 0, codecs: CODECS });
		await worker.hear(keys(own));
	}
}

describe('the worker of frames', () => {
	it('lets no frame out that it did not seal, nor in that it did not open', async () => {
		const { worker, said } = make();
		const out = start(worker, 'seal', 0);
		const back = start(worker, 'open', 1);
		out.send(utf8('clear'));
		back.send(utf8('clear'));
		await worker.hear({ type: 'line.codecs', line: 0, codecs: CODECS });
		await worker.hear({ type: 'line.codecs', line: 1, codecs: CODECS });
		await worker.hear({ type: 'line.source', line: 1, source: { seat: 'ben', kind: 'microphone' } });
		await worker.hear({ type: 'line.seal', line: 0, kind: 'microphone', group: 0, epoch: 3 });
		out.send(utf8('still clear'));
		expect(await countsOf(worker, said, 0, 2)).toMatchObject({ sealed: 0, noKey: 2 });
		await worker.hear(keys(0));
		out.send(utf8('of an unknown codec'), 'audio/pcmu');
		expect(await countsOf(worker, said, 0, 3)).toMatchObject({ sealed: 0, noKey: 3 });
		expect(await countsOf(worker, said, 1, 1)).toMatchObject({ opened: 0, authFailed: 1 });
		expect([...out.received, ...back.received]).toEqual([]);
	});

	it('carries sound from one to another, in order, and rests when told', async () => {
		const [ada, ben] = [make(), make()];
		const out = start(ada.worker, 'seal', 0);
		const back = start(ben.worker, 'open', 0);
		await holdKeys(ada.worker, ben.worker);
		await ada.worker.hear({ type: 'line.seal', line: 0, kind: 'microphone', group: 0, epoch: 3 });
		const words = Array.from({ length: 80 }, (_, at) => `frame ${at}`);
		for (const word of words) out.send(utf8(word));
		await vi.waitFor(() => expect(out.received).toHaveLength(80), 5000);
		expect(out.received.some((frame) => words.some((word) => equal(frame, utf8(word))))).toBe(false);
		await ben.worker.hear(SOURCE);
		for (const frame of out.received) back.send(frame);
		await vi.waitFor(() => expect(back.received.map(fromUtf8)).toEqual(words), 5000);
		await ada.worker.hear({ type: 'line.rest', line: 0 });
		out.send(utf8('silence'));
		expect(await countsOf(ada.worker, ada.said, 0, 81)).toMatchObject({ sealed: 80, noKey: 1 });
		expect(out.received).toHaveLength(80);
	});

	it('opens what waited once keys and source are there, and nothing once they went', async () => {
		const ada = make();
		const ben = make();
		const out = start(ada.worker, 'seal', 0);
		const back = start(ben.worker, 'open', 0);
		await ada.worker.hear(keys(0));
		await ada.worker.hear({ type: 'line.codecs', line: 0, codecs: CODECS });
		await ada.worker.hear({ type: 'line.seal', line: 0, kind: 'microphone', group: 0, epoch: 3 });
		for (const word of ['one', 'once', 'only']) out.send(utf8(word));
		await vi.waitFor(() => expect(out.received).toHaveLength(3), 5000);
		await ben.worker.hear({ type: 'line.codecs', line: 0, codecs: CODECS });
		back.send(out.received[0] as Bytes);
		back.send(out.received[1] as Bytes);
		await ben.worker.hear(keys(1));
		expect(back.received).toEqual([]);
		await ben.worker.hear(SOURCE);
		await vi.waitFor(() => expect(back.received.map(fromUtf8)).toEqual(['one', 'once']), 5000);
		await ben.worker.hear({ type: 'keys.retire', group: 0, epoch: 3, after: 2000 });
		await ben.worker.hear({ type: 'keys.bar', group: 0, epoch: 3, leaves: [0] });
		back.send(out.received[2] as Bytes);
		expect(await countsOf(ben.worker, ben.said, 0, 3)).toMatchObject({ opened: 2, wrongSender: 1 });
		for (const work of ben.later) work();
		expect(back.received).toHaveLength(2);
	});

	it('keeps an epoch that is installed again before its time is over: what took its place never was', async () => {
		const ada = make();
		const ben = make();
		const out = start(ada.worker, 'seal', 0);
		const back = start(ben.worker, 'open', 0);
		await holdKeys(ada.worker, ben.worker);
		await ben.worker.hear(SOURCE);
		await ben.worker.hear({ type: 'keys.retire', group: 0, epoch: 3, after: 10_000 });
		await ben.worker.hear({ type: 'keys.bar', group: 0, epoch: 3, leaves: [0] });
		await ben.worker.hear(keys(1));
		for (const work of ben.later) work();
		await ada.worker.hear({ type: 'line.seal', line: 0, kind: 'microphone', group: 0, epoch: 3 });
		out.send(utf8('again'));
		await vi.waitFor(() => expect(out.received).toHaveLength(1), 5000);
		back.send(out.received[0] as Bytes);
		await vi.waitFor(() => expect(back.received.map(fromUtf8)).toEqual(['again']), 5000);
	});
});
