/**
 * What views use: one typed object, the `Client`. Views read `state` (through `meeting/selectors.ts`), say what the
 * person asked for with `do`, and show media through `media`. They never see the socket or the peer connection.
 */
import { createContext } from 'svelte';
import type { Attachment } from 'svelte/attachments';

import type { Hearing } from '../audio/mixer';
import type { Captions, OwnLine } from '../captions/captions';
import type { Figures } from '../media/figures';
import type { Heard } from '../meeting/booth';
import type { Hearing as ListeningNow } from '../meeting/listening';
import type { Action, MeetingState, Stage, State } from '../meeting/state';
import type { DelegationId, GroupId, Language, Outcome, RequestId, SeatId, SourceId, WallTime } from '../wire/types';

/** A camera, microphone or speaker, as the browser names it (empty before permission is given). */
export interface Device {
	readonly id: string;
	readonly label: string;
}

export type DeviceKind = 'camera' | 'microphone' | 'speaker';

/**
 * How a camera or microphone is:
 * `off` (not asked for), `asking` (the browser asks the person now), `live`, `blocked` (permission refused),
 * `missing` (there is none), `busy` (another program holds it or it failed).
 */
export type DeviceStatus = 'off' | 'asking' | 'live' | 'blocked' | 'missing' | 'busy';

/** The microphone test of the pre-flight: records for a few seconds, then plays that through the chosen speaker. */
export type EchoTest = 'idle' | 'recording' | 'playing';

/**
 * Why no screen is shared: the browser or the system does not allow it, or what was chosen cannot be read. That the
 * person closed the browser's picker is no trouble.
 */
export type ScreenTrouble = 'denied' | 'failed';

/** What a shared screen shows: letters, which must be sharp, or movement, which must be smooth. */
export type ScreenContent = 'text' | 'motion';

/** Where the media connection is. `none` before the person came in. */
export type MediaConnection = 'none' | 'connecting' | 'connected' | 'lost';

/** What carries sound and picture: the usual UDP, TCP where UDP is blocked, or the server's relay in TLS where TCP is too. */
export type Way = 'udp' | 'tcp' | 'relay';

/** Where a picture is: it comes, it will come, the line is too narrow for it, or there are more cameras than one screen receives. */
export type Arrival = 'arriving' | 'awaited' | 'paused' | 'left_out';

/** The loudest and the most that the limiter took back in a tenth of a second. */
export interface Loudness {
	/** By this computer's clock. */
	readonly at: number;
	/** Of the loudest sound as it came, in dBFS; −∞ where nothing came. */
	readonly peak: number;
	/** Which sound that was. */
	readonly source: Heard | undefined;
	/** In decibels, 0 or more. */
	readonly reduction: number;
}

/** How an interpreter hears and is heard. All properties are reactive. */
export interface ClientBooth {
	/** What is heard is mixed and limited: volume and tones do something. False where the browser cannot, and until it does. */
	readonly mixed: boolean;
	/** What the limiter and the onset suppressor take back now, in decibels: 0 when nothing. */
	readonly reduction: number;
	/** The cough key is held. */
	readonly coughing: boolean;
	/** The own microphone was shut here, and the server has not said so yet. */
	readonly shutting: boolean;
	/** The last ten seconds, ten times a second, the oldest first. Not reactive. */
	readonly heardLately: readonly Loudness[];
	/** The console is shown and a headset is worn: all sound goes through the mixer until the function that it gives is called. */
	begin(): () => void;
	/** How one kind of sound is heard from now on. */
	hear(heard: Heard, hearing: Hearing): void;
	cough(on: boolean): void;
	/** Shuts the own microphone at once, before the server is asked to. */
	shut(): void;
	/** It is to be opened: what was shut here is not any more. */
	unshut(): void;
}

