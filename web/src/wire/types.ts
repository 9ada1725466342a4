// Generated from core/wire by `cargo x types`; do not edit.

/**
 * One summit on a server; chosen at random when it is created, so that it says nothing.
 */
export type SummitId = string;

/**
 * One delegation of a summit, as named in the summit's file.
 */
export type DelegationId = string;

/**
 * One seat of a summit: one person in one role. Unique in its summit.
 */
export type SeatId = string;

/**
 * One item of a summit's agenda.
 */
export type AgendaItemId = string;

/**
 * One request, chosen at random by the client (a UUID in lower case). The same id sent twice is carried out once,
 * so a client that lost its connection sends again what was not answered.
 */
export type RequestId = string;

/**
 * One group of members with keys of its own: `plenary`, `side-` and the party, `caucus-` or `pair-` and what the server chose.
 */
export type GroupId = string;

/**
 * Bytes, in JSON as base64url without padding (RFC 4648 section 5).
 */
export type Bytes = string;

/**
 * One stream of sound or pictures published by a seat; numbered by the server, unique while the room is loaded.
 */
export type SourceId = number;

/**
 * A language as a BCP 47 tag, such as `en` or `zh-Hans` (RFC 5646). Checked for shape, not against the registry.
 */
export type Language = string;

/**
 * One text in one or more languages: `{"en": "Foreign Minister", "fr": "Ministre des affaires étrangères"}`.
 * Never empty. A client shows its own language, else English, else the first in order of tags.
 */
export type Localized = Record<string, string>;

/**
 * A moment of the server's wall clock, in milliseconds since 1970-01-01T00:00:00Z.
 */
export type WallTime = number;

/**
 * The place of an entry in its summit's log; the first is 1, none is left out.
 */
export type Sequence = number;

/**
 * A length on a screen, in device pixels.
 */
export type Pixels = number;

/**
 * What a person does at the summit.
 */
export type Role = "adviser" | "captioner" | "chair" | "interpreter" | "note_taker" | "observer" | "press_officer" | "principal" | "technician";

/**
 * How the colours of a flag lie.
 */
export type FlagLayout = "cross" | "disc" | "horizontal" | "saltire" | "vertical";

/**
 * A flag, drawn by the client from colours: no picture of a stranger's is ever loaded.
 */
export type Flag = { 
/**
 * How the colours lie.
 */
layout: FlagLayout, 
/**
 * One to four colours as `#rrggbb`; two where the layout has a field and a figure.
 */
colours: Array<string>, };

/**
 * One person's place.
 */
export type Seat = { 
/**
 * Its name in requests and events.
 */
id: SeatId, 
/**
 * The person, as on the name plate.
 */
name: Localized, 
/**
 * The person's office, as on the name plate.
 */
title: Localized, 
/**
 * What the person does here.
 */
role: Role, 
/**
 * What the person speaks, best first.
 */
languages: Array<Language>, 
/**
 * Where the person is: a name of the IANA time zone database, such as `Europe/Vienna`.
 */
time_zone: string, };

/**
 * One side.
 */
export type Delegation = { 
/**
 * Its name in requests and events.
 */
id: DelegationId, 
/**
 * What is shown.
 */
name: Localized, 
/**
 * Its colours.
 */
flag: Flag, 
/**
 * Its people, in its own order of precedence.
 */
seats: Array<Seat>, };

/**
 * One item of the agenda. The title is public and neutral: both sides agreed to it beforehand.
 */
export type AgendaItem = { 
/**
 * Its name in requests and events.
 */
id: AgendaItemId, 
/**
 * What is shown.
 */
title: Localized, 
/**
 * How long it is meant to take, in minutes.
 */
minutes: number, };

/**
 * A whole summit, checked: a value of this type obeys every rule of [`PlanError`].
 */
export type SummitPlan = { 
/**
 * What it is called.
 */
title: Localized, 
/**
 * The sides, in the order agreed between them.
 */
delegations: Array<Delegation>, 
/**
 * Those who belong to no side.
 */
secretariat: Array<Seat>, 
/**
 * Who chairs: one seat, or several jointly.
 */
chair: Array<SeatId>, 
/**
 * What is talked about.
 */
agenda: Array<AgendaItem>, 
/**
 * Who interprets, into what.
 */
booths: Array<Booth>, };

/**
 * A document and its signature. The bytes travel as they were signed.
 */
export type Signed = { 
/**
 * The document: UTF-8 JSON.
 */
payload: Bytes, 
/**
 * Ed25519 over the document's domain, a zero byte and the payload.
 */
signature: Bytes, };

/**
 * A document that a registrar may have signed for its party.
 */
export type Envelope = { 
/**
 * The document: UTF-8 JSON.
 */
payload: Bytes, 
/**
 * By the root key, or by the key in `issuer`.
 */
signature: Bytes, 
/**
 * The registrar's certificate; none: the root key signed.
 */
issuer?: Signed, };

/**
 * One party's signature under the manifest.
 */
export type PartySignature = { 
/**
 * Whose.
 */
party: DelegationId, 
/**
 * By its root key.
 */
signature: Bytes, };

/**
 * The manifest with its signatures; complete when every party signed.
 */
