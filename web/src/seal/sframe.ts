/** SFrame (RFC 9605) with cipher suite 4, `AES_128_GCM_SHA256_128`, by WebCrypto: headers, keys, sealing, opening. */
import { concat, u64, utf8 } from './bytes';
import type { Bytes } from './bytes';

const SUITE = Uint8Array.of(0, 4);
const KEY_BITS = 128;
const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;
/** Numbers below 8 stand in the first byte of a header. */
const INLINE_BELOW = 8n;

export interface Header {
	readonly kid: bigint;
	readonly ctr: bigint;
	/** In bytes. */
	readonly length: number;
}

/** Key and salt of one KID. */
export interface FrameKey {
	readonly aes: CryptoKey;
	readonly salt: Bytes;
}

/** Section 4.3. */
export function encodeHeader(kid: bigint, ctr: bigint): Bytes {
	const [kidBits, kidBytes] = field(kid);
	const [ctrBits, ctrBytes] = field(ctr);
	return concat(Uint8Array.of((kidBits << 4) | ctrBits), kidBytes, ctrBytes);
}

/** The header that begins at `at`; `undefined` where there is none. */
export function decodeHeader(bytes: Uint8Array, at = 0): Header | undefined {
	const config = bytes[at];
	if (config === undefined) return undefined;
	const kid = readField(config >> 4, bytes, at + 1);
	const ctr = readField(config & 0xf, bytes, at + 1 + (kid?.length ?? 0));
	return kid && ctr ? { kid: kid.value, ctr: ctr.value, length: 1 + kid.length + ctr.length } : undefined;
}

/** The base key of an epoch, so that it cannot be taken out again. */
export function importBase(base: Bytes): Promise<CryptoKey> {
	return crypto.subtle.importKey('raw', base, 'HKDF', false, ['deriveBits', 'deriveKey']);
}

/** Section 4.4.2. */
export async function deriveFrameKey(base: CryptoKey, kid: bigint, use: 'encrypt' | 'decrypt'): Promise<FrameKey> {
	const hkdf = (label: string): HkdfParams => ({
		name: 'HKDF',
		hash: 'SHA-256',
		salt: new Uint8Array(),
		info: concat(utf8(label), u64(kid), SUITE),
	});
	const aesType = { name: 'AES-GCM', length: KEY_BITS };
	const [aes, salt] = await Promise.all([
		crypto.subtle.deriveKey(hkdf('SFrame 1.0 Secret key '), base, aesType, false, [use]),
		crypto.subtle.deriveBits(hkdf('SFrame 1.0 Secret salt '), base, NONCE_LENGTH * 8),
	]);
	return { aes, salt: new Uint8Array(salt) };
}

/** Ciphertext and tag. The same key and counter are never to be used twice: whoever calls keeps count. */
export async function seal(
	key: FrameKey,
	ctr: bigint,
	header: Bytes,
	metadata: Bytes,
	plaintext: Bytes,
): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.encrypt(parameters(key, ctr, header, metadata), key.aes, plaintext));
}

/** @throws DOMException where the tag does not hold. */
export async function open(key: FrameKey, ctr: bigint, header: Bytes, metadata: Bytes, sealed: Bytes): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.decrypt(parameters(key, ctr, header, metadata), key.aes, sealed));
}

function parameters({ salt }: FrameKey, ctr: bigint, header: Bytes, metadata: Bytes): AesGcmParams {
	const iv = new Uint8Array(salt);
	const counter = u64(ctr);
	const offset = NONCE_LENGTH - counter.length;
	for (const [at, byte] of counter.entries()) iv[offset + at] = (iv[offset + at] ?? 0) ^ byte;
	return { name: 'AES-GCM', iv, additionalData: concat(header, metadata), tagLength: TAG_LENGTH * 8 };
}

/** Four bits, and the bytes that follow the first. */
function field(value: bigint): [bits: number, bytes: Bytes] {
	if (value < INLINE_BELOW) return [Number(value), new Uint8Array()];
	const all = u64(value);
	const bytes = all.subarray(all.findIndex((byte) => byte !== 0));
	return [8 | (bytes.length - 1), bytes];
}

function readField(bits: number, bytes: Uint8Array, at: number): { value: bigint; length: number } | undefined {
	if ((bits & 8) === 0) return { value: BigInt(bits), length: 0 };
	const length = (bits & 7) + 1;
	if (at + length > bytes.length) return undefined;
	let value = 0n;
	for (const byte of bytes.subarray(at, at + length)) value = (value << 8n) | BigInt(byte);
	return { value, length };
}