/** Devices, own picture, others' pictures and sounds. All properties are reactive. */
export interface ClientMedia {
	/** What can be chosen from; labels come once permission is given. */
	readonly devices: Readonly<Record<DeviceKind, readonly Device[]>>;
	/** The id of what is in use. */
	readonly chosen: Readonly<Record<DeviceKind, string | undefined>>;
	readonly status: Readonly<Record<'camera' | 'microphone', DeviceStatus>>;
	/** Whether the person wants to be heard and seen. */
	readonly microphoneOn: boolean;
	readonly cameraOn: boolean;
	/** The own camera's picture; none while it is off. Show it with `showSelf`, not by hand. */
	readonly preview: MediaStream | undefined;
	/** Loudness of the own microphone, 0 to 1, also while muted; about 12 times a second. */
	readonly level: number;
	/** The own microphone as it is, also while muted, for what listens to it in this page; none while there is none. */
	readonly voice: MediaStreamTrack | undefined;
	/** Whether speakers can be chosen in this browser. */
	readonly canChooseSpeaker: boolean;
	/** Whether this browser can share a screen (phones cannot). */
	readonly canShareScreen: boolean;
	/** Whether this browser can share what a screen sounds like. */
	readonly canShareSound: boolean;
	/** The own screen is being shared. */
	readonly sharing: boolean;
	/** What the own screen was said to show. */
	readonly screenContent: ScreenContent;
	/** Why the screen was not shared the last time, until it was read. */
	readonly screenTrouble: ScreenTrouble | undefined;
	/** The browser holds back all sound until the person clicks: show a button that calls `unblockSound`. */
	readonly soundBlocked: boolean;
	readonly connection: MediaConnection;
	/** By which way; none until it is known. */
	readonly way: Way | undefined;
	/** The figures of the connection, new ones every two seconds; none before there was something to compare with. */
	readonly figures: Figures | undefined;
	/** Those of the last ten minutes, one each ten seconds, the oldest first. Not reactive. */
	readonly figuresKept: readonly Figures[];
	readonly echoTest: EchoTest;
	/** For who works in a booth. */
	readonly booth: ClientBooth;

	/**
	 * Asks for camera and microphone, unless the seat has no voice; the pre-flight calls it once it is shown, and again by
	 * its "try again" button.
	 */
	open(): Promise<void>;
	/** Uses another device; also while in the meeting. */
	choose(kind: DeviceKind, id: string): Promise<void>;
	setMicrophone(on: boolean): void;
	setCamera(on: boolean): void;
	/** Resolves when it is over or was stopped, rejects where it failed. */
	startEchoTest(): Promise<void>;
	stopEchoTest(): void;
	/** Plays a short tone through the chosen speaker: resolves once it sounds, rejects where it cannot. */
	playTone(): Promise<void>;
	/** Opens the browser's picker; false when nothing is shared, for which `screenTrouble` may have the reason. */
	shareScreen(content: ScreenContent): Promise<boolean>;
	/** The own screen shows something else from now on; what is shared goes on. */
	setScreenContent(content: ScreenContent): void;
	/** The person has read why the screen was not shared. */
	dismissScreenTrouble(): void;
	stopSharing(): void;
	unblockSound(): void;

	/** Whether a slot carries this source now: if not, show the person's emblem instead. Reactive. */
	isArriving(source: SourceId | undefined): boolean;
	/** Where the picture of this source is. Reactive. */
	arrivalOf(source: SourceId | undefined): Arrival;
	/** The stream of a source, for what `show` cannot do. Reactive. */
	streamFor(source: SourceId | undefined): MediaStream | undefined;
	/**
	 * `<video {@attach client.media.show(source)}>`: shows that source, tells the server how large it is, and stops
	 * asking for it when the element goes. The element itself needs no attribute; it is muted and inline by this.
	 * Keep one <video> per tile for as long as the tile lives; only the source changes.
	 */
	show(source: SourceId | undefined): Attachment<HTMLVideoElement>;
	/** The same for the own camera (the pre-flight and the own tile). Mirroring is the view's. */
	showSelf(): Attachment<HTMLVideoElement>;
}

