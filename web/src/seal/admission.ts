/** How a device comes to its certificate: what the server brings is checked, then the party's registrar is asked. */
import type { Envelope, SeatId, ServerMessage } from '../wire/types';
import { equal, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { checkCertificate } from './certificate';
import type { Certificate, Trust } from './certificate';
import { SealError } from './errors';
import type { Identity } from './identity';
import { certificateRequest, readInvitation } from './invitation';
import type { CertificateRequest, Invitation } from './invitation';
import { readAgreed } from './manifest';
import type { Agreed } from './manifest';
import { NO_REVOCATIONS, withRevocation } from './revocation';
import type { Revocations } from './revocation';

type Welcome = Extract<ServerMessage, { type: 'welcome' }>;

/** What a welcome says, once it is checked. */
export interface Checked {
	readonly agreed: Agreed;
	readonly invitation: Invitation;
	readonly revoked: Revocations;
}

/**
 * @throws SealError `manifest.*` and `invitation.*`; `manifest.changed` where another one was agreed
 * before: what the sides compared does not become something else.
 */
export async function checkWelcome(welcome: Welcome, before: Checked | undefined, now: number): Promise<Checked> {
	const agreed = await readAgreed(welcome.manifest, welcome.summit);
	if (before && !equal(before.agreed.hash, agreed.hash)) throw new SealError('manifest.changed');
	// The page shows the plan that came with the welcome: it must be the one that was agreed.
	if (!isSame(welcome.plan, agreed.manifest.plan)) throw new SealError('manifest.changed', 'the plan is another one');
	const invitation = await readInvitation(welcome.invitation, agreed, now);
	if (invitation.seat !== welcome.you) throw new SealError('invitation.malformed', 'for another seat');
	let revoked = before?.revoked ?? NO_REVOCATIONS;
	for (const list of welcome.revocations) revoked = await withRevocationIfGood(revoked, list, agreed, now);
	return { agreed, invitation, revoked };
}

/** Whether two values of JSON are the same, whatever the order of their fields. */
function isSame(one: unknown, other: unknown): boolean {
	if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
	const [left, right] = [Object.entries(one), Object.entries(other)];
	const fields = new Map<string, unknown>(right);
	return (
		left.length === right.length && left.every(([name, value]) => fields.has(name) && isSame(value, fields.get(name)))
	);
}

/** A list that is no party's says nothing: its sender can at most hold back the right one. */
export async function withRevocationIfGood(
	revoked: Revocations,
	list: Envelope,
	agreed: Agreed,
	now: number,
): Promise<Revocations> {
	return withRevocation(revoked, list, agreed, now).catch(() => revoked);
}

/** The identity of an MLS credential: the certificate, as all members write it. */
export function identityOf({ payload, signature, issuer }: Envelope): Bytes {
	const by = issuer ? { issuer: { payload: issuer.payload, signature: issuer.signature } } : {};
	return utf8(JSON.stringify({ payload, signature, ...by }));
}

/** The certificate of this device, if it is good for that seat. @throws SealError `cert.*` */
export async function checkOwn(identity: Bytes, key: Bytes, seat: SeatId, trust: Trust): Promise<Certificate> {
	const certificate = await checkCertificate(identity, key, trust);
	if (certificate.seat !== seat) throw new SealError('cert.seat', 'for another seat');
	return certificate;
}

/** @throws SealError `identity.no_secret` where the link was used up by another page: it has to be opened again. */
export async function requestFor(
	secret: string | undefined,
	{ jti }: Invitation,
	{ publicKey }: Identity,
): Promise<CertificateRequest> {
	if (secret === undefined) throw new SealError('identity.no_secret');
	return certificateRequest(secret, jti, publicKey);
}