export type SignedManifest = { 
/**
 * The [`Manifest`]: UTF-8 JSON.
 */
payload: Bytes, 
/**
 * At most one of each party.
 */
signatures: Array<PartySignature>, };

/**
 * A party and its root key.
 */
export type Party = { 
/**
 * Which.
 */
id: DelegationId, 
/**
 * Its root key (Ed25519), 32 bytes.
 */
root: Bytes, };

/**
 * Who admits whom.
 */
export type Admission = "own_party";

/**
 * Rules that a manifest fixes.
 */
export type Rules = { 
/**
 * Who admits whom.
 */
admission: Admission, };

/**
 * What the parties agree on before they meet.
 */
export type Manifest = { 
/**
 * 1.
 */
v: number, 
/**
 * Which summit.
 */
summit: SummitId, 
/**
 * Who meets, under which names.
 */
plan: SummitPlan, 
/**
 * Every delegation in the plan's order, then the secretariat if there is one.
 */
parties: Array<Party>, 
/**
 * How the summit is held.
 */
rules: Rules, 
/**
 * The MLS cipher suite (RFC 9420 section 17.1): 1.
 */
suite: number, 
/**
 * How many delegations must sign the record: all.
 */
quorum: number, 
/**
 * SHA-256 of the web client in hexadecimal digits, if it was agreed.
 */
client: string | null, 
/**
 * When it was proposed.
 */
proposed: WallTime, };

/**
 * The payload of a registrar certificate.
 */
export type RegistrarCertificate = { 
/**
 * 1.
 */
v: number, 
/**
 * For which summit.
 */
summit: SummitId, 
/**
 * For which party.
 */
party: DelegationId, 
/**
 * The registrar's key (Ed25519), 32 bytes.
 */
registrar: Bytes, 
/**
 * Not before.
 */
nbf: WallTime, 
/**
 * Not after.
 */
exp: WallTime, };

/**
 * The payload of a member certificate.
 */
export type MemberCertificate = { 
/**
 * 1.
 */
v: number, 
/**
 * For which summit.
 */
summit: SummitId, 
/**
 * By which party.
 */
party: DelegationId, 
/**
 * For which seat.
 */
seat: SeatId, 
/**
 * The seat's role, as in the plan.
 */
role: Role, 
/**
 * Which of the seat's devices; 0.
 */
slot: number, 
/**
 * The device's key (Ed25519), 32 bytes.
 */
key: Bytes, 
/**
 * Not before.
 */
nbf: WallTime, 
/**
 * Not after.
 */
exp: WallTime, 
/**
 * Its number, 16 bytes drawn at random.
 */
serial: Bytes, };

/**
 * The payload of an invitation.
 */
export type InvitationDocument = { 
/**
 * 1.
 */
v: number, 
/**
 * To which summit.
 */
summit: SummitId, 
/**
 * By which party.
 */
party: DelegationId, 
/**
 * To which seat.
 */
seat: SeatId, 
/**
 * Its number, 16 bytes drawn at random.
 */
jti: Bytes, 
/**
 * Not before.
 */
nbf: WallTime, 
/**
 * Not after.
 */
exp: WallTime, };

/**
 * The payload of a revocation list.
 */
export type RevocationList = { 
/**
 * 1.
 */
v: number, 
/**
 * In which summit.
 */
summit: SummitId, 
/**
 * By which party.
 */
party: DelegationId, 
/**
 * From 1; a higher one replaces a lower one.
 */
number: number, 
/**
 * Certificates that nobody accepts any more.
 */
serials: Array<Bytes>, };

/**
 * A device asks its party to admit its key.
 */
export type CertificateRequest = { 
/**
 * The invitation's number.
 */
jti: Bytes, 
/**
 * The device's key (Ed25519), 32 bytes.
 */
key: Bytes, 
/**
 * HMAC-SHA256 with the invitation's proof key.
 */
proof: Bytes, };

/**
 * Why a party's registrar does not admit a key.
 */
export type Denied = "declined" | "expired" | "malformed" | "proof" | "revoked" | "unknown" | "used";

/**
 * A group of which a seat is, or is to be, a member.
 */
export type GroupView = { 
/**
 * Which.
 */
group: GroupId, 
/**
 * Its number in the key ids of frames (RFC 9605).
 */
number: number, 
/**
 * Its present epoch; none before it was created.
 */
epoch: number | null, 
/**
 * The place of the latest entry of its log.
 */
seq: number, 
/**
 * Whose leaf is in it.
 */
members: Array<SeatId>, 
/**
 * Who is, or may come to be, in it.
 */
entitled: Array<SeatId>, };

/**
 * Up to where a device knows a group's log.
 */
export type Held = { 
/**
 * Which group.
 */
group: GroupId, 
/**
 * The latest entry it knows.
 */
seq: number, };

/**
 * Somebody who is to be added to a group.
 */
export type Newcomer = { 
/**
 * Who.
 */
seat: SeatId, 
/**
 * The key package to add, as an MLSMessage.
 */
package: Bytes, };

/**
 * A caucus, as everybody sees it: who was called and who is in there, not what is said.
 */
export type CaucusView = { 
/**
 * Its name, which is its group's.
 */
caucus: GroupId, 
/**
 * Who may go in, the one who called first.
 */
called: Array<SeatId>, 
/**
 * Who is in there.
 */
inside: Array<SeatId>, };

