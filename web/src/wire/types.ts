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
export type Role = "adviser" | "chair" | "interpreter" | "note_taker" | "observer" | "press_officer" | "principal" | "technician";

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
agenda: Array<AgendaItem>, };

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
queue: Array<SeatId>, };

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
source: SourceId | null, };

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
 * The instant, by the server's clock; about two seconds ahead when it is announced, so that every screen can keep it.
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
by: SeatId, } | { "type": "summit.ended", 
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
export type Refusal = "already_raised" | "already_so" | "ended" | "malformed" | "media_offer" | "not_chair" | "not_here" | "not_principal" | "no_voice" | "not_raised" | "not_speaking" | "not_yet" | "not_recorded" | "too_late" | "too_many" | "unknown";

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
quality: Quality, };

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
quality: Quality, });

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
media: boolean, } | { "type": "seat_taken", 
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
seats: Array<SeatId>, } | { "type": "quality", 
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
slots: Array<Slot>, } | { "type": "reply", 
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
export const PROTOCOL = 1;
