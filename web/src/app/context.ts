/**
 * What views use: one typed object, the `Client`. Views read `state` (through `meeting/selectors.ts`), say what the
 * person asked for with `do`, and show media through `media`. They never see the socket or the peer connection.
 */
import { createContext } from 'svelte';
import type { Attachment } from 'svelte/attachments';

import type { Action, MeetingState, Stage, State } from '../meeting/state';
import type { Outcome, RequestId, SourceId } from '../wire/types';

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

/** Where the media connection is. `none` before the person came in. */
export type MediaConnection = 'none' | 'connecting' | 'connected' | 'lost';

/** Where a picture is: it comes, it will come, or there are more cameras than one screen receives. */
export type Arrival = 'arriving' | 'awaited' | 'left_out';

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
	/** Whether speakers can be chosen in this browser. */
	readonly canChooseSpeaker: boolean;
	/** Whether this browser can share a screen (phones cannot). */
	readonly canShareScreen: boolean;
	/** The own screen is being shared. */
	readonly sharing: boolean;
	/** Why the screen was not shared the last time, until it was read. */
	readonly screenTrouble: ScreenTrouble | undefined;
	/** The browser holds back all sound until the person clicks: show a button that calls `unblockSound`. */
	readonly soundBlocked: boolean;
	readonly connection: MediaConnection;
	readonly echoTest: EchoTest;

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
	shareScreen(): Promise<boolean>;
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

/** What the browser remembers of the person, in this browser only. */
export interface Preferences {
	camera: string | undefined;
	microphone: string | undefined;
	speaker: string | undefined;
	microphoneOn: boolean;
	cameraOn: boolean;
	/** The keys of one letter do something: whoever dictates, or trembles, switches them off. */
	shortcuts: boolean;
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
	/** The person has read a notice. */
	dismiss(id: RequestId): void;
	readonly media: ClientMedia;
	readonly preferences: Preferences;
}

/** `getClient()` in any view; `setClient` is called once, by `App.svelte`. */
export const [getClient, setClient] = createContext<Client>();
