/**
 * One peer connection to the server, from its first offer to its end. The browser always offers; m-lines are never
 * stopped; a shared screen, and more pictures than there are m-lines for, add theirs by a further offer. It knows
 * m-lines, not people: which source a receiving m-line carries is said elsewhere.
 */
import type { SealedLines } from '../seal/lines';
import { withConstantOpus } from '../seal/sdp';
import type { ScreenContent } from '../app/context';
import type { Mid, SourceKind, Track } from '../wire/types';
import { CAMERA_ENCODINGS, limitCodecs } from './codecs';
import { screenEncoding, sentAs } from './screen';

/**
 * Sounds received at once: the three loudest voices, whoever has the floor or the sound of a shared screen, and the interpreter of the
 * channel one listens to, who must take nobody's place: under the channel the floor is heard as ever.
 */
export const AUDIO_SLOTS = 5;
/** Pictures received at once, at most: a full page, who is seen on every page, and a document. */
export const VIDEO_SLOTS_MAX = 32;
/** Each m-line costs the server a little for every packet of the others, so there are no more than this to begin with. */
const VIDEO_SLOTS_FIRST = 10;
/** So many more are added at a time, so that not every camera that is switched on needs an offer. */
const VIDEO_SLOTS_STEP = 8;

/** Everything travels together. */
const TRANSPORT: RTCConfiguration = { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };

/** How many pictures to be ready for: one per other person who may show a camera, and one for a document. */
export function videoSlots(othersWithCamera: number): number {
	return Math.min(VIDEO_SLOTS_FIRST, othersWithCamera + 1);
}

/** How many m-lines there must be for so many pictures, where there are `slots`. */
export function grownSlots(slots: number, pictures: number): number {
	if (pictures <= slots) return slots;
	return Math.min(VIDEO_SLOTS_MAX, Math.ceil(pictures / VIDEO_SLOTS_STEP) * VIDEO_SLOTS_STEP);
}

export interface ConnectionOptions {
	/** Every m-line is made known to them at once: what they do not know leaves unsealed. */
	readonly lines: SealedLines;
	readonly videoSlots: number;
	/** What else leads to the server. */
	readonly iceServers: readonly RTCIceServer[];
	/** Brings an offer to the server and its answer back. */
	readonly offer: (sdp: string, tracks: Track[], fresh: boolean) => Promise<string>;
	/** What the microphone is sent with, in bits per second. */
	readonly voiceBps: () => number;
	readonly onState: (state: RTCPeerConnectionState) => void;
	/** The receiving m-lines have their names; said whenever there are new ones, before the server is told of them. */
	readonly onLines: (lines: readonly ReceivingLine[]) => void;
}

/** A receiving m-line. */
export interface ReceivingLine {
	readonly mid: Mid;
	readonly kind: 'audio' | 'video';
	readonly track: MediaStreamTrack;
}

/** What is sent; `null` rests. */
export type SentTracks = Readonly<Record<SourceKind, MediaStreamTrack | null>>;

export class MediaConnection {
	readonly peer: RTCPeerConnection;
	readonly #options: ConnectionOptions;
	readonly #sending = new Map<SourceKind, RTCRtpTransceiver>();
	readonly #receiving: RTCRtpTransceiver[] = [];
	/** Offers wait for one another. */
	#negotiation: Promise<void> = Promise.resolve();
	#offered = false;
	/** So many receiving m-lines were said to have their names. */
	#named = 0;
	#agreed = false;
	#closed = false;