/** How large something is shown that one reads or looks at. */
export type ViewSize = 'small' | 'medium' | 'large';

/** The captions over the pictures. */
export interface CaptionsWish {
	readonly on: boolean;
	/** None: the language of the page. */
	readonly language: Language | undefined;
	readonly size: ViewSize;
	/** Screen readers say them: they would speak over who speaks, so only where that is wanted. */
	readonly aloud: boolean;
}

/** The interpreters into sign languages that stay in sight. */
export interface SignsWish {
	readonly shown: readonly Language[];
	readonly size: ViewSize;
}

/** What the browser remembers of the person, in this browser only. */
export interface Preferences {
	camera: string | undefined;
	microphone: string | undefined;
	speaker: string | undefined;
	microphoneOn: boolean;
	cameraOn: boolean;
	captions: CaptionsWish;
	signs: SignsWish;
	/** The keys of one letter do something: whoever dictates, or trembles, switches them off. */
	shortcuts: boolean;
	/** The person said once that they wear a headset: in a booth all is mixed and limited, which makes an echo without one. */
	headset: boolean;
	/** The channel listened to; null: the floor only; none: never chosen. */
	channel: Language | null | undefined;
	/** Keep to the channel, whatever is spoken. */
	channelLocked: boolean;
	/** How loud the floor is under the channel, 0 to 1. */
	floorLevel: number;
	/** Languages the person understands; none: what stands on the plate. */
	understood: readonly Language[] | undefined;
}

/** What this person listens to. */
export interface ClientListening {
	/** What is heard now, and why; none for who does not choose: in a booth, or where nothing is interpreted. Reactive. */
	readonly now: ListeningNow | undefined;
	/** Listens to that channel; none: to the floor only. */
	choose(channel: Language | undefined): void;
	/** Keeps to the channel, or not. */
	lock(on: boolean): void;
	/** The floor under the channel, 0 to 1. */
	setFloorLevel(level: number): void;
	/** The person understands that language, or does not. */
	understand(language: Language, on: boolean): void;
}

/**
 * Where the sealing is. `checking`: manifest and certificate are being checked. `waiting`: no registrar of the own
 * delegation is connected. `joining`: admitted, the keys are on their way. `sealed`: all is well. `paused`: a delegation
 * has not confirmed the keys, no media until it does. `broken`: for good, or until the person does something.
 */
export type SealStatus = 'checking' | 'waiting' | 'joining' | 'sealed' | 'paused' | 'broken';

/** Every reason why something is not sealed: the codes of docs/security/protocol.md, then those of this page. */
export const SEAL_TROUBLES = [
	'cert.malformed',
	'cert.unknown_root',
	'cert.seat',
	'cert.expired',
	'cert.revoked',
	'cert.key_mismatch',
	'cert.duplicate_member',
	'mls.bad_commit',
	'mls.welcome_unusable',
	'mls.epoch_old',
	'attest.mismatch',
	'attest.missing',
	'media.no_key',
	'media.auth_failed',
	'media.replay',
	'media.wrong_sender',
	'no_transform',
	'no_ed25519',
	'storage_blocked',
	'manifest_incomplete',
	'manifest_invalid',
	'invitation_invalid',
	'denied_declined',
	'denied_expired',
	'denied_malformed',
	'denied_proof',
	'denied_revoked',
	'denied_unknown',
	'denied_used',
] as const;

export type SealTrouble = (typeof SEAL_TROUBLES)[number];

/** Thirty digits, as six groups of five: "48213 …". */
export type Digits = readonly string[];

/** Who let a device in: the party's root key itself, or a registrar's key, of which the first two groups are shown. */
export type AdmittedBy = { readonly by: 'root' } | { readonly by: 'registrar'; readonly key: Digits };

/** A delegation by its id, or `secretariat`. */
export type PartyId = DelegationId;