/**
 * One booth of a summit, as named in the summit's file.
 */
export type BoothId = string;

/**
 * A booth as it was prepared: interpreters who share one outgoing sound and take turns, wherever they are.
 */
export type Booth = { 
/**
 * Its name in requests and events.
 */
id: BoothId, 
/**
 * The languages it works into; it begins with the first. Two of them are a retour.
 */
languages: Array<Language>, 
/**
 * Who works in it, at the beginning.
 */
interpreters: Array<SeatId>, 
/**
 * The channels it takes relay from where its own fails, the best first.
 */
relay: Array<Language>, 
/**
 * It works into a sign language: its channel is a picture.
 */
signed: boolean, };

/**
 * How what is said on the floor is rendered.
 */
export type InterpretationMode = "simultaneous" | "consecutive";

/**
 * Why a booth cannot work.
 */
export type SuspensionReason = "bad_sound" | "no_relief" | "too_fast" | "no_document" | "technical";

/**
 * A word from a booth to who speaks. Nobody is told which booth it came from, and it is never a sound.
 */
export type BoothSignal = "slow_down" | "repeat" | "numbers" | "microphone";

/**
 * A change of the open microphone that is under way.
 */
export type Handover = { 
/**
 * Who works now.
 */
from: SeatId, 
/**
 * Who is to work.
 */
to: SeatId, 
/**
 * Who of the two began it.
 */
by: SeatId, 
/**
 * When it happens by itself; none: when the other one accepts.
 */
at: WallTime | null, };

/**
 * A booth that does not work.
 */
export type Suspension = { 
/**
 * Why.
 */
reason: SuspensionReason, 
/**
 * Since when.
 */
since: WallTime, };

/**
 * A microphone of a booth that is open.
 */
export type OpenMicrophone = { 
/**
 * Whose.
 */
seat: SeatId, 
/**
 * Since when; a shift is counted from here.
 */
since: WallTime, };

/**
 * A booth as everybody sees it.
 */
export type BoothView = { 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who works in it now.
 */
interpreters: Array<SeatId>, 
/**
 * The language it works into now.
 */
outgoing: Language, 
/**
 * The channel it takes relay from; none: it hears the floor.
 */
relay: Language | null, 
/**
 * The microphones that are open, the first one opened first. In each room the first is heard, and no other.
 */
open: Array<OpenMicrophone>, 
/**
 * The change that is under way.
 */
handover: Handover | null, 
/**
 * Why it does not work.
 */
suspended: Suspension | null, };

/**
 * The interpretation as everybody sees it.
 */
export type InterpretationView = { 
/**
 * The booths, in the order of the plan.
 */
booths: Array<BoothView>, 
/**
 * Channels that nobody can listen to now.
 */
closed: Array<Language>, 
/**
 * While or after it is said.
 */
mode: InterpretationMode, 
/**
 * In consecutive mode: since when the interpreter renders; none: the speaker speaks.
 */
rendering: WallTime | null, 
/**
 * Who speaks another language than the first of their seat.
 */
spoken: { [key in SeatId]: Language }, };

/**
 * Whether a person's devices are on, as they chose it.
 */
export type Devices = { 
/**
 * The microphone is open; false means muted.
 */
microphone: boolean, 
/**
 * The camera is on.
 */
camera: boolean, };

/**
 * Where a connected person is.
 */
export type Presence = { "state": "absent" } | { "state": "arriving" } | { "state": "here", 
/**
 * Camera and microphone.
 */
devices: Devices, } | { "state": "reconnecting" };

/**
 * Where the summit is in its life.
 */
export type Phase = { "state": "lobby", 
/**
 * In the order in which they became ready.
 */
ready: Array<DelegationId>, } | { "state": "plenary", 
/**
 * The instant of the reveal, by the server's clock.
 */
revealed_at: WallTime, } | { "state": "ended", 
/**
 * When it ended.
 */
at: WallTime, };

/**
 * The floor as everybody sees it.
 */
export type FloorView = { 
/**
 * Who has the floor, and since when.
 */
holder: [SeatId, WallTime] | null, 
/**
 * Who asked for it, first come first.
 */
queue: Array<SeatId>, 
/**
 * How long the holder's clock stood still so far, in milliseconds, because interpretation was suspended.
 */
stood_ms: number, 
/**
 * Since when it stands still now.
 */
stands_since: WallTime | null, };

/**
 * The `mid` of an m-line in the browser's offer (RFC 8843, RFC 5888): the name of a transceiver.
 */
export type Mid = string;

/**
 * What a source shows or sounds.
 */
export type SourceKind = "camera" | "microphone" | "screen" | "screen_audio";

/**
 * A published stream.
 */
export type Source = { 
/**
 * Its name.
 */
id: SourceId, 
/**
 * Who publishes it.
 */
seat: SeatId, 
/**
 * What it is.
 */
kind: SourceKind, };

/**
 * In an offer: which of the browser's sending m-lines is what.
 */
export type Track = { 
/**
 * The m-line.
 */
mid: Mid, 
/**
 * What is sent on it.
 */
kind: SourceKind, };

/**
 * A picture that is on the participant's screen, and how large.
 */
