/**
 * Files on their way: sealed chunk by chunk here, kept by the server as they came. What was interrupted goes on where it
 * stopped, because each chunk is one request and the server says which it has.
 */
import type { FileTrouble } from '../app/context';
import { CHUNK_SIZE, chunkCount, openChunk, sealChunk } from '../seal/files';
import type { FileIdentity } from '../seal/files';
import type { GroupId } from '../wire/types';

/** Requests at once: enough to fill a line with a long round trip, few enough to leave room for the voices. */
const AT_ONCE = 3;

/** A file did not come or go, and why. */
export class TransferError extends Error {
	constructor(readonly why: FileTrouble) {
		super(why);
		this.name = 'TransferError';
	}
}

/** How to ask the server. */
export interface Way {
	readonly token: string;
	readonly fetcher?: typeof fetch;
}

/** Ranges of chunks that the server has: first and last of each. */
interface Kept {
	readonly stored: readonly (readonly [number, number])[];
}

/** Announces a file to the server; returns what it calls it. */
export async function openFile(way: Way, group: GroupId, size: number, signal: AbortSignal): Promise<string> {
	const body = JSON.stringify({ group, size });
	const response = await ask(way, '', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body,
		signal,
	});
	const { id } = (await response.json()) as { id: string };
	return id;
}

/** Sends every chunk that the server has not. */
export async function sendFile(
	way: Way,
	file: FileIdentity,
	key: CryptoKey,
	content: Blob,
	signal: AbortSignal,
	onProgress: (share: number) => void,
): Promise<void> {
	const response = await ask(way, `/${file.id}`, { signal });
	const { stored } = (await response.json()) as Kept;
	const has = (index: number): boolean => stored.some(([first, last]) => first <= index && index <= last);
	await each(
		file,
		(index) => !has(index),
		onProgress,
		async (index) => {
			const from = index * CHUNK_SIZE;
			const plain = new Uint8Array(await content.slice(from, from + CHUNK_SIZE).arrayBuffer());
			const body = await sealChunk(key, file, index, plain);
			await ask(way, `/${file.id}/chunks/${index}`, { method: 'PUT', body, signal });
		},
	);
}

/** Fetches every chunk that is not in `chunks`, and fills it. */
export async function fetchFile(
	way: Way,
	file: FileIdentity,
	key: CryptoKey,
	chunks: Map<number, Uint8Array<ArrayBuffer>>,
	signal: AbortSignal,
	onProgress: (share: number) => void,
): Promise<void> {
	await each(
		file,
		(index) => !chunks.has(index),
		onProgress,
		async (index) => {
			const response = await ask(way, `/${file.id}/chunks/${index}`, { signal });
			const sealed = new Uint8Array(await response.arrayBuffer());
			chunks.set(
				index,
				await openChunk(key, file, index, sealed).catch(() => {
					throw new TransferError('damaged');
				}),
			);
		},
	);
}

/** Does it for every chunk that is wanted, some at once; the first failure ends it. */
async function each(
	{ size }: FileIdentity,
	isWanted: (index: number) => boolean,
	onProgress: (share: number) => void,
	work: (index: number) => Promise<void>,
): Promise<void> {
	const count = chunkCount(size);
	const wanted = Array.from({ length: count }, (_, index) => index).filter(isWanted);
	let done = count - wanted.length;
	onProgress(done / count);
	const worker = async (): Promise<void> => {
		for (let index = wanted.shift(); index !== undefined; index = wanted.shift()) {
			await work(index);
			done += 1;
			onProgress(done / count);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function ask({ token, fetcher = fetch }: Way, path: string, init: RequestInit): Promise<Response> {
	const headers = { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${token}` };
	let response: Response;
	try {
		response = await fetcher(`/api/v1/files${path}`, { ...init, headers, cache: 'no-store' });
	} catch {
		throw new TransferError(init.signal?.aborted === true ? 'cancelled' : 'network');
	}
	if (response.ok) return response;
	throw new TransferError(TROUBLE_OF_STATUS[response.status] ?? (response.status >= 500 ? 'network' : 'refused'));
}

const TROUBLE_OF_STATUS: Readonly<Record<number, FileTrouble>> = { 413: 'too_large', 507: 'full' };
