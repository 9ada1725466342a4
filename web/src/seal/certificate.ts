/** Member certificates: a party's word that a key is a seat's. They travel as the identity in an MLS credential. */
import type { Role, SeatId } from '../wire/types';
import { equal, toBase64url } from './bytes';
import type { Bytes } from './bytes';
import { KEY_LENGTH } from './documents';
import { SealError } from './errors';
import { Fields } from './fields';
import { roleIn } from './manifest';
import type { Agreed, PartyId } from './manifest';
import { isWithin, openByParty } from './registrar';
import { isRevoked } from './revocation';
import type { Revocations } from './revocation';

const SERIAL_LENGTH = 16;
const CODES = { malformed: 'cert.malformed', signer: 'cert.unknown_root', time: 'cert.expired' } as const;

/** What a good certificate says. */
export interface Certificate {
	readonly party: PartyId;
	readonly seat: SeatId;
	readonly role: Role;
	/** Which of the seat's devices; there is one, 0. */
	readonly slot: number;
	/** The signature key of its MLS leaf. */
	readonly key: Bytes;
	/** From when to when it is good, in milliseconds since 1970. */
	readonly nbf: number;
	readonly exp: number;
	/** 16 bytes as base64url. */
	readonly serial: string;
}

/** What a certificate is measured against. */
export interface Trust {
	readonly agreed: Agreed;
	readonly revoked: Revocations;
	/** In milliseconds since 1970, by the server's clock where it is known: five minutes do not matter. */
	readonly now: number;
}

/**
 * Reads the identity of a credential and checks it for the leaf that has `leafKey`.
 * @throws SealError with a `cert.` code.
 */
export async function checkCertificate(identity: Uint8Array, leafKey: Uint8Array, trust: Trust): Promise<Certificate> {
	const { agreed, revoked, now } = trust;
	const document = Fields.parse(identity, CODES.malformed);
	const { fields, party } = await openByParty(document, 'member', agreed, now, CODES);
	const certificate = {
		party,
		seat: fields.text('seat'),
		role: fields.text('role') as Role,
		slot: fields.number('slot'),
		key: fields.bytes('key', KEY_LENGTH),
		nbf: fields.number('nbf'),
		exp: fields.number('exp'),
		serial: toBase64url(fields.bytes('serial', SERIAL_LENGTH)),
	};
	if (roleIn(agreed, party, certificate.seat) !== certificate.role) throw new SealError('cert.seat');
	if (!isWithin(certificate.nbf, certificate.exp, now)) throw new SealError('cert.expired');
	if (isRevoked(revoked, party, certificate.serial)) throw new SealError('cert.revoked');
	if (!equal(certificate.key, leafKey)) throw new SealError('cert.key_mismatch');
	return certificate;
}

/**
 * Whose certificate it is, of one that was checked when its leaf came into the group: it may be over or revoked now.
 * @throws SealError `cert.malformed`
 */
export function readMember(identity: Uint8Array): Pick<Certificate, 'party' | 'seat' | 'slot' | 'serial'> {
	const payload = Fields.parse(identity, CODES.malformed).bytes('payload');
	const fields = Fields.parse(payload, CODES.malformed);
	const serial = toBase64url(fields.bytes('serial', SERIAL_LENGTH));
	return { party: fields.text('party'), seat: fields.text('seat'), slot: fields.number('slot'), serial };
}

/** The key that let it in, where that is not the party's root key. */
export function readRegistrar(identity: Uint8Array): Bytes | undefined {
	const document = Fields.parse(identity, CODES.malformed);
	if (!document.has('issuer')) return undefined;
	return Fields.parse(document.object('issuer').bytes('payload'), CODES.malformed).bytes('registrar', KEY_LENGTH);
}

/** Tells apart all who may be in a group: a party's seat and device. */
export function memberKey({ party, seat, slot }: Pick<Certificate, 'party' | 'seat' | 'slot'>): string {
	return `${party} ${seat} ${slot}`;
}