/** A party of the manifest. */
export interface SealedParty {
	readonly party: PartyId;
	/** The fingerprint of its root key. */
	readonly fingerprint: Digits;
	/** What was said for it of the present keys; none where nobody of it is in the present place. */
	readonly attestation: Attestation | undefined;
}

/** What was said for a party of the keys. `waiting`: there are 15 seconds for it. */
export type Attestation = 'agreed' | 'waiting' | 'missing' | 'mismatch';

/** One leaf of the group one is in now. Names and roles stand in the plan, which is the manifest's. */
export interface SealedMember {
	readonly seat: SeatId;
	readonly party: PartyId;
	readonly admittedBy: AdmittedBy;
	/** Since when it is a member, by the server's clock. */
	readonly since: WallTime;
	readonly leaf: number;
	/** It is the lead of its party: it attests first. */
	readonly lead: boolean;
}

/** What the own certificate says; none before it is issued. */
export interface OwnCertificate {
	readonly admittedBy: AdmittedBy;
	readonly expires: WallTime;
}

/** Somebody's certificate was withdrawn while this page watched. */
export interface Revoked {
	readonly seat: SeatId;
	readonly at: WallTime;
}

export type ChatFileState = 'offered' | 'uploading' | 'downloading' | 'ready' | 'failed';

/** Why a file did not come or go. */
export const FILE_TROUBLES = ['too_large', 'full', 'network', 'damaged', 'refused', 'cancelled'] as const;

export type FileTrouble = (typeof FILE_TROUBLES)[number];

/** A file is cut into chunks; what was interrupted goes on where it stopped. */
export interface ChatFile {
	readonly name: string;
	/** In bytes. */
	readonly size: number;
	/** `offered`: it can be fetched. `ready`: it was sent whole, or was fetched and handed to the browser. */
	readonly state: ChatFileState;
	/** 0 to 1, while it goes or comes, and where it stopped. */
	readonly progress: number;
	/** Why it failed. */
	readonly why: FileTrouble | undefined;
}

interface ChatEntry {
	/** Unique in the page. */
	readonly id: string;
	readonly from: SeatId;
	/** By the server's clock. */
	readonly at: WallTime;
	readonly mine: boolean;
	/** `failed`: it did not reach the group; `retry` tries again. Of others' messages always `sent`. */
	readonly state: 'sending' | 'sent' | 'failed';
}

export type ChatMessage = ChatEntry &
	({ readonly kind: 'text'; readonly text: string } | { readonly kind: 'file'; readonly file: ChatFile });

/** A conversation is a group: who is in it reads it, and nobody else. */
export interface ChatThread {
	readonly id: GroupId;
	readonly kind: 'plenary' | 'side' | 'caucus' | 'pair';
	/** The other person of a pair; none otherwise. */
	readonly with: SeatId | undefined;
	/** In the order of the group's log; own ones that are on their way come last. */
	readonly messages: readonly ChatMessage[];
	readonly unread: number;
	/** Its keys are here: one may write. A caucus that is over can be read only. */
	readonly open: boolean;
}

/** What is written. Nothing here rejects: what failed is said by the message itself. */
export interface ClientChat {
	/** Plenary, own side, present caucus, then pairs, the one with the latest message first. */
	readonly threads: readonly ChatThread[];
	send(thread: GroupId, text: string): void;
	/** The view has checked the size against `FILE_MAX` already. */
	sendFile(thread: GroupId, file: File): void;
	/** Fetches a file and hands it to the browser; goes on where it stopped; hands it over again when it is `ready`. */
	download(message: ChatMessage['id']): void;
	/** Stops what comes or goes. */
	cancel(message: ChatMessage['id']): void;
	/** Sends again what failed; a file goes on where it stopped. */
	retry(message: ChatMessage['id']): void;
	/** The conversation with one person; resolves with its group, or with nothing when it could not be opened. */
	openPair(seat: SeatId): Promise<GroupId | undefined>;
	/** All of it is on the screen: nothing is unread. */
	read(thread: GroupId): void;
}

