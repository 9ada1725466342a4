/** What can go wrong while sealing. The codes are stable (`docs/security/protocol.md`); the words for people are elsewhere. */

export type SealCode =
	| 'document.malformed'
	| 'document.signature'
	| 'manifest.malformed'
	| 'manifest.incomplete'
	| 'manifest.signature'
	| 'manifest.other_summit'
	| 'invitation.malformed'
	| 'invitation.expired'
	| 'invitation.unknown_root'
	| 'revocation.malformed'
	| 'revocation.unknown_root'
	| 'revocation.expired'
	| 'revocation.old'
	| 'revocation.contradicts'
	| 'identity.no_ed25519'
	| 'identity.no_secret'
	| 'manifest.changed'
	| 'cert.malformed'
	| 'cert.unknown_root'
	| 'cert.seat'
	| 'cert.expired'
	| 'cert.revoked'
	| 'cert.key_mismatch'
	| 'cert.duplicate_member'
	| 'mls.bad_commit'
	| 'mls.welcome_unusable'
	| 'mls.epoch_old'
	| 'mls.epoch_unknown'
	| 'attest.missing'
	| 'attest.mismatch'
	| 'media.no_key'
	| 'media.auth_failed'
	| 'media.replay'
	| 'media.wrong_sender'
	| 'media.transform_bypassed'
	| 'file.too_large'
	| 'file.bad_chunk';

/** A refusal with its stable code; the message is for whoever looks for a fault. It never holds a secret. */
export class SealError extends Error {
	override readonly name = 'SealError';
	constructor(
		readonly code: SealCode,
		detail = '',
		options?: ErrorOptions,
	) {
		super(detail === '' ? code : `${code}: ${detail}`, options);
	}
}

/** The error with its code, or one that gives what failed otherwise the code `otherwise`. */
export function asSealError(error: unknown, otherwise: SealCode): SealError {
	if (error instanceof SealError) return error;
	return new SealError(otherwise, error instanceof Error ? error.message : String(error), { cause: error });
}
