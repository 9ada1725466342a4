import { expect, test } from 'vitest';

import { CHUNK_SIZE, importFileKey, newFileKey } from '../seal/files';
import { TransferError, fetchFile, openFile, sendFile } from './transfer';

const SIZE = 2 * CHUNK_SIZE + 10;
const content = new Uint8Array(SIZE).map((_, index) => index % 251);
const identity = { id: 'f1', size: SIZE };
const never = new AbortController().signal;

/** A server that keeps chunks, and loses the connection after some requests. */
function server(lostAfter = Number.POSITIVE_INFINITY) {
	const chunks = new Map<number, Uint8Array<ArrayBuffer>>();
	let asked = 0;
	const fetcher: typeof fetch = async (url, init) => {
		asked += 1;
		if (asked > lostAfter) throw new TypeError('lost');
		expect(new Headers(init?.headers).get('authorization')).toBe('Bearer t');
		const place = /chunks\/(\d+)$/.exec(url as string)?.[1];
		if (place === undefined) {
			const stored = [...chunks.keys()].map((index) => [index, index]);
			return new Response(JSON.stringify({ id: 'f1', stored }));
		}
		if (init?.method !== 'PUT') return new Response(chunks.get(Number(place)));
		chunks.set(Number(place), new Uint8Array(init.body as Uint8Array<ArrayBuffer>));
		return new Response(null, { status: 204 });
	};
	return { chunks, way: { token: 't', fetcher } };
}

test('a file goes and comes in chunks, and nobody in between can read it', async () => {
	const { way, chunks } = server();
	const key = await importFileKey(newFileKey());
	const shares: number[] = [];
	await sendFile(way, identity, key, new Blob([content]), never, (share) => shares.push(share));
	expect(chunks.size).toBe(3);
	expect(chunks.get(0)?.subarray(0, 16)).not.toEqual(content.subarray(0, 16));
	expect(shares.at(0)).toBe(0);
	expect(shares.at(-1)).toBe(1);
	const fetched = new Map<number, Uint8Array<ArrayBuffer>>();
	await fetchFile(way, identity, key, fetched, never, () => undefined);
	const whole = new Blob([0, 1, 2].map((index) => fetched.get(index) ?? new Uint8Array()));
	expect(new Uint8Array(await whole.arrayBuffer())).toEqual(content);
});

test('what was interrupted goes on where it stopped', async () => {
	const key = await importFileKey(newFileKey());
	const lost = server(2);
	const sending = sendFile(lost.way, identity, key, new Blob([content]), never, () => undefined);
	await expect(sending).rejects.toMatchObject({ why: 'network' });
	const sent = new Map(lost.chunks);
	const again = server();
	for (const [index, chunk] of sent) again.chunks.set(index, chunk);
	const shares: number[] = [];
	await sendFile(again.way, identity, key, new Blob([content]), never, (share) => shares.push(share));
	expect(shares[0]).toBe(sent.size / 3);
	for (const [index, chunk] of sent) expect(again.chunks.get(index)).toBe(chunk);
});

test('a chunk that was changed on the way is damaged', async () => {
	const { way, chunks } = server();
	const key = await importFileKey(newFileKey());
	await sendFile(way, identity, key, new Blob([content]), never, () => undefined);
	chunks.get(1)?.fill(7, 100, 101);
	await expect(fetchFile(way, identity, key, new Map(), never, () => undefined)).rejects.toMatchObject({
		why: 'damaged',
	});
});

test.each([
	[413, 'too_large'],
	[507, 'full'],
	[404, 'refused'],
	[503, 'network'],
])('status %i is "%s"', async (status, why) => {
	const fetcher: typeof fetch = () => Promise.resolve(new Response('{}', { status }));
	await expect(openFile({ token: 't', fetcher }, 'plenary', 1, never)).rejects.toEqual(
		new TransferError(why as 'full'),
	);
});