/** What captioners typed of what was said. All properties are reactive; nothing here rejects. */
export interface ClientCaptions {
	/** Of all languages and rooms, as the groups' logs have them: the draft statements of the record. */
	readonly all: Captions;
	/** A captioner's own lines in the room they are in, the oldest first; those that are not in the log yet among them. */
	readonly own: readonly OwnLine[];
	/** Types a line in the room one is in; it is sent until the group has it. False while there is no room to send it to. */
	send(text: string, language: Language, speaker: SeatId | null): boolean;
	/** Sends it again, with other words. */
	correct(line: OwnLine, text: string): void;
}

/** The largest file, in bytes. */
export const FILE_MAX = 104_857_600;

/** What is sealed, under which keys, and who holds them. All properties are reactive. */
export interface ClientSeal {
	readonly status: SealStatus;
	/** Why it is not sealed; none when nothing is wrong. While `sealed` it is something that passes by itself. */
	readonly trouble: SealTrouble | undefined;
	/** Whose device it is about, where it is about one. */
	readonly troubleOf: SeatId | PartyId | undefined;
	/** The summit code; none before the manifest was checked. */
	readonly code: Digits | undefined;
	/** In the manifest's order. */
	readonly parties: readonly SealedParty[];
	/** The group one is in now: the own side's, the plenary's or a caucus's; none before one is in it. */
	readonly group: GroupId | undefined;
	/** Its members, in order of the leaves. */
	readonly roster: readonly SealedMember[];
	readonly own: OwnCertificate | undefined;
	/** The person compared the code of this summit; remembered in this browser, for this code only. */
	readonly codeCompared: boolean;
	/** False takes it back. */
	markCompared(compared: boolean): void;
	/** Until they were read. */
	readonly revoked: readonly Revoked[];
	dismissRevoked(seat: SeatId): void;
	/** The own voice goes to the own party only. */
	readonly whispering: boolean;
	/** Seals with the own side's key from the next frame on, then tells the server. */
	whisper(on: boolean): void;
	readonly chat: ClientChat;
	readonly captions: ClientCaptions;
}

export interface Client {
	/** Everything the page knows; reactive, never changed in place. */
	readonly state: State;
	/** Which view is shown; reactive. */
	readonly stage: Stage;
	/** The meeting; reactive. Views of the stages from `preflight` on may rely on it being there. */
	readonly meeting: MeetingState;
	/** The server's clock now, in milliseconds since 1970; not reactive: call it from a timer. */
	now(): number;
	/**
	 * Asks the server; resolves with its answer, or with nothing when none came in time. Never rejects: what was refused
	 * or not done is told by `state.notices`.
	 */
	do(action: Action): Promise<Outcome | undefined>;
	/** "Join": from the pre-flight to the lobby or plenary. */
	enter(): void;
	/** "Leave": for good; the link works again. */
	leave(): Promise<void>;
	/** After leaving: back to the pre-flight. */
	comeBack(): void;
	/** Answer to the question which device stays: this one. */
	takeOver(): void;
	/** Tries again after a problem, with the same link or session. */
	retry(): void;
	/** Whom this person pinned, the last one last; reactive. */
	readonly pinned: readonly SeatId[];
	/** Pins somebody, for this person only, or no longer. */
	pin(seat: SeatId, on: boolean): void;
	/** The person has read a notice. */
	dismiss(id: RequestId): void;
	readonly media: ClientMedia;
	/** The same object for as long as the page, as are its `chat` and `media`: views take hold of them. */
	readonly seal: ClientSeal;
	readonly listening: ClientListening;
	readonly preferences: Preferences;
}

/** `getClient()` in any view; `setClient` is called once, by `App.svelte`. */
export const [getClient, setClient] = createContext<Client>();
