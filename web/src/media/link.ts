/**
 * Keeps media flowing: makes a connection, watches it every second, repairs it or makes a new one, and says how good
 * it is. What is sent is told with `setTrack` at any time; every connection takes it up.
 */
import { ConnectionLost } from '../session/session';
import type { SealedLines } from '../seal/lines';
import type { Mid, Quality, SourceKind, Track } from '../wire/types';
import type { MediaConnection as MediaConnectionState, ScreenContent, Way } from '../app/context';
import { MediaConnection, grownSlots, videoSlots } from './connection';
import type { ReceivingLine, SentTracks } from './connection';
import { Health, heardIn } from './health';
import { QualityMeter } from './quality';
import { SoundRedundancy } from './redundancy';
import { wayIn } from './way';

/** How often the connection is looked at. */
const LOOK_EVERY_MS = 1000;
/** Every second look also judges the quality. */
const QUALITY_EVERY = 2;
/** How long to wait after an offer that the server refused. */
const AFTER_REFUSAL_MS = 1000;

export interface LinkOptions {
	readonly lines: SealedLines;
	readonly offer: (sdp: string, tracks: Track[], fresh: boolean) => Promise<string>;
	/** Says that a sending m-line is put to use or rests. */
	readonly publish: (track: Track, active: boolean) => Promise<unknown>;
	/** What the microphone is sent with, in bits per second; asked with each offer. */
	readonly voiceBps: () => number;
	readonly onQuality: (quality: Quality) => void;
	readonly onState: (state: MediaConnectionState) => void;
	/** By which way it goes, as often as that is known. */
	readonly onWay: (way: Way) => void;
	/** The connection was looked at, in whatever state it is; `kindOf`: what is sent on an m-line. */
	readonly onLook: (stats: readonly Record<string, unknown>[], kindOf: (mid: Mid) => SourceKind | undefined) => void;
	/** A new connection has these receiving m-lines. */
	readonly onLines: (lines: readonly ReceivingLine[]) => void;
	/** What is sent of that kind left unsealed; it was stopped. `media.transform_bypassed`. */
	readonly onBypassed: (kind: SourceKind) => void;
}

const SHOWN_AS: Readonly<Record<RTCPeerConnectionState, MediaConnectionState>> = {
	new: 'connecting',
	connecting: 'connecting',
	connected: 'connected',
	disconnected: 'lost',
	failed: 'lost',
	closed: 'none',
};

const NO_TRACKS: SentTracks = { camera: null, microphone: null, screen: null, screen_audio: null };

export class MediaLink {
	readonly #options: LinkOptions;
	#connection: MediaConnection | undefined;
	#tracks: SentTracks = NO_TRACKS;
	#screenContent: ScreenContent = 'text';
	#videoSlots = 1;
	#iceServers: readonly RTCIceServer[] = [];
	/** By which way it went at the last look. */
	#way: Way | undefined;
	#health = new Health(0);
	#quality = new QualityMeter();
	#redundancy = new SoundRedundancy();
	#looks = 0;
	#timer: ReturnType<typeof setInterval> | undefined;
	/** An offer was not answered: browser and server may differ on what was agreed. */
	#inDoubt = false;
	/** Sound and picture failed to come, or were lost, and have not come back. */
	#isLost = false;

	constructor(options: LinkOptions) {
		this.#options = options;
	}

	get peer(): RTCPeerConnection | undefined {
		return this.#connection?.peer;
	}

	get isStarted(): boolean {
		return this.#timer !== undefined;
	}

