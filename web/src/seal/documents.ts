/** Signed documents: the bytes that were signed, as they were signed, and who is to have signed them. */
import { concat, toBase64url, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { Fields } from './fields';
import type { SealCode } from './errors';

/** Length of an Ed25519 public key and of a signature, in bytes. */
export const KEY_LENGTH = 32;
export const SIGNATURE_LENGTH = 64;

/** What a document is; a signature over one of them says nothing about another. */
export const DOMAINS = {
	manifest: 'sommet/manifest/v1',
	registrar: 'sommet/registrar-cert/v1',
	member: 'sommet/member-cert/v1',
	invitation: 'sommet/invitation/v1',
	revocation: 'sommet/revocation/v1',
	partyAuth: 'sommet/party-auth/v1',
} as const;

export type Domain = keyof typeof DOMAINS;

/** A document as it travels: both fields are base64url. */
export interface Signed {
	readonly payload: string;
	readonly signature: string;
}

/** A document that was taken apart, and not checked yet. */
export interface Envelope {
	readonly payload: Bytes;
	readonly signature: Bytes;
}

/** @throws SealError with `code` where it has not the form of a signed document. */
export function readEnvelope(fields: Fields, code: SealCode): Envelope {
	const envelope = { payload: fields.bytes('payload'), signature: fields.bytes('signature', SIGNATURE_LENGTH) };
	// Whatever it says: it must be an object before anybody asks who signed it.
	Fields.parse(envelope.payload, code);
	return envelope;
}

/** The bytes that are signed: the domain, a zero, the payload. */
export function signedBytes(domain: Domain, payload: Uint8Array): Bytes {
	return concat(utf8(`${DOMAINS[domain]}\0`), payload);
}

/** Whether `key` signed that. A key that is none has signed nothing. */
export async function isSignedBy(envelope: Envelope, domain: Domain, key: Bytes): Promise<boolean> {
	return verify(key, envelope.signature, signedBytes(domain, envelope.payload));
}

/** Ed25519 (RFC 8032); false for whatever is no key or no signature. */
export async function verify(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
	if (key.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
	try {
		const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
		return await crypto.subtle.verify('Ed25519', imported, signature, message);
	} catch {
		return false;
	}
}

/** Signs a payload. Clients sign little themselves; tests and demonstrations sign all of it. */
export async function sign(payload: Uint8Array, domain: Domain, key: CryptoKey): Promise<Signed> {
	const signature = await crypto.subtle.sign('Ed25519', key, signedBytes(domain, payload));
	return { payload: toBase64url(payload), signature: toBase64url(new Uint8Array(signature)) };
}