export type Wanted = { 
/**
 * Which picture.
 */
source: SourceId, 
/**
 * The height of its tile: the server sends the smallest layer that fills it.
 */
height: Pixels, };

/**
 * A TURN server (RFC 8656) inside of TLS, for networks that let nothing else through. It leads to the server's own media ports
 * and nowhere else.
 */
export type Relay = { 
/**
 * Its host and port, such as `summit.example:443`; none: those of the page.
 */
address: string | null, 
/**
 * The user name for it. It is good for twelve hours, and what it opened stays open.
 */
user: string, 
/**
 * The password of that user.
 */
password: string, };

/**
 * What one receiving m-line carries now.
 */
export type Slot = { 
/**
 * The m-line.
 */
mid: Mid, 
/**
 * The source on it; none while it is idle.
 */
source: SourceId | null, 
/**
 * How much of its picture is sent.
 */
delivery: Delivery, };

/**
 * How much of a picture a listener is sent, as its line allows. Sound is always whole.
 */
export type Delivery = "whole" | "reduced" | "paused";

/**
 * How good a connection is, in one word.
 */
export type Grade = "good" | "fair" | "poor";

/**
 * Why a connection is not good.
 */
export type Symptom = "computer" | "delay" | "download_loss" | "upload_loss" | "upload_rate";

/**
 * A connection, as its owner's browser measures it.
 */
export type Quality = { 
/**
 * How good.
 */
grade: Grade, 
/**
 * The worst reason, when it is not good.
 */
symptom: Symptom | null, };

/**
 * All of the meeting that one participant may see; sent on arrival and after every reconnection.
 */
export type MeetingView = { 
/**
 * Where the summit is.
 */
phase: Phase, 
/**
 * The last event this view contains.
 */
sequence: Sequence, 
/**
 * Who is where. Seats that this participant may not see yet, and absent ones, are left out.
 */
presence: { [key in SeatId]: Presence }, 
/**
 * Who speaks and who is next.
 */
floor: FloorView, 
/**
 * The item under discussion.
 */
agenda: AgendaItemId | null, 
/**
 * Booths and channels.
 */
interpretation: InterpretationView, 
/**
 * The caucuses that are open.
 */
caucuses: Array<CaucusView>, 
/**
 * The sounds and pictures that this participant may receive, and its own.
 */
sources: Array<Source>, 
/**
 * How the visible people's connections are, where known.
 */
quality: { [key in SeatId]: Quality }, };

/**
 * One thing that happened. The same value is announced, stored and replayed.
 */
export type Event = { "type": "lobby.ready", 
/**
 * Whose delegation.
 */
delegation: DelegationId, 
/**
 * False takes it back.
 */
ready: boolean, 
/**
 * Who said it.
 */
by: SeatId, } | { "type": "plenary.revealed", 
/**
 * The instant, by the server's clock; about four seconds ahead when it is announced, so that every screen can keep it.
 */
at: WallTime, } | { "type": "floor.raised", 
/**
 * Whose.
 */
seat: SeatId, } | { "type": "floor.lowered", 
/**
 * Whose.
 */
seat: SeatId, 
/**
 * Who lowered it.
 */
by: SeatId, } | { "type": "floor.given", 
/**
 * To whom.
 */
seat: SeatId, 
/**
 * By which chair.
 */
by: SeatId, } | { "type": "floor.yielded", 
/**
 * Who had it.
 */
seat: SeatId, 
/**
 * Who ended it: the speaker or a chair.
 */
by: SeatId, } | { "type": "agenda.opened", 
/**
 * Which.
 */
item: AgendaItemId, 
/**
 * By which chair.
 */
by: SeatId, } | { "type": "caucus.opened", 
/**
 * Its name, which is its group's.
 */
caucus: GroupId, 
/**
 * Who may go in, `by` first.
 */
called: Array<SeatId>, 
/**
 * Who called them.
 */
by: SeatId, } | { "type": "caucus.entered", 
/**
 * Which.
 */
caucus: GroupId, 
/**
 * Who.
 */
seat: SeatId, } | { "type": "caucus.left", 
/**
 * Which.
 */
caucus: GroupId, 
/**
 * Who.
 */
seat: SeatId, } | { "type": "booth.assigned", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who.
 */
seat: SeatId, 
/**
 * False: not any more.
 */
assigned: boolean, 
/**
 * Who decided it.
 */
by: SeatId, } | { "type": "booth.microphone", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Whose.
 */
seat: SeatId, 
/**
 * False: shut.
 */
open: boolean, } | { "type": "booth.outgoing", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Into this one.
 */
language: Language, 
/**
 * Who switched it.
 */
by: SeatId, } | { "type": "booth.relay", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * From this one; none: the floor.
 */
channel: Language | null, 
/**
 * Who switched it.
 */
by: SeatId, } | { "type": "booth.handover", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who works now.
 */
from: SeatId, 
/**
 * Who is to work.
 */
to: SeatId, 
/**
 * Who of the two began it.
 */
by: SeatId, 
/**
 * When it happens by itself; none: when the other one accepts.
 */
at: WallTime | null, } | { "type": "booth.handed_over", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who worked.
 */
from: SeatId, 
/**
 * Who works now.
 */
to: SeatId, } | { "type": "booth.handover_ended", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who declined it or took it back.
 */
by: SeatId, } | { "type": "booth.suspended", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Why.
 */
reason: SuspensionReason, 
/**
 * Who said it.
 */
by: SeatId, } | { "type": "booth.resumed", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who said it.
 */
by: SeatId, } | { "type": "channel.set", 
/**
 * Which.
 */
channel: Language, 
/**
 * False: closed.
 */
open: boolean, 
/**
 * Who decided it.
 */
by: SeatId, } | { "type": "interpretation.mode", 
/**
 * While or after it is said.
 */
mode: InterpretationMode, 
/**
 * By which chair.
 */
by: SeatId, } | { "type": "interpretation.turn", 
/**
 * True: the interpreter renders.
 */
rendering: boolean, 
/**
 * Who passed the turn on.
 */
by: SeatId, } | { "type": "seat.speaks", 
/**
 * Who.
 */
seat: SeatId, 
/**
 * Which.
 */
language: Language, } | { "type": "summit.ended", 
/**
 * The chair who ended it; nobody when the operator did.
 */
by: SeatId | null, };

