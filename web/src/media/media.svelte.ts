/**
 * Everything about sound and pictures that views and the session need, joined from the parts of this folder. It knows
 * sources and slots; what they mean in the meeting is told to it by the client.
 */
import type { Attachment } from 'svelte/attachments';

import type {
	Arrival,
	ClientMedia,
	Device,
	DeviceKind,
	DeviceStatus,
	EchoTest,
	MediaConnection,
	Way,
} from '../app/context';
import type { Preferences, ScreenContent, ScreenTrouble } from '../app/context';
import type { Expected } from '../seal/frames';
import { SealedLines } from '../seal/lines';
import { BOOTH_BPS, VOICE_BPS } from '../seal/sdp';
import { FrameTransforms } from '../seal/transform';
import type { Devices, Mid, Quality, SourceId, SourceKind, Track, Wanted } from '../wire/types';
import type { ReceivingLine } from './connection';
import { BoothMedia } from './booth.svelte';
import type { BoothSituation } from './booth.svelte';
import { captureScreen } from './capture';
import { OwnDevices } from './devices.svelte';
import { play, playTone, record } from './echo';
import type { Figures } from './figures';
import { LineRecord } from './line-record';
import { MediaLink } from './link';
import { Pictures } from './pictures.svelte';
import { captureAs } from './screen';
import { onNextGesture } from './sound';
import { Speakers, canChooseSpeaker } from './speakers';
import { WantedPictures } from './wanted';

/** The way to the server. */
export interface Signalling {
	offer(sdp: string, tracks: Track[], fresh: boolean): Promise<string>;
	publish(track: Track, active: boolean): Promise<unknown>;
	want(videos: Wanted[]): void;
	quality(quality: Quality): void;
	/** The own devices were switched. */
	devices(devices: Devices): void;
	/** Sound and picture were interrupted: the way to the server may be another one, too. */
	interrupted(): void;
	/** What was sent of that kind left unsealed, and was stopped: this browser cannot be used. */
	bypassed(kind: SourceKind): void;
}

export class Media implements ClientMedia {
	readonly canChooseSpeaker = canChooseSpeaker();
	readonly canShareScreen = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
	/** Browsers that capture the sound of a screen know how to silence it on the spot, and no others. */
	readonly canShareSound = 'suppressLocalAudioPlayback' in (navigator.mediaDevices?.getSupportedConstraints() ?? {});
	readonly link: MediaLink;
	/** What is sealed how; the keys come from elsewhere. */
	readonly transforms = new FrameTransforms();
	readonly lines = new SealedLines(this.transforms);
	readonly wanted: WantedPictures;
	readonly booth: BoothMedia;
	#connection: MediaConnection = $state('none');
	#way: Way | undefined = $state();
	#figures: Figures | undefined = $state.raw();
	readonly #record = new LineRecord();
	#slots: Readonly<Record<Mid, SourceId>> = {};
	#soundBlocked = $state(false);
	#sharing = $state(false);
	#screenContent: ScreenContent = $state('text');
	#screenTrouble: ScreenTrouble | undefined = $state();
	#echoTest: EchoTest = $state('idle');
	#echoStop = new AbortController();
	readonly #own: OwnDevices;
	readonly #pictures: Pictures;
	readonly #showSelf: Attachment<HTMLVideoElement>;
	readonly #speakers: Speakers;
	readonly #preferences: Preferences;
	#screen: MediaStream | undefined;
	/** The browser's picker is open. */
	#choosingScreen = false;
	#isAudible: (mid: Mid) => boolean = () => false;
	#gainOf: (source: SourceId) => number = () => 1;

