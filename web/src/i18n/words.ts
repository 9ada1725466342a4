/**
 * The words for every stable code of the protocol. A code that the protocol gains is missing here at compile time.
 */
import { m } from '../paraglide/messages';
import { number } from './format';
import type { Way } from '../app/context';
import type { Action, Notice } from '../meeting/state';
import type { BoothSignal, Bye, Grade, Presence, Quality, Refusal, SuspensionReason, Symptom } from '../wire/types';

type Words = () => string;

/** What has happened, and what to do about it. */
export interface Explanation {
	title: string;
	body: string;
}

const refusals: Record<Refusal, Words> = {
	already_raised: m.refusal_already_raised,
	already_so: m.refusal_already_so,
	ended: m.refusal_ended,
	epoch_over: m.refusal_epoch_over,
	in_caucus: m.refusal_in_caucus,
	malformed: m.refusal_malformed,
	media_offer: m.refusal_media_offer,
	no_voice: m.refusal_no_voice,
	not_called: m.refusal_not_called,
	not_chair: m.refusal_not_chair,
	not_here: m.refusal_not_here,
	not_in_booth: m.refusal_not_in_booth,
	not_principal: m.refusal_not_principal,
	not_raised: m.refusal_not_raised,
	not_recorded: m.refusal_not_recorded,
	not_speaking: m.refusal_not_speaking,
	not_yet: m.refusal_not_yet,
	relay_loop: m.refusal_relay_loop,
	too_late: m.refusal_too_late,
	too_many: m.refusal_too_many,
	unknown: m.refusal_unknown,
};

const actions: Record<Action['type'], Words> = {
	'agenda.open': m.action_agenda_open,
	'booth.assign': m.action_booth_assign,
	'booth.handover': m.action_booth_handover,
	'booth.handover_accept': m.action_booth_handover_accept,
	'booth.handover_end': m.action_booth_handover_end,
	'booth.microphone': m.action_booth_microphone,
	'booth.outgoing': m.action_booth_outgoing,
	'booth.relay': m.action_booth_relay,
	'booth.resume': m.action_booth_resume,
	'booth.signal': m.action_booth_signal,
	'booth.suspend': m.action_booth_suspend,
	'caucus.enter': m.action_caucus_enter,
	'caucus.leave': m.action_caucus_leave,
	'caucus.open': m.action_caucus_open,
	'channel.listen': m.action_channel_listen,
	'channel.set': m.action_channel_set,
	'floor.give': m.action_floor_give,
	'floor.lower': m.action_floor_lower,
	'floor.raise': m.action_floor_raise,
	'floor.yield': m.action_floor_yield,
	'interpretation.mode': m.action_interpretation_mode,
	'interpretation.turn': m.action_interpretation_turn,
	'lobby.ready': m.action_lobby_ready,
	'pair.open': m.action_pair_open,
	'seat.speaks': m.action_seat_speaks,
	'summit.end': m.action_summit_end,
	whisper: m.action_whisper,
};

const byes: Record<Bye, readonly [Words, Words]> = {
	ended: [m.bye_ended_title, m.bye_ended_body],
	left: [m.bye_left_title, m.bye_left_body],
	link_refused: [m.bye_link_refused_title, m.bye_link_refused_body],
	malformed: [m.bye_malformed_title, m.bye_malformed_body],
	protocol: [m.bye_protocol_title, m.bye_protocol_body],
	restart: [m.bye_restart_title, m.bye_restart_body],
	taken_over: [m.bye_taken_over_title, m.bye_taken_over_body],
	too_slow: [m.bye_too_slow_title, m.bye_too_slow_body],
};

/** The codes of the HTTP API's problems, and `network` for no answer at all. */
export type ProblemCode =
	'link-refused' | 'malformed' | 'network' | 'not-agreed' | 'not-found' | 'too-many' | 'unavailable';

const problems: Record<ProblemCode, readonly [Words, Words]> = {
	'link-refused': [m.bye_link_refused_title, m.bye_link_refused_body],
	malformed: [m.problem_malformed_title, m.problem_malformed_body],
	network: [m.problem_network_title, m.problem_network_body],
	'not-agreed': [m.problem_not_agreed_title, m.problem_not_agreed_body],
	'not-found': [m.problem_not_found_title, m.problem_not_found_body],
	'too-many': [m.problem_too_many_title, m.problem_too_many_body],
	unavailable: [m.problem_unavailable_title, m.problem_unavailable_body],
};