/**
 * An event in its place in the summit's log.
 */
export type Entry = { 
/**
 * Its place.
 */
sequence: Sequence, 
/**
 * When the server decided it.
 */
at: WallTime, 
/**
 * The request that caused it; none for what the server does by itself.
 */
request: RequestId | null, 
/**
 * What happened.
 */
event: Event, };

/**
 * A stable code for every "no". The client says it in the person's language, with what to do about it.
 */
export type Refusal = "already_raised" | "not_in_booth" | "relay_loop" | "already_so" | "in_caucus" | "ended" | "epoch_over" | "malformed" | "media_offer" | "not_chair" | "not_called" | "not_here" | "not_principal" | "no_voice" | "not_raised" | "not_speaking" | "not_yet" | "not_recorded" | "too_late" | "too_many" | "unknown";

/**
 * What became of a request.
 */
export type Outcome = { "result": "done" } | { "result": "refused", 
/**
 * Why.
 */
why: Refusal, };

/**
 * Why the server ends a connection.
 */
export type Bye = "ended" | "link_refused" | "left" | "malformed" | "protocol" | "restart" | "too_slow" | "taken_over";

/**
 * What a participant can ask for.
 */
export type Request = { "type": "hello", 
/**
 * The session's token.
 */
token: string, 
/**
 * [`crate::PROTOCOL`].
 */
protocol: number, 
/**
 * Words for the device, for the question which one stays: "Firefox on Linux". At most 80 characters.
 */
device: string, 
/**
 * True: if another device has the seat, that one leaves.
 */
take_over: boolean, } | { "type": "ping", 
/**
 * Returned as it is.
 */
sent: number, } | { "type": "enter", 
/**
 * Camera and microphone as they are now.
 */
devices: Devices, } | { "type": "leave" } | { "type": "devices", 
/**
 * As they are now.
 */
devices: Devices, } | { "type": "lobby.ready", 
/**
 * False takes it back.
 */
ready: boolean, } | { "type": "floor.raise" } | { "type": "floor.lower", 
/**
 * Whose.
 */
seat: SeatId, } | { "type": "floor.give", 
/**
 * To whom.
 */
seat: SeatId, } | { "type": "floor.yield" } | { "type": "agenda.open", 
/**
 * Which.
 */
item: AgendaItemId, } | { "type": "summit.end" } | { "type": "media.offer", 
/**
 * The offer.
 */
sdp: string, 
/**
 * What the sending m-lines carry; receiving ones are slots.
 */
tracks: Array<Track>, 
/**
 * True: forget the connection there was and build a new one.
 */
fresh: boolean, } | { "type": "media.want", 
/**
 * Pictures and their sizes.
 */
videos: Array<Wanted>, } | { "type": "media.publish", 
/**
 * The m-line and what it carries.
 */
track: Track, 
/**
 * False: it rests.
 */
active: boolean, } | { "type": "quality", 
/**
 * In a word and a reason.
 */
quality: Quality, } | { "type": "cert.request", 
/**
 * Whose key, and the proof of the invitation.
 */
request: CertificateRequest, } | { "type": "seal.resume", 
/**
 * The own member certificate.
 */
certificate: Envelope, 
/**
 * Groups whose state this device has. One that is not named here is entered anew.
 */
held: Array<Held>, 
/**
 * Key packages (RFC 9420 section 10), each for one group and one use.
 */
packages: Array<Bytes>, } | { "type": "seal.packages", 
/**
 * Key packages.
 */
packages: Array<Bytes>, } | { "type": "mls.create", 
/**
 * Which.
 */
group: GroupId, 
/**
 * The GroupInfo as an MLSMessage, with `external_pub` and the ratchet tree.
 */
group_info: Bytes, } | { "type": "mls.commit", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it ends.
 */
epoch: number, 
/**
 * The commit as an MLSMessage (PublicMessage).
 */
commit: Bytes, 
/**
 * The Welcome as an MLSMessage, if it adds anybody.
 */
welcome: Bytes | null, 
/**
 * The GroupInfo of the epoch it begins, as an MLSMessage, with `external_pub` and the ratchet tree.
 */
group_info: Bytes, 
/**
 * Whom it adds.
 */
added: Array<SeatId>, 
/**
 * Whose leaf it removes; one that is added as well changes its leaf.
 */
removed: Array<SeatId>, } | { "type": "mls.external", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it ends.
 */
epoch: number, 
/**
 * The commit as an MLSMessage (PublicMessage).
 */
commit: Bytes, 
/**
 * The GroupInfo of the epoch it begins.
 */
group_info: Bytes, } | { "type": "mls.applied", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The place in the group's log.
 */
seq: number, 
/**
 * The own leaf.
 */
leaf: number, } | { "type": "mls.refused", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The place in the group's log.
 */
seq: number, 
/**
 * The code of the rule, such as `cert.unknown_root`.
 */
why: string, } | { "type": "mls.resync", 
/**
 * Which.
 */
group: GroupId, 
/**
 * A fresh key package.
 */
package: Bytes, } | { "type": "mls.app", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it is sealed in.
 */
epoch: number, 
/**
 * The PrivateMessage as an MLSMessage.
 */
message: Bytes, } | { "type": "whisper", 
/**
 * False: for everybody again.
 */
on: boolean, } | { "type": "caucus.open", 
/**
 * Whom, besides oneself.
 */
seats: Array<SeatId>, } | { "type": "caucus.enter", 
/**
 * Which.
 */
caucus: GroupId, } | { "type": "caucus.leave" } | { "type": "booth.assign", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who; an interpreter.
 */
seat: SeatId, 
/**
 * False: not any more.
 */
assigned: boolean, } | { "type": "booth.microphone", 
/**
 * False: shut.
 */
open: boolean, } | { "type": "booth.outgoing", 
/**
 * Into this one.
 */
language: Language, } | { "type": "booth.relay", 
/**
 * From this one; none: the floor.
 */
channel: Language | null, } | { "type": "booth.handover", 
/**
 * Who is to work.
 */
to: SeatId, 
/**
 * In so many seconds, 0: at once; none: when the other one accepts.
 */
after: number | null, } | { "type": "booth.handover_accept" } | { "type": "booth.handover_end" } | { "type": "booth.suspend", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Why.
 */
reason: SuspensionReason, } | { "type": "booth.resume", 
/**
 * Which.
 */
booth: BoothId, } | { "type": "booth.signal", 
/**
 * Which.
 */
signal: BoothSignal, } | { "type": "channel.set", 
/**
 * Which.
 */
channel: Language, 
/**
 * False: close it.
 */
open: boolean, } | { "type": "channel.listen", 
/**
 * Which; none: the floor only.
 */
channel: Language | null, } | { "type": "interpretation.mode", 
/**
 * Which.
 */
mode: InterpretationMode, } | { "type": "interpretation.turn", 
/**
 * True: to the interpreter.
 */
rendering: boolean, } | { "type": "seat.speaks", 
/**
 * Which.
 */
language: Language, } | { "type": "pair.open", 
/**
 * With whom.
 */
seat: SeatId, };