	constructor(options: ConnectionOptions) {
		this.#options = options;
		this.peer = new RTCPeerConnection({ ...TRANSPORT, iceServers: [...options.iceServers] });
		options.lines.begin();
		this.peer.onconnectionstatechange = () => {
			if (!this.#closed) options.onState(this.peer.connectionState);
		};
		this.#addSending('microphone');
		this.#addSending('camera');
		for (let slot = 0; slot < AUDIO_SLOTS; slot += 1) this.#addReceiving('audio');
		for (let slot = 0; slot < options.videoSlots; slot += 1) this.#addReceiving('video');
	}

	/** The first offer. `tracks` are sent from the beginning; their m-lines exist in any case. */
	async connect(tracks: SentTracks): Promise<void> {
		if (tracks.screen) this.#addScreen();
		await Promise.all([...this.#sending].map(([kind, { sender }]) => sender.replaceTrack(tracks[kind])));
		await this.#negotiate(this.#tracksInUse(tracks));
	}

	/** Sends another track on the m-line of that kind, or nothing. */
	async replace(kind: SourceKind, track: MediaStreamTrack | null): Promise<void> {
		if (!this.#closed) await this.#sending.get(kind)?.sender.replaceTrack(track);
	}

	/** So many of the layers sent on that m-line are received by anybody, the smallest first: the others rest. */
	sendLayers(mid: Mid, layers: number): Promise<void> {
		const find = (): RTCRtpTransceiver | undefined =>
			[...this.#sending.values()].find((sending) => sending.mid === mid);
		return this.#change(find, (parameters) => ({
			...parameters,
			encodings: parameters.encodings.map((encoding, index) => ({ ...encoding, active: index < layers })),
		}));
	}

	/** Sends the shared screen in the manner of what it shows. */
	sendScreenAs(content: ScreenContent): Promise<void> {
		return this.#change(
			() => this.#sending.get('screen'),
			(parameters) => sentAs(parameters, content),
		);
	}

	/** Changes how something is sent: between two negotiations, and after what was said before. */
	#change(
		find: () => RTCRtpTransceiver | undefined,
		change: (parameters: RTCRtpSendParameters) => RTCRtpSendParameters,
	): Promise<void> {
		const changed = this.#negotiation.then(async () => {
			const sender = this.#closed ? undefined : find()?.sender;
			await sender?.setParameters(change(sender.getParameters()));
		});
		this.#negotiation = changed.catch(() => undefined);
		return changed;
	}

	/** Whether sharing needs no new m-lines. */
	get hasScreen(): boolean {
		return this.#sending.has('screen');
	}

	/** Adds the m-lines of a shared screen, and offers them with what is sent on them. */
	async addScreen(tracks: SentTracks): Promise<void> {
		this.#addScreen();
		await this.replace('screen', tracks.screen);
		await this.replace('screen_audio', tracks.screen_audio);
		await this.#negotiate(this.#tracksInUse(tracks));
	}

	/** Every offer so far was answered, or failed: the server knows the m-lines. */
	settled(): Promise<void> {
		return this.#negotiation;
	}

	/** Adds m-lines until there are so many for pictures, and offers them; what is received goes on. */
	async addPictures(slots: number, tracks: SentTracks): Promise<void> {
		const present = this.#receiving.filter(({ receiver }) => receiver.track.kind === 'video').length;
		if (this.#closed || present >= slots) return;
		for (let slot = present; slot < slots; slot += 1) this.#addReceiving('video');
		await this.#negotiate(this.#tracksInUse(tracks));
	}

	/** Looks for another way through the network, also by these servers; what is sent and received goes on. */
	async restart(tracks: SentTracks, iceServers: readonly RTCIceServer[]): Promise<void> {
		this.peer.setConfiguration({ ...TRANSPORT, iceServers: [...iceServers] });
		this.peer.restartIce();
		await this.#negotiate(this.#tracksInUse(tracks));
	}

	/** Its first offer was answered: a later one that is lost can be offered again. */
	get isAgreed(): boolean {
		return this.#agreed;
	}

	/** The m-line of that kind; none before its first offer. */
	midOf(kind: SourceKind): Mid | undefined {
		return this.#sending.get(kind)?.mid ?? undefined;
	}

	/** What is sent on an m-line. */
	kindOf(mid: Mid): SourceKind | undefined {
		return [...this.#sending].find(([, sending]) => sending.mid === mid)?.[0];
	}

	/** Nothing of that kind leaves any more on this connection: its frames went around the worker that seals them. */
	async stop(kind: SourceKind): Promise<void> {
		const sender = this.#sending.get(kind)?.sender;
		sender?.track?.stop();
		await sender?.replaceTrack(null);
	}

	close(): void {
		this.#closed = true;
		this.peer.close();
	}

	#nameLines(): void {
		const lines = this.#receivingLines();
		if (lines.length === this.#named) return;
		this.#named = lines.length;
		this.#options.onLines(lines);
	}

	#receivingLines(): ReceivingLine[] {
		return this.#receiving.flatMap(({ mid, receiver: { track } }) =>
			mid === null ? [] : [{ mid, kind: track.kind === 'audio' ? 'audio' : 'video', track }],
		);
	}

	#negotiate(tracks: () => Track[]): Promise<void> {
		const negotiation = this.#negotiation.then(async () => {
			if (this.#closed) return;
			const fresh = !this.#offered;
			this.#offered = true;
			await this.peer.setLocalDescription();
			this.#nameLines();
			const sdp = await this.#options.offer(this.peer.localDescription?.sdp ?? '', tracks(), fresh);
			if (this.#closed) return;
			const voice = this.midOf('microphone');
			const answer = withConstantOpus(sdp, voice === undefined ? [] : [voice], this.#options.voiceBps());
			await this.peer.setRemoteDescription({ type: 'answer', sdp: answer });
			this.#options.lines.agree(this.peer.localDescription?.sdp ?? '', answer);
			this.#agreed = true;
		});
		// A failed offer is its caller's to handle; the next one is tried all the same.
		this.#negotiation = negotiation.catch(() => undefined);
		return negotiation;
	}

	/** Microphone and camera are always announced, so that switching one on needs no offer; a screen only while shared. */
	#tracksInUse(tracks: SentTracks): () => Track[] {
		return () =>
			[...this.#sending].flatMap(([kind, { mid }]) => {
				const inUse = kind === 'microphone' || kind === 'camera' || tracks[kind] !== null;
				return mid !== null && inUse ? [{ mid, kind }] : [];
			});
	}

	#addScreen(): void {
		this.#addSending('screen');
		this.#addSending('screen_audio');
	}

	#addSending(kind: SourceKind): void {
		const init: RTCRtpTransceiverInit = { direction: 'sendonly', sendEncodings: encodingsOf(kind) };
		const transceiver = this.peer.addTransceiver(mediaKind(kind), init);
		// At once: a transform that is installed later is bypassed without a word.
		this.#options.lines.addSending(transceiver, kind);
		limitCodecs(transceiver, kind === 'camera' || kind === 'screen' ? kind : 'audio');
		this.#sending.set(kind, transceiver);
	}

	#addReceiving(kind: 'audio' | 'video'): void {
		const transceiver = this.peer.addTransceiver(kind, { direction: 'recvonly' });
		this.#options.lines.addReceiving(transceiver);
		limitCodecs(transceiver, kind === 'audio' ? 'audio' : 'screen');
		this.#receiving.push(transceiver);
	}
}

function mediaKind(kind: SourceKind): 'audio' | 'video' {
	return kind === 'camera' || kind === 'screen' ? 'video' : 'audio';
}

function encodingsOf(kind: SourceKind): RTCRtpEncodingParameters[] {
	if (kind === 'camera') return CAMERA_ENCODINGS.map((encoding) => ({ ...encoding }));
	if (kind === 'screen') return [screenEncoding()];
	return [];
}
