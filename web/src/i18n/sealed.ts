/**
 * The words for what is sealed, and for every reason why it is not. A code that the page gains is missing here at compile
 * time.
 */
import type { AdmittedBy, Attestation, FileTrouble, SealStatus, SealTrouble } from '../app/context';
import { m } from '../paraglide/messages';
import type { Role } from '../wire/types';
import { timeOfDay } from './format';
import type { Explanation } from './words';

type Words = () => string;

/** What is wrong, and what to do about it. */
const troubles: Readonly<Record<SealTrouble, readonly [Words, Words]>> = {
	'cert.malformed': [m.trouble_cert_malformed, m.cure_kept_out],
	'cert.unknown_root': [m.trouble_cert_unknown_root, m.cure_kept_out],
	'cert.seat': [m.trouble_cert_seat, m.cure_kept_out],
	'cert.expired': [m.trouble_cert_expired, m.cure_readmit],
	'cert.revoked': [m.trouble_cert_revoked, m.cure_new_link],
	'cert.key_mismatch': [m.trouble_cert_key_mismatch, m.cure_kept_out],
	'cert.duplicate_member': [m.trouble_cert_duplicate_member, m.cure_kept_out],
	'mls.bad_commit': [m.trouble_mls_bad_commit, m.cure_kept_out],
	'mls.welcome_unusable': [m.trouble_mls_welcome_unusable, m.bye_malformed_body],
	'mls.epoch_old': [m.trouble_mls_epoch_old, m.cure_passes],
	'attest.mismatch': [m.trouble_attest_mismatch, m.cure_alarm],
	'attest.missing': [m.trouble_attest_missing, m.cure_confirm],
	'media.no_key': [m.trouble_media_no_key, m.cure_passes],
	'media.auth_failed': [m.trouble_media_auth_failed, m.cure_kept_out],
	'media.replay': [m.trouble_media_replay, m.cure_kept_out],
	'media.wrong_sender': [m.trouble_media_wrong_sender, m.cure_kept_out],
	no_transform: [m.trouble_no_transform, m.cure_browser],
	no_ed25519: [m.trouble_no_ed25519, m.cure_browser],
	storage_blocked: [m.trouble_storage_blocked, m.cure_storage],
	manifest_incomplete: [m.trouble_manifest_incomplete, m.cure_agreement],
	manifest_invalid: [m.trouble_manifest_invalid, m.cure_agreement],
	invitation_invalid: [m.trouble_invitation_invalid, m.cure_new_link],
	denied_declined: [m.trouble_denied_declined, m.cure_ask_registrar],
	denied_expired: [m.trouble_denied_expired, m.cure_new_link],
	denied_malformed: [m.trouble_denied_malformed, m.bye_malformed_body],
	denied_proof: [m.trouble_denied_proof, m.cure_new_link],
	denied_revoked: [m.trouble_denied_revoked, m.cure_new_link],
	denied_unknown: [m.trouble_denied_unknown, m.cure_new_link],
	denied_used: [m.trouble_denied_used, m.cure_new_link],
};

const statuses: Readonly<Record<SealStatus, Words>> = {
	checking: m.seal_status_checking,
	waiting: m.seal_status_waiting,
	joining: m.seal_status_joining,
	sealed: m.seal_status_sealed,
	paused: m.seal_status_paused,
	broken: m.seal_status_broken,
};

const attestations: Readonly<Record<Attestation, Words>> = {
	agreed: m.seal_attest_agreed,
	waiting: m.seal_attest_waiting,
	missing: m.seal_attest_missing,
	mismatch: m.seal_attest_mismatch,
};

const fileTroubles: Readonly<Record<FileTrouble, Words>> = {
	too_large: m.file_trouble_too_large,
	full: m.file_trouble_full,
	network: m.file_trouble_network,
	damaged: m.file_trouble_damaged,
	refused: m.file_trouble_refused,
	cancelled: m.file_trouble_cancelled,
};

const roles: Readonly<Record<Role, Words>> = {
	adviser: m.role_adviser,
	chair: m.role_chair,
	interpreter: m.role_interpreter,
	captioner: m.role_captioner,
	note_taker: m.role_note_taker,
	observer: m.role_observer,
	press_officer: m.role_press_officer,
	principal: m.role_principal,
	technician: m.role_technician,
};

/** Why it is not sealed, and what to do about it. */
export const sealTroubleWords = (trouble: SealTrouble): Explanation => {
	const [title, body] = troubles[trouble];
	return { title: title(), body: body() };
};

/** Where the sealing is, in a sentence. */
export const sealStatusWords = (status: SealStatus): string => statuses[status]();

/** What a party says of the keys; none: nobody of it is here. */
export const attestationWords = (attestation: Attestation | undefined): string =>
	attestation ? attestations[attestation]() : m.seal_attest_nobody();

/** Groups of digits keep their order in a line that runs from right to left. */
const leftToRight = (digits: string): string => `\u2066${digits}\u2069`;

/** Who admitted a device, and since when it is a member. */
export function admittedWords(admitted: AdmittedBy, since: number): string {
	const time = timeOfDay(since);
	if (admitted.by === 'root') return m.seal_admitted_root({ time });
	return m.seal_admitted_registrar({ key: leftToRight(admitted.key.join(' ')), time });
}

/** Who admitted one's own device. */
export const ownAdmittedWords = (admitted: AdmittedBy): string =>
	admitted.by === 'root' ? m.seal_own_root() : m.seal_own_registrar();

/** Why a file did not come or go. */
export const fileTroubleWords = (why: FileTrouble): string => fileTroubles[why]();

/** What somebody does at the summit. */
export const roleWords = (role: Role): string => roles[role]();
