/**
 * What a personal link is good for. Its secret never leaves the page: one value derived from it opens a session at the
 * server, another proves to the party's registrar who asks for a certificate.
 */
import type { SeatId } from '../wire/types';
import { concat, toBase64url, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { SealError } from './errors';
import { Fields } from './fields';
import type { Agreed, PartyId } from './manifest';
import { isWithin, openByParty } from './registrar';

const JTI_LENGTH = 16;
const ACCESS_LENGTH = 24;
const PROOF_KEY_LENGTH = 32;
const CODES = {
	malformed: 'invitation.malformed',
	signer: 'invitation.unknown_root',
	time: 'invitation.expired',
} as const;

export interface Invitation {
	readonly party: PartyId;
	readonly seat: SeatId;
	/** Its name. */
	readonly jti: Bytes;
	readonly nbf: number;
	readonly exp: number;
}

/** What a registrar is asked with; all three are base64url. */
export interface CertificateRequest {
	readonly jti: string;
	readonly key: string;
	readonly proof: string;
}

/** @throws SealError `invitation.malformed`, `invitation.expired`, or `invitation.unknown_root` where its party did not sign. */
export async function readInvitation(value: unknown, agreed: Agreed, now: number): Promise<Invitation> {
	const { fields, party } = await openByParty(new Fields(value, CODES.malformed), 'invitation', agreed, now, CODES);
	const invitation = {
		party,
		seat: fields.text('seat'),
		jti: fields.bytes('jti', JTI_LENGTH),
		nbf: fields.number('nbf'),
		exp: fields.number('exp'),
	};
	if (!isWithin(invitation.nbf, invitation.exp, now)) throw new SealError('invitation.expired');
	return invitation;
}

/** What the server is shown instead of the secret of a link; 32 characters. */
export async function accessOf(secret: string): Promise<string> {
	return toBase64url(await derive(secret, 'sommet/access/v1', ACCESS_LENGTH));
}

/** Asks the registrar of a party for a certificate for `key`, with the proof that the link's secret is known here. */
export async function certificateRequest(secret: string, jti: Bytes, key: Bytes): Promise<CertificateRequest> {
	const raw = await derive(secret, 'sommet/proof/v1', PROOF_KEY_LENGTH);
	const hmac = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
	const proof = await crypto.subtle.sign('HMAC', hmac, concat(utf8('sommet/cert-request/v1\0'), jti, key));
	return { jti: toBase64url(jti), key: toBase64url(key), proof: toBase64url(new Uint8Array(proof)) };
}

/** HKDF-SHA256 without salt, from the characters of the secret as they stand in the link. */
async function derive(secret: string, info: string, length: number): Promise<Bytes> {
	const key = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits']);
	const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(info) };
	return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}