/**
 * What a participant sends.
 */
export type ClientMessage = { 
/**
 * Chosen by the client; answered with it. Sent again after a reconnection, it is not carried out twice.
 */
id: RequestId, } & ({ "type": "hello", 
/**
 * The session's token.
 */
token: string, 
/**
 * [`crate::PROTOCOL`].
 */
protocol: number, 
/**
 * Words for the device, for the question which one stays: "Firefox on Linux". At most 80 characters.
 */
device: string, 
/**
 * True: if another device has the seat, that one leaves.
 */
take_over: boolean, } | { "type": "ping", 
/**
 * Returned as it is.
 */
sent: number, } | { "type": "enter", 
/**
 * Camera and microphone as they are now.
 */
devices: Devices, } | { "type": "leave" } | { "type": "devices", 
/**
 * As they are now.
 */
devices: Devices, } | { "type": "lobby.ready", 
/**
 * False takes it back.
 */
ready: boolean, } | { "type": "floor.raise" } | { "type": "floor.lower", 
/**
 * Whose.
 */
seat: SeatId, } | { "type": "floor.give", 
/**
 * To whom.
 */
seat: SeatId, } | { "type": "floor.yield" } | { "type": "agenda.open", 
/**
 * Which.
 */
item: AgendaItemId, } | { "type": "summit.end" } | { "type": "media.offer", 
/**
 * The offer.
 */
sdp: string, 
/**
 * What the sending m-lines carry; receiving ones are slots.
 */
tracks: Array<Track>, 
/**
 * True: forget the connection there was and build a new one.
 */
fresh: boolean, } | { "type": "media.want", 
/**
 * Pictures and their sizes.
 */
videos: Array<Wanted>, } | { "type": "media.publish", 
/**
 * The m-line and what it carries.
 */
track: Track, 
/**
 * False: it rests.
 */
active: boolean, } | { "type": "quality", 
/**
 * In a word and a reason.
 */
quality: Quality, } | { "type": "cert.request", 
/**
 * Whose key, and the proof of the invitation.
 */
request: CertificateRequest, } | { "type": "seal.resume", 
/**
 * The own member certificate.
 */
certificate: Envelope, 
/**
 * Groups whose state this device has. One that is not named here is entered anew.
 */
held: Array<Held>, 
/**
 * Key packages (RFC 9420 section 10), each for one group and one use.
 */
packages: Array<Bytes>, } | { "type": "seal.packages", 
/**
 * Key packages.
 */
packages: Array<Bytes>, } | { "type": "mls.create", 
/**
 * Which.
 */
group: GroupId, 
/**
 * The GroupInfo as an MLSMessage, with `external_pub` and the ratchet tree.
 */
group_info: Bytes, } | { "type": "mls.commit", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it ends.
 */
epoch: number, 
/**
 * The commit as an MLSMessage (PublicMessage).
 */
commit: Bytes, 
/**
 * The Welcome as an MLSMessage, if it adds anybody.
 */
welcome: Bytes | null, 
/**
 * The GroupInfo of the epoch it begins, as an MLSMessage, with `external_pub` and the ratchet tree.
 */
group_info: Bytes, 
/**
 * Whom it adds.
 */
added: Array<SeatId>, 
/**
 * Whose leaf it removes; one that is added as well changes its leaf.
 */
removed: Array<SeatId>, } | { "type": "mls.external", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it ends.
 */
epoch: number, 
/**
 * The commit as an MLSMessage (PublicMessage).
 */
commit: Bytes, 
/**
 * The GroupInfo of the epoch it begins.
 */
group_info: Bytes, } | { "type": "mls.applied", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The place in the group's log.
 */
seq: number, 
/**
 * The own leaf.
 */
leaf: number, } | { "type": "mls.refused", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The place in the group's log.
 */
seq: number, 
/**
 * The code of the rule, such as `cert.unknown_root`.
 */
why: string, } | { "type": "mls.resync", 
/**
 * Which.
 */
group: GroupId, 
/**
 * A fresh key package.
 */
package: Bytes, } | { "type": "mls.app", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch it is sealed in.
 */
epoch: number, 
/**
 * The PrivateMessage as an MLSMessage.
 */
message: Bytes, } | { "type": "whisper", 
/**
 * False: for everybody again.
 */
on: boolean, } | { "type": "caucus.open", 
/**
 * Whom, besides oneself.
 */
seats: Array<SeatId>, } | { "type": "caucus.enter", 
/**
 * Which.
 */
caucus: GroupId, } | { "type": "caucus.leave" } | { "type": "booth.assign", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Who; an interpreter.
 */
seat: SeatId, 
/**
 * False: not any more.
 */
assigned: boolean, } | { "type": "booth.microphone", 
/**
 * False: shut.
 */
open: boolean, } | { "type": "booth.outgoing", 
/**
 * Into this one.
 */
language: Language, } | { "type": "booth.relay", 
/**
 * From this one; none: the floor.
 */
channel: Language | null, } | { "type": "booth.handover", 
/**
 * Who is to work.
 */
to: SeatId, 
/**
 * In so many seconds, 0: at once; none: when the other one accepts.
 */
after: number | null, } | { "type": "booth.handover_accept" } | { "type": "booth.handover_end" } | { "type": "booth.suspend", 
/**
 * Which.
 */
booth: BoothId, 
/**
 * Why.
 */
reason: SuspensionReason, } | { "type": "booth.resume", 
/**
 * Which.
 */
booth: BoothId, } | { "type": "booth.signal", 
/**
 * Which.
 */
signal: BoothSignal, } | { "type": "channel.set", 
/**
 * Which.
 */
channel: Language, 
/**
 * False: close it.
 */
open: boolean, } | { "type": "channel.listen", 
/**
 * Which; none: the floor only.
 */
channel: Language | null, } | { "type": "interpretation.mode", 
/**
 * Which.
 */
mode: InterpretationMode, } | { "type": "interpretation.turn", 
/**
 * True: to the interpreter.
 */
rendering: boolean, } | { "type": "seat.speaks", 
/**
 * Which.
 */
language: Language, } | { "type": "pair.open", 
/**
 * With whom.
 */
seat: SeatId, });