	/** Connects; to be called once the person came in. So many others may ever show a camera. */
	start(othersWithCamera: number): void {
		this.#videoSlots = videoSlots(othersWithCamera);
		this.#isLost = false;
		this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS);
		void this.#renew();
	}

	/** What leads to the server besides its own addresses, from the next connection or the next search for a way on. */
	setIceServers(servers: readonly RTCIceServer[]): void {
		this.#iceServers = servers;
	}

	/** The session came back; `stands` tells whether the server still has the connection. */
	async resume(stands: boolean): Promise<void> {
		if (!this.isStarted) return;
		this.#quality.forget();
		const connection = this.#connection;
		if (!stands || !connection?.isAgreed) return this.#renew();
		// Whether the offer of before or its answer was lost: an offer of all there is settles both.
		if (this.#inDoubt) await this.#restart(connection);
		if (connection === this.#connection) await this.#publishScreen();
	}

	/** The device is in another network: the way through the former one may be gone long before the browser notices. */
	moved(): void {
		if (this.isStarted && this.#connection?.isAgreed) void this.#restart(this.#connection);
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#tracks = NO_TRACKS;
		this.#connection?.close();
		this.#connection = undefined;
		this.#options.onState('none');
	}

	/** Sends that track from now on, in this connection and in later ones. */
	async setTrack(kind: 'camera' | 'microphone', track: MediaStreamTrack | null): Promise<void> {
		if (this.#tracks[kind] === track) return;
		this.#tracks = { ...this.#tracks, [kind]: track };
		await this.#connection?.replace(kind, track);
	}

	/** Shares a screen, with its sound if there is one; nulls end it. */
	async setScreen(screen: MediaStreamTrack | null, sound: MediaStreamTrack | null): Promise<void> {
		this.#tracks = { ...this.#tracks, screen, screen_audio: sound };
		const connection = this.#connection;
		if (!connection) return;
		if (!connection.hasScreen) {
			if (screen) await this.#careful(connection.addScreen(this.#tracks));
			return this.#sendScreen(connection);
		}
		await connection.replace('screen', screen);
		await connection.replace('screen_audio', sound);
		// What is said of a line that the server does not know yet is lost, and the offer under way says that it is in use.
		await connection.settled();
		await this.#publishScreen();
	}

	/** So many pictures are to be received, in this connection and in later ones. */
	async receive(pictures: number): Promise<void> {
		const slots = grownSlots(this.#videoSlots, pictures);
		if (slots === this.#videoSlots) return;
		this.#videoSlots = slots;
		// In doubt about the last offer it is restarted or renewed soon, and then there are as many.
		if (this.#connection) await this.#careful(this.#connection.addPictures(slots, this.#tracks));
	}

	/** What the screen shows, in this connection and in later ones. */
	async setScreenContent(content: ScreenContent): Promise<void> {
		this.#screenContent = content;
		if (this.#connection) await this.#sendScreen(this.#connection);
	}

	/** A browser that cannot send it in another manner sends it in the one it has. */
	async #sendScreen(connection: MediaConnection): Promise<void> {
		await connection.sendScreenAs(this.#screenContent).catch(() => undefined);
	}

	/** So many layers of what is sent on that m-line are received by anybody: the others need not be encoded. */
	async sendLayers(mid: Mid, layers: number): Promise<void> {
		// A browser that cannot rest a layer goes on to send it, and nobody receives it.
		await this.#connection?.sendLayers(mid, layers).catch(() => undefined);
	}

	/** The browser's counters. */
	async stats(): Promise<Record<string, unknown>[]> {
		const report = await this.#connection?.peer.getStats();
		return report ? [...report.values()] : [];
	}

	async #publishScreen(): Promise<void> {
		for (const kind of ['screen', 'screen_audio'] as const satisfies SourceKind[]) {
			const mid = this.#connection?.midOf(kind);
			if (mid === undefined) continue;
			// A connection that is lost meanwhile publishes again when it comes back.
			await this.#options.publish({ mid, kind }, this.#tracks[kind] !== null).catch(() => undefined);
		}
	}

	async #renew(): Promise<void> {
		this.#connection?.close();
		this.#inDoubt = false;
		this.#way = undefined;
		this.#health = new Health(Date.now());
		this.#quality = new QualityMeter();
		this.#redundancy = new SoundRedundancy();
		const { lines, offer, onLines, voiceBps } = this.#options;
		const connection = new MediaConnection({
			lines,
			videoSlots: this.#videoSlots,
			iceServers: this.#iceServers,
			offer,
			voiceBps,
			onState: (state) => this.#show(state),
			onLines,
		});
		this.#connection = connection;
		this.#show('connecting');
		await this.#careful(connection.connect(this.#tracks));
		await this.#sendScreen(connection);
	}

	/** What was lost stays lost, whatever is tried, until it is there again. */
	#show(state: RTCPeerConnectionState): void {
		const shown = SHOWN_AS[state];
		if (shown === 'connected') this.#isLost = false;
		if (shown === 'lost') this.#isLost = true;
		this.#options.onState(this.#isLost && shown === 'connecting' ? 'lost' : shown);
	}

	async #restart(connection: MediaConnection): Promise<void> {
		this.#inDoubt = false;
		this.#health.restarts(Date.now());
		await this.#careful(connection.restart(this.#tracks, this.#iceServers));
	}

	#lose(): void {
		this.#isLost = true;
		this.#options.onState('lost');
	}

	/** Remembers when it is not known what was agreed; tries anew when the server refused. */
	async #careful(negotiation: Promise<void>): Promise<void> {
		const connection = this.#connection;
		try {
			await negotiation;
		} catch (error) {
			if (connection !== this.#connection) return;
			this.#inDoubt = true;
			if (error instanceof ConnectionLost) return;
			this.#lose();
			setTimeout(() => {
				if (this.isStarted && connection === this.#connection) void this.#renew();
			}, AFTER_REFUSAL_MS);
		}
	}

	async #look(): Promise<void> {
		const connection = this.#connection;
		if (!connection || this.#inDoubt) return;
		const stats = await this.stats();
		if (connection !== this.#connection) return;
		this.#options.onLook(stats, (mid) => connection.kindOf(mid));
		void this.#watch(connection, stats);
		const depth = this.#redundancy.read(stats, Date.now());
		if (depth !== undefined) this.#options.lines.repeatSound(depth);
		const state = connection.peer.connectionState;
		const remedy = this.#health.judge({ at: Date.now(), state, heard: heardIn(stats) });
		if (remedy !== 'none') this.#lose();
		else if (state === 'connected' && this.#isLost && this.#health.isWell) this.#show(state);
		if (remedy === 'fresh') return this.#renew();
		if (remedy === 'restart') return this.#restart(connection);
		const way = wayIn(stats);
		if (way) this.#options.onWay(way);
		// Browsers keep the relay at hand and give up other ways: whether there is a better one is looked for once.
		const fellBack = way === 'relay' && (this.#way ?? way) !== 'relay';
		this.#way = way ?? this.#way;
		if (fellBack) return this.#restart(connection);
		this.#looks += 1;
		if (state !== 'connected' || this.#looks % QUALITY_EVERY !== 0) return;
		const quality = this.#quality.read(stats);
		if (quality) this.#options.onQuality(quality);
	}

	/** What is sent must have gone through the worker that seals it. */
	async #watch(connection: MediaConnection, stats: readonly Record<string, unknown>[]): Promise<void> {
		for (const kind of await this.#options.lines.watch(stats)) {
			if (connection !== this.#connection) return;
			this.#tracks = { ...this.#tracks, [kind]: null };
			await connection.stop(kind).catch(() => undefined);
			this.#options.onBypassed(kind);
		}
	}
}