	constructor(preferences: Preferences, signalling: Signalling) {
		this.#preferences = preferences;
		this.wanted = new WantedPictures((videos) => {
			signalling.want(videos);
			this.#pictures.useWanted(videos.length);
			void this.link.receive(videos.length);
		});
		this.#pictures = new Pictures(this.wanted);
		this.#showSelf = this.#pictures.showOwn(() => this.preview);
		this.#speakers = new Speakers((blocked) => this.#onSoundBlocked(blocked));
		this.link = new MediaLink({
			lines: this.lines,
			offer: (sdp, tracks, fresh) => signalling.offer(sdp, tracks, fresh),
			publish: (track, active) => signalling.publish(track, active),
			voiceBps: () => (this.#own.isBooth ? BOOTH_BPS : VOICE_BPS),
			onQuality: (quality) => signalling.quality(quality),
			onState: (state) => {
				if (state === 'lost' && this.#connection !== 'lost') signalling.interrupted();
				this.#connection = state;
			},
			onWay: (way) => (this.#way = way),
			onLook: (stats, kindOf) => {
				const lines = { kindOf, sourceOf: (mid: Mid) => this.#slots[mid] };
				this.#figures = this.#record.take(stats, lines, Date.now()) ?? this.#figures;
			},
			onLines: (lines) => this.#useLines(lines),
			onBypassed: (kind) => signalling.bypassed(kind),
		});
		this.#own = new OwnDevices(preferences, (tracks) => {
			void this.link.setTrack('camera', tracks.camera);
			void this.link.setTrack('microphone', tracks.microphone);
			signalling.devices(this.#own.switchedOn);
		});
		this.booth = new BoothMedia({
			microphone: this.#own,
			speaker: () => this.#preferences.speaker,
			onTaken: (taken) => this.#speakers.giveAway(taken),
		});
	}

	get devices(): Readonly<Record<DeviceKind, readonly Device[]>> {
		return this.#own.devices;
	}
	get chosen(): Readonly<Record<DeviceKind, string | undefined>> {
		return this.#own.chosen;
	}
	get status(): Readonly<Record<'camera' | 'microphone', DeviceStatus>> {
		return this.#own.status;
	}
	get microphoneOn(): boolean {
		return this.#preferences.microphoneOn;
	}
	get cameraOn(): boolean {
		return this.#preferences.cameraOn;
	}
	get preview(): MediaStream | undefined {
		return this.#own.preview;
	}
	get level(): number {
		return this.#own.level;
	}
	get voice(): MediaStreamTrack | undefined {
		return this.#own.voice ?? undefined;
	}
	get sharing(): boolean {
		return this.#sharing;
	}
	get screenContent(): ScreenContent {
		return this.#screenContent;
	}
	get screenTrouble(): ScreenTrouble | undefined {
		return this.#screenTrouble;
	}
	get soundBlocked(): boolean {
		return this.#soundBlocked;
	}
	get connection(): MediaConnection {
		return this.#connection;
	}
	get way(): Way | undefined {
		return this.#way;
	}
	get figures(): Figures | undefined {
		return this.#figures;
	}
	get figuresKept(): readonly Figures[] {
		return this.#record.entries;
	}
	get echoTest(): EchoTest {
		return this.#echoTest;
	}
	/** The own devices as the others are told. */
	get switchedOn(): Devices {
		return this.#own.switchedOn;
	}

	/** The seat works in a booth, or does not. To be told before it is allowed to capture. */
	useBooth(situation: BoothSituation | undefined): void {
		this.#own.useBooth(situation !== undefined);
		this.booth.arrange(situation);
	}

	/** Whether this seat may be heard and seen; until it is told, camera and microphone stay closed. */
	allowCapture(allowed: boolean): void {
		this.#own.allow(allowed);
	}

	open(): Promise<void> {
		return this.#own.open();
	}

	async choose(kind: DeviceKind, id: string): Promise<void> {
		if (kind !== 'speaker') return this.#own.choose(kind, id);
		this.#preferences.speaker = id;
		await Promise.all([this.#speakers.choose(id), this.booth.choose(id)]);
	}

	setMicrophone(on: boolean): void {
		this.#own.setMicrophone(on);
	}

	setCamera(on: boolean): void {
		this.#own.setCamera(on);
	}

	/** Records and plays back; an unplayable recording ends the test, nothing more. */
	async startEchoTest(): Promise<void> {
		const voice = this.#own.voice;
		if (!voice || this.#echoTest !== 'idle') return;
		this.#echoStop = new AbortController();
		const { signal } = this.#echoStop;
		try {
			this.#echoTest = 'recording';
			const sound = await record(voice, signal);
			this.#echoTest = 'playing';
			if (sound && !signal.aborted) await play(sound, this.#preferences.speaker, signal);
		} finally {
			this.#echoTest = 'idle';
		}
	}

	stopEchoTest(): void {
		this.#echoStop.abort();
	}

	playTone(): Promise<void> {
		return playTone(this.#preferences.speaker);
	}

	async shareScreen(content: ScreenContent): Promise<boolean> {
		if (this.#choosingScreen || this.#sharing) return false;
		this.#choosingScreen = true;
		this.#screenTrouble = undefined;
		const stream = await captureScreen().finally(() => (this.#choosingScreen = false));
		if (typeof stream === 'string') {
			if (stream !== 'cancelled' && this.link.isStarted) this.#screenTrouble = stream;
			return false;
		}
		const screen = stream.getVideoTracks()[0];
		if (!screen) return false;
		// Chosen after the summit ended or the seat went elsewhere.
		if (!this.link.isStarted) {
			for (const track of stream.getTracks()) track.stop();
			return false;
		}
		// The browser's own "stop sharing".
		screen.onended = () => this.stopSharing();
		this.#screen = stream;
		this.#sharing = true;
		this.setScreenContent(content);
		await this.link.setScreen(screen, stream.getAudioTracks()[0] ?? null);
		return true;
	}

	setScreenContent(content: ScreenContent): void {
		this.#screenContent = content;
		for (const track of this.#screen?.getVideoTracks() ?? []) void captureAs(track, content);
		void this.link.setScreenContent(content);
	}

	dismissScreenTrouble(): void {
		this.#screenTrouble = undefined;
	}

	stopSharing(): void {
		for (const track of this.#screen?.getTracks() ?? []) track.stop();
		this.#screen = undefined;
		this.#sharing = false;
		void this.link.setScreen(null, null);
	}

	unblockSound(): void {
		this.#speakers.unblock();
	}

	isArriving(source: SourceId | undefined): boolean {
		return this.#pictures.isArriving(source);
	}

	arrivalOf(source: SourceId | undefined): Arrival {
		return this.#pictures.arrivalOf(source);
	}

	streamFor(source: SourceId | undefined): MediaStream | undefined {
		return this.#pictures.streamFor(source);
	}

	show(source: SourceId | undefined): Attachment<HTMLVideoElement> {
		return this.#pictures.show(source);
	}

	showSelf(): Attachment<HTMLVideoElement> {
		return this.#showSelf;
	}

	/** What the m-lines carry, which of them are paused, whose frames that makes, and which of the voices may be heard now. */
	useSlots(
		slots: Readonly<Record<Mid, SourceId>>,
		paused: readonly Mid[],
		expected: (source: SourceId) => Expected | undefined,
		mayHear: (source: SourceId) => boolean,
	): void {
		this.#slots = slots;
		this.#pictures.useSlots(slots, paused);
		const sources = Object.entries(slots).flatMap(([mid, id]) => {
			const source = expected(id);
			return source ? [[mid, source] as const] : [];
		});
		this.lines.useSources(Object.fromEntries(sources));
		this.#isAudible = (mid) => {
			const source = slots[mid];
			return source !== undefined && mayHear(source);
		};
		this.#speakers.allow(this.#isAudible);
		this.booth.allow(slots, this.#isAudible);
		this.#level();
	}

	/** How loud each source is, 0 to 1: the floor, and the channel one listens to. */
	useGains(gainOf: (source: SourceId) => number): void {
		this.#gainOf = gainOf;
		this.#level();
	}

	/** Ends the connection and lets go of all devices. */
	close(): void {
		this.stopEchoTest();
		if (this.#screen) this.stopSharing();
		this.#screenTrouble = undefined;
		this.link.stop();
		this.#record.clear();
		this.#figures = undefined;
		this.#speakers.use([]);
		this.booth.useLines([]);
		this.#own.close();
	}

	#useLines(lines: readonly ReceivingLine[]): void {
		this.#pictures.useLines(lines);
		const sounds = lines.filter(({ kind }) => kind === 'audio');
		this.#speakers.use(sounds);
		this.booth.useLines(sounds);
		void this.#speakers.choose(this.#preferences.speaker ?? '');
		this.#speakers.allow(this.#isAudible);
		this.#level();
	}

	#level(): void {
		this.#speakers.level((mid) => {
			const source = this.#slots[mid];
			return { source, gain: source === undefined ? 1 : this.#gainOf(source) };
		});
	}

	#onSoundBlocked(blocked: boolean): void {
		if (blocked && !this.#soundBlocked) onNextGesture(() => this.#speakers.unblock());
		this.#soundBlocked = blocked;
	}
}