/**
 * What the server sends.
 */
export type ServerMessage = { "type": "welcome", 
/**
 * Which summit.
 */
summit: SummitId, 
/**
 * Your seat.
 */
you: SeatId, 
/**
 * The summit as prepared.
 */
plan: SummitPlan, 
/**
 * The summit as it stands.
 */
meeting: MeetingView, 
/**
 * The server's clock.
 */
now: WallTime, 
/**
 * The media connection of before still stands: no new offer is needed.
 */
media: boolean, 
/**
 * What every party signed. Clients take names and roles from here, after checking every signature.
 */
manifest: SignedManifest, 
/**
 * The own invitation, signed by the own party.
 */
invitation: Envelope, 
/**
 * The latest revocation list of each party that has one.
 */
revocations: Array<Envelope>, 
/**
 * The relay of this server; none where it has none.
 */
relay?: Relay, } | { "type": "seat_taken", 
/**
 * What that device calls itself.
 */
device: string, 
/**
 * Since when.
 */
since: WallTime, } | { "type": "event", 
/**
 * Its place in the summit's log; the view already contains all up to its own `sequence`.
 */
sequence: Sequence, 
/**
 * When.
 */
at: WallTime, 
/**
 * What.
 */
event: Event, } | { "type": "presence", 
/**
 * Who.
 */
seat: SeatId, 
/**
 * Where they are now.
 */
presence: Presence, } | { "type": "source.opened", 
/**
 * Which.
 */
source: Source, } | { "type": "source.closed", 
/**
 * Which.
 */
source: SourceId, } | { "type": "speaking", 
/**
 * Seats.
 */
seats: Array<SeatId>, } | { "type": "interpreting", 
/**
 * Seats.
 */
seats: Array<SeatId>, } | { "type": "booth.signal", 
/**
 * What.
 */
signal: BoothSignal, } | { "type": "channel.audience", 
/**
 * Listeners by channel.
 */
listeners: { [key in Language]: number }, } | { "type": "quality", 
/**
 * Whose.
 */
seat: SeatId, 
/**
 * In a word and a reason.
 */
quality: Quality, } | { "type": "media.answer", 
/**
 * The offer's id.
 */
id: RequestId, 
/**
 * The SDP answer.
 */
sdp: string, } | { "type": "media.slots", 
/**
 * The slots.
 */
slots: Array<Slot>, } | { "type": "media.layers", 
/**
 * The sending m-line.
 */
mid: Mid, 
/**
 * So many, the smallest first; 0: the picture rests. A picture without simulcast has one.
 */
layers: number, } | { "type": "cert.issued", 
/**
 * The member certificate.
 */
certificate: Envelope, } | { "type": "cert.denied", 
/**
 * Why.
 */
why: Denied, } | { "type": "cert.waiting" } | { "type": "cert.revoked", 
/**
 * The party's list, which replaces its former one.
 */
list: Envelope, } | { "type": "seal.groups", 
/**
 * All of them.
 */
groups: Array<GroupView>, } | { "type": "seal.packages_wanted", 
/**
 * How many.
 */
count: number, } | { "type": "mls.wanted", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The epoch that the commit ends; none: create the group.
 */
epoch: number | null, 
/**
 * Who comes in; one who is a member already changes its leaf.
 */
add: Array<Newcomer>, 
/**
 * Whose leaf goes.
 */
remove: Array<SeatId>, } | { "type": "mls.committed", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * Its place in the group's log.
 */
seq: number, 
/**
 * The epoch it ends.
 */
epoch: number, 
/**
 * Who made it.
 */
by: SeatId, 
/**
 * The commit.
 */
commit: Bytes, } | { "type": "mls.welcome", 
/**
 * Which.
 */
group: GroupId, 
/**
 * The place of the commit that it belongs to.
 */
seq: number, 
/**
 * The epoch it leads into.
 */
epoch: number, 
/**
 * The Welcome.
 */
welcome: Bytes, } | { "type": "mls.group_info", 
/**
 * Which.
 */
group: GroupId, 
/**
 * The place of the group's latest commit.
 */
seq: number, 
/**
 * The present epoch.
 */
epoch: number, 
/**
 * The GroupInfo.
 */
group_info: Bytes, } | { "type": "mls.switch", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The new epoch.
 */
epoch: number, } | { "type": "mls.void", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * The place of the commit in the group's log.
 */
seq: number, } | { "type": "mls.app", 
/**
 * Whose.
 */
group: GroupId, 
/**
 * Its place in the group's log.
 */
seq: number, 
/**
 * The epoch it is sealed in.
 */
epoch: number, 
/**
 * Who sent it, as the server knows it; the seal itself proves it.
 */
by: SeatId, 
/**
 * The PrivateMessage.
 */
message: Bytes, } | { "type": "whispering", 
/**
 * Seats.
 */
seats: Array<SeatId>, } | { "type": "seal.suspect", 
/**
 * Which source.
 */
source: SourceId, } | { "type": "reply", 
/**
 * The request's id.
 */
id: RequestId, 
/**
 * What became of it.
 */
outcome: Outcome, } | { "type": "pong", 
/**
 * As it came.
 */
sent: number, 
/**
 * The server's clock.
 */
now: WallTime, } | { "type": "bye", 
/**
 * Why.
 */
reason: Bye, };

/**
 * `POST /api/v1/sessions`: the secret of a personal link, as it stood in the URL's fragment.
 */
export type SessionRequest = { 
/**
 * The secret.
 */
secret: string, };

/**
 * The answer: a session for one seat.
 */
export type Arrival = { 
/**
 * To be said in [`crate::Request::Hello`]. A secret: it is this person.
 */
token: string, 
/**
 * Which summit.
 */
summit: SummitId, 
/**
 * The seat the link is for.
 */
you: SeatId, 
/**
 * The summit as it was prepared.
 */
plan: SummitPlan, };

/**
 * An error of the HTTP API (RFC 9457). Clients act on `code` and never on the words.
 */
export type Problem = { 
/**
 * `urn:sommet:problem:<code>`.
 */
type: string, 
/**
 * What is wrong, in English.
 */
title: string, 
/**
 * The HTTP status.
 */
status: number, 
/**
 * What to do about it, in English.
 */
detail: string, 
/**
 * Stable: `forbidden`, `link-refused`, `malformed`, `method-not-allowed`, `not-found`, `too-many`, `unavailable`.
 */
code: string, };

/** The version of this protocol. */
export const PROTOCOL = 3;
