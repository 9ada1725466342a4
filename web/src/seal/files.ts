/** Files are sealed in chunks, each bound to its file and its place in it. */
import { concat, randomBytes, u64, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { SealError } from './errors';

/** Plaintext of every chunk but the last, in bytes. */
export const CHUNK_SIZE = 65_536;
/** The largest file, in bytes. */
export const FILE_SIZE_MAX = 104_857_600;
export const FILE_KEY_LENGTH = 32;
const TAG_LENGTH = 16;

/** A file as the message about it describes it. */
export interface FileIdentity {
	/** A UUID. */
	readonly id: string;
	/** Of the whole file, in bytes. */
	readonly size: number;
}

/** An empty file has one empty chunk. */
export function chunkCount(size: number): number {
	return Math.max(1, Math.ceil(size / CHUNK_SIZE));
}

export function newFileKey(): Bytes {
	return randomBytes(FILE_KEY_LENGTH);
}

/** To be imported once for all chunks of a file. */
export function importFileKey(key: Bytes): Promise<CryptoKey> {
	return crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** @throws SealError `file.too_large`, or `file.bad_chunk` where the chunk has not the length of its place. */
export async function sealChunk(key: CryptoKey, file: FileIdentity, index: number, chunk: Bytes): Promise<Bytes> {
	if (chunk.length !== plainLength(file, index)) throw new SealError('file.bad_chunk', 'of another length');
	return new Uint8Array(await crypto.subtle.encrypt(parameters(file, index), key, chunk));
}

/** @throws SealError `file.too_large`, or `file.bad_chunk` where it is not that chunk of that file. */
export async function openChunk(key: CryptoKey, file: FileIdentity, index: number, sealed: Bytes): Promise<Bytes> {
	if (sealed.length !== plainLength(file, index) + TAG_LENGTH)
		throw new SealError('file.bad_chunk', 'of another length');
	try {
		return new Uint8Array(await crypto.subtle.decrypt(parameters(file, index), key, sealed));
	} catch (cause) {
		throw new SealError('file.bad_chunk', 'it cannot be opened', { cause });
	}
}

function plainLength({ size }: FileIdentity, index: number): number {
	if (!Number.isSafeInteger(size) || size < 0 || size > FILE_SIZE_MAX) throw new SealError('file.too_large');
	if (!Number.isSafeInteger(index) || index < 0 || index >= chunkCount(size))
		throw new SealError('file.bad_chunk', 'no such place');
	return Math.min(CHUNK_SIZE, size - index * CHUNK_SIZE);
}

function parameters({ id, size }: FileIdentity, index: number): AesGcmParams {
	return {
		name: 'AES-GCM',
		iv: concat(new Uint8Array(4), u64(index)),
		additionalData: concat(utf8(`sommet/file/v1\0${id}\0`), u64(size), u64(index)),
	};
}