const grades: Record<Grade, Words> = { good: m.quality_good, fair: m.quality_fair, poor: m.quality_poor };

/** In a word; what would help; what it means where it is one's own, and where it is somebody else's. */
const symptoms: Record<Symptom, readonly [Words, Words, Words, Words]> = {
	computer: [m.symptom_computer, m.symptom_computer_cure, m.symptom_computer_own, m.symptom_computer_theirs],
	delay: [m.symptom_delay, m.symptom_delay_cure, m.symptom_delay_own, m.symptom_delay_theirs],
	download_loss: [
		m.symptom_download_loss,
		m.symptom_download_loss_cure,
		m.symptom_download_loss_own,
		m.symptom_download_loss_theirs,
	],
	upload_loss: [
		m.symptom_upload_loss,
		m.symptom_upload_loss_cure,
		m.symptom_upload_loss_own,
		m.symptom_upload_loss_theirs,
	],
	upload_rate: [
		m.symptom_upload_rate,
		m.symptom_upload_rate_cure,
		m.symptom_upload_rate_own,
		m.symptom_upload_rate_theirs,
	],
};

const ways: Record<Way, Words> = { udp: m.way_udp, tcp: m.way_tcp, relay: m.way_relay };

const wayNotes: Partial<Record<Way, Words>> = { tcp: m.way_tcp_note, relay: m.way_relay_note };

const presences: Record<Presence['state'], Words> = {
	absent: m.presence_absent,
	arriving: m.presence_arriving,
	here: m.presence_here,
	reconnecting: m.presence_reconnecting,
};

const suspensions: Record<SuspensionReason, Words> = {
	bad_sound: m.suspension_bad_sound,
	no_document: m.suspension_no_document,
	no_relief: m.suspension_no_relief,
	technical: m.suspension_technical,
	too_fast: m.suspension_too_fast,
};

const signals: Record<BoothSignal, Words> = {
	microphone: m.signal_microphone,
	numbers: m.signal_numbers,
	repeat: m.signal_repeat,
	slow_down: m.signal_slow_down,
};

const explain = ([title, body]: readonly [Words, Words]): Explanation => ({ title: title(), body: body() });

/** Why a request was not carried out, with what to do. */
export const refusalWords = (why: Refusal): string => refusals[why]();

/** What was asked for and not done, and why, with what to do. */
export function noticeWords(notice: Notice): string {
	const action = actions[notice.action]();
	switch (notice.kind) {
		case 'refused':
			return m.notice_of({ action, words: refusalWords(notice.why) });
		case 'not_done':
			return m.notice_of({ action, words: m.refusal_unsent() });
		case 'uncertain':
			return m.notice_of({ action, words: m.refusal_uncertain() });
	}
}

/** Why the server ended the connection, with what to do. */
export const byeWords = (reason: Bye): Explanation => explain(byes[reason]);

/** Why the HTTP API said no, with what to do; an unknown code is explained as a server that cannot answer. */
export const problemWords = (code: string): Explanation =>
	explain(problems[code as ProblemCode] ?? problems.unavailable);

/** A connection in a few words: the worst symptom where there is one, else the grade. */
export const qualityWords = (quality: Quality): string =>
	quality.symptom ? symptoms[quality.symptom][0]() : grades[quality.grade]();

/** What carries sound and picture, and what that means for the person. */
export const wayWords = (way: Way): string => ways[way]();

/** The same beside one's own picture; nothing where it is the usual way. */
export const wayNote = (way: Way | undefined): string | undefined => way && wayNotes[way]?.();

/** What a connection means for those who meet: by the worst symptom where there is one; `own`: it is one's own. */
export const qualityMeaning = (quality: Quality, own: boolean): string =>
	quality.symptom ? symptoms[quality.symptom][own ? 2 : 3]() : grades[quality.grade]();

/** What would help a connection, where something would. */
export const qualityCure = (quality: Quality): string | undefined =>
	(quality.symptom && symptoms[quality.symptom][1]()) || undefined;

/** Why a booth cannot work, as a part of a sentence. */
export const suspensionWords = (reason: SuspensionReason): string => suspensions[reason]();

/** A word from a booth to who speaks. */
export const signalWords = (signal: BoothSignal): string => signals[signal]();

/** Where a person is; `departed`: was here before. */
export const presenceWords = (presence: Presence, departed = false): string =>
	departed && presence.state === 'absent' ? m.presence_left() : presences[presence.state]();

/** A length of time in whole minutes. */
export const minutes = (count: number): string => m.agenda_minutes({ count, minutes: number(count) });
