/** Bytes as they travel: base64url, UTF-8, big-endian numbers, and putting them together. */

/** Bytes in memory of their own, as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BASE64URL = /^[A-Za-z0-9_-]*$/;

export function utf8(text: string): Bytes {
	return ENCODER.encode(text);
}

/** @throws TypeError where it is no UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
	return DECODER.decode(bytes);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
	const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** A copy that shares its memory with nobody. */
export function copy(bytes: Uint8Array): Bytes {
	return new Uint8Array(bytes);
}

/** Not for secrets: how long it takes tells where they differ. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Eight bytes, big-endian. */
export function u64(value: number | bigint): Bytes {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
	return bytes;
}

/** Without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Takes the one way to write these bytes and no other; `undefined` otherwise. */
export function fromBase64url(text: string): Bytes | undefined {
	if (!BASE64URL.test(text) || text.length % 4 === 1) return undefined;
	const decoded = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
	const bytes = Uint8Array.from(decoded, (character) => character.charCodeAt(0));
	return toBase64url(bytes) === text ? bytes : undefined;
}

export async function sha256(...parts: readonly Uint8Array[]): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)));
}

export function randomBytes(length: number): Bytes {
	return crypto.getRandomValues(new Uint8Array(length));
}
