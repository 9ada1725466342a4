/** Who may sign for a party: its root key, or a registrar key for as long as the root key lets it. */
import type { Bytes } from './bytes';
import { KEY_LENGTH, isSignedBy, readEnvelope } from './documents';
import type { Domain, Envelope, Signed } from './documents';
import { SealError } from './errors';
import type { SealCode } from './errors';
import { Fields } from './fields';
import { rootOf } from './manifest';
import type { Agreed, PartyId } from './manifest';

/** How far clocks may be apart, in milliseconds. */
const TOLERANCE_MS = 5 * 60 * 1000;

/** A document that a registrar signed says who let it. */
export interface PartySigned extends Signed {
	readonly issuer?: Signed;
}

/** Which error says what, for the kind of document at hand. */
export interface PartyCodes {
	readonly malformed: SealCode;
	readonly signer: SealCode;
	readonly time: SealCode;
}

/** Whether `now` is within the time of a document. */
export function isWithin(nbf: number, exp: number, now: number): boolean {
	return nbf - TOLERANCE_MS <= now && now <= exp + TOLERANCE_MS;
}

/**
 * The fields of a document that a party, or a registrar for it, signed; they name the party and the summit.
 * @throws SealError with one of `codes`.
 */
export async function openByParty(
	document: Fields,
	domain: Domain,
	agreed: Agreed,
	now: number,
	codes: PartyCodes,
): Promise<{ readonly fields: Fields; readonly party: PartyId }> {
	const envelope = readEnvelope(document, codes.malformed);
	const fields = Fields.parse(envelope.payload, codes.malformed);
	const party = fields.text('party');
	const root = rootOf(agreed, party);
	if (!root) throw new SealError(codes.signer, 'the party is not in the manifest');
	const key = document.has('issuer')
		? await registrarKey(document.object('issuer'), party, root, agreed, now, codes)
		: root;
	if (!(await isSignedBy(envelope, domain, key))) throw new SealError(codes.signer, 'the signature does not hold');
	if (fields.version().text('summit') !== agreed.manifest.summit)
		throw new SealError(codes.malformed, 'of another summit');
	return { fields, party };
}

async function registrarKey(
	document: Fields,
	party: PartyId,
	root: Bytes,
	agreed: Agreed,
	now: number,
	codes: PartyCodes,
): Promise<Bytes> {
	const envelope: Envelope = readEnvelope(document, codes.malformed);
	if (!(await isSignedBy(envelope, 'registrar', root)))
		throw new SealError(codes.signer, 'the registrar is not the party’s');
	const fields = Fields.parse(envelope.payload, codes.malformed).version();
	if (fields.text('summit') !== agreed.manifest.summit)
		throw new SealError(codes.malformed, 'the registrar is of another summit');
	if (fields.text('party') !== party) throw new SealError(codes.signer, 'the registrar is of another party');
	if (!isWithin(fields.number('nbf'), fields.number('exp'), now))
		throw new SealError(codes.time, 'the registrar’s time is over');
	return fields.bytes('registrar', KEY_LENGTH);
}
