/**
 * The client: joins session, meeting and media, and is what views see of them. It decides nothing about the meeting
 * (the reducer and the selectors do) and nothing about packets (the media engine does); it brings each to the other.
 */
import { ownBooth, placedFor } from '../meeting/booth';
import { isOpen } from '../meeting/interpretation';
import { stageOf, reduce, revealDueAt } from '../meeting/reduce';
import { camerasAtReveal, hasVoice, inSeatOrder, mayHear, othersWithCamera, sourceOf } from '../meeting/selectors';
import { gainOf } from '../meeting/listening';
import { signingCameras } from '../meeting/signs';
import { initial } from '../meeting/state';
import type { Action, Input, MeetingState, Problem, Stage, State } from '../meeting/state';
import { Media } from '../media/media.svelte';
import { iceServersOf } from '../media/relay';
import { accessOf } from '../seal/invitation';
import { SealClient } from '../seal/seal-client';
import { canTransform } from '../seal/transform';
import { deviceName } from '../session/device';
import { ExchangeError, exchange } from '../session/exchange';
import { forgetKeepsake, readKeepsake, writeKeepsake } from '../session/keepsake';
import type { Keepsake } from '../session/keepsake';
import { forgetSecret, secretIn } from '../session/link';
import { onOtherNetwork } from '../session/network';
import { Session } from '../session/session';
import type { Outcome, Request, RequestId, SeatId, ServerMessage } from '../wire/types';
import type { Client } from './context';
import { Listening } from './listening.svelte';
import { Pins } from './pins.svelte';
import { StoredPreferences } from './preferences.svelte';
import { PageSeal } from './seal.svelte';

/** How large the other sides' cameras are asked for just before the reveal, in device pixels. */
const HEIGHT_AT_REVEAL = 360;

/** What only a page that is loaded anew can get past. */
const RELOADS: readonly Problem[] = ['protocol', 'malformed', 'bypassed'];

/** The client of this page; `open` begins. */
export class PageClient implements Client {
	readonly preferences = new StoredPreferences();
	readonly media: Media;
	readonly seal: PageSeal;
	readonly listening: Listening;
	readonly #pins = new Pins();
	#state: State = $state.raw(initial);
	readonly #stage: Stage = $derived(stageOf(this.#state));
	#session: Session | undefined;
	#sealing: SealClient | undefined;
	#token: string | undefined;
	#revealTimer: ReturnType<typeof setTimeout> | undefined;

	constructor() {
		this.media = new Media(this.preferences, {
			offer: (sdp, tracks, fresh) => this.#online().offer(sdp, tracks, fresh),
			publish: (track, active) => this.#online().tell({ type: 'media.publish', track, active }),
			want: (videos) => this.#tell({ type: 'media.want', videos }),
			quality: (quality) => this.#tell({ type: 'quality', quality }),
			devices: (devices) => {
				if (this.#state.entered) this.#tell({ type: 'devices', devices });
			},
			interrupted: () => this.#session?.poke(),
			bypassed: () => this.#stopUnsealed(),
		});
		this.seal = new PageSeal({
			meeting: () => this.#state.meeting,
			now: () => this.now(),
			way: () => ({ token: this.#token ?? '' }),
			write: (group, text) => this.#sealing?.write(group, text) ?? Promise.reject(new Error('there is no session yet')),
			askForPair: (seat) => this.#online().ask(crypto.randomUUID(), { type: 'pair.open', seat }),
			onWhisper: (on) => this.#whisper(on),
		});
		this.listening = new Listening(this.preferences, {
			listen: (channel) => this.#tell({ type: 'channel.listen', channel }),
			onHearing: (hearing) => {
				const { meeting } = this.#state;
				// Where the console cannot mix, floor and relay are not both as loud as can be.
				const booth = meeting && ownBooth(meeting);
				const placed = meeting && booth ? placedFor(meeting, booth) : undefined;
				this.media.useGains((id) => {
					if (placed) return placed(id)?.gain ?? 0;
					const source = meeting?.sources.find((known) => known.id === id);
					return meeting ? gainOf(meeting, hearing, source) : 1;
				});
			},
		});
		addEventListener('online', () => this.#move(true));
		onOtherNetwork(() => this.#move(false));
	}

	get state(): State {
		return this.#state;
	}

	get stage(): Stage {
		return this.#stage;
	}

	get meeting(): MeetingState {
		if (!this.#state.meeting) throw new Error('there is no meeting before the link was exchanged');
		return this.#state.meeting;
	}

	now(): number {
		return Date.now() + this.#state.clockOffset;
	}

	/** Begins with the link in the address, or with the session this tab had. */
	async open(): Promise<void> {
		if (!isAble()) return this.#dispatch({ type: 'problem', problem: 'browser' });
		const secret = secretIn(location.hash);
		const keepsake = readKeepsake();
		if (secret !== undefined) await this.#exchange(secret);
		else if (keepsake) this.#resume(keepsake);
		else this.#dispatch({ type: 'problem', problem: 'no_link' });
	}

	async do(action: Action): Promise<Outcome | undefined> {
		const id = crypto.randomUUID();
		this.#dispatch({ type: 'asked', id, action });
		try {
			return await this.#online().ask(id, action);
		} catch {
			// Given up: the state has a notice of it.
			return undefined;
		}
	}

	enter(): void {
		if (this.#state.entered) return;
		this.#dispatch({ type: 'entered' });
		const keepsake = readKeepsake();
		if (keepsake) writeKeepsake({ ...keepsake, entered: true });
		if (this.#state.connection === 'open') this.#comeIn(false);
	}

	async leave(): Promise<void> {
		const session = this.#session;
		this.#dispatch({ type: 'left' });
		forgetKeepsake();
		this.media.close();
		this.listening.stop();
		this.seal.setWhispering(false);
		// Without a connection the server frees the seat by itself a little later.
		await session?.tell({ type: 'leave' }).catch(() => undefined);
		session?.stop();
	}

	takeOver(): void {
		// Who had come in comes in again with the welcome; else the pre-flight asks for the devices.
		if (this.#state.entered) void this.media.open();
		this.#session?.takeOver();
	}

	comeBack(): void {
		if (this.#token === undefined) return;
		writeKeepsake({ token: this.#token, entered: false });
		this.#dispatch({ type: 'returned' });
		this.#connect(this.#token);
	}

	retry(): void {
		const { problem } = this.#state;
		if (problem && RELOADS.includes(problem)) return location.reload();
		this.#dispatch({ type: 'problem', problem: null });
		if (problem === 'taken_over') this.#returnHere();
		else void this.open();
	}

	get pinned(): readonly SeatId[] {
		return this.#pins.in(this.meeting.summit);
	}

	pin(seat: SeatId, on: boolean): void {
		this.#pins.set(this.meeting.summit, seat, on);
		this.#arrangePictures();
	}

	dismiss(id: RequestId): void {
		this.#dispatch({ type: 'dismissed', id });
	}

	/** Breaks the session's connection, as a network does. For diagnostics. */
	breakConnection(): void {
		this.#session?.breakConnection();
	}

	/** The seat comes back to this device; its media are connected anew once it is welcomed. */
	#returnHere(): void {
		if (this.#state.entered) void this.media.open();
		this.#session?.start(true);
	}

	/** The link stays in the address until it is used or refused, so that after a failure a reload tries again. */
	async #exchange(secret: string): Promise<void> {
		try {
			const { token, summit, you, plan } = await exchange(await accessOf(secret));
			writeKeepsake({ token, entered: false, secret });
			forgetSecret();
			this.#dispatch({ type: 'arrived', summit, you, plan });
			this.#connect(token, secret);
		} catch (error) {
			const problem = error instanceof ExchangeError ? error.problem : 'unavailable';
			if (problem === 'link_refused') forgetSecret();
			this.#dispatch({ type: 'problem', problem });
		}
	}

	/** After a reload: who had come in is in again at once, and is seen and heard as soon as server and browser let it. */
	#resume({ token, entered, secret }: Keepsake): void {
		if (entered) {
			this.#dispatch({ type: 'entered' });
			void this.media.open();
		}
		this.#connect(token, secret);
	}

	#connect(token: string, secret?: string): void {
		// One for the page: who comes back after leaving is still who it was.
		this.#sealing ??= this.#makeSealing(secret);
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		this.#token = token;
		this.#session?.stop();
		this.#session = new Session({
			url: `${scheme}://${location.host}/api/v1/ws`,
			token,
			device: deviceName(navigator.userAgent),
			onMessage: (message) => this.#hear(message),
			onConnection: (connection) => this.#dispatch({ type: 'connection', connection, at: Date.now() }),
			onClock: (offset) => this.#dispatch({ type: 'clock', offset, at: Date.now() }),
			onRenewed: () => this.#dispatch({ type: 'media_renewed' }),
			onGivenUp: (id, sent) => this.#dispatch({ type: 'given_up', id, sent }),
		});
		this.#session.start();
	}

	#makeSealing(secret: string | undefined): SealClient {
		return new SealClient(secret, {
			transforms: this.media.transforms,
			lines: this.media.lines,
			// What was written is asked again on the next connection; all else is said anew there.
			ask: (request) =>
				request.type === 'mls.app' ? this.#online().ask(crypto.randomUUID(), request) : this.#online().tell(request),
			onView: (view) => {
				this.seal.show(view);
				if (view.own) this.#forgetSecret(view.lasts);
			},
			onWritten: (written) => this.seal.hear(written),
			onTrouble: (code, group, about) => this.seal.warn(code, group, about),
		});
	}

	/** It was proved, and proves nothing any more; where the browser keeps no key, a reload asks for the link again. */
	#forgetSecret(lasts: boolean): void {
		const keepsake = readKeepsake();
		if (keepsake?.secret === undefined) return;
		if (lasts) writeKeepsake({ token: keepsake.token, entered: keepsake.entered });
		else forgetKeepsake();
	}

	/** The keys change before the server is asked to send it to the own party only, and after it sends it to all again. */
	#whisper(on: boolean): void {
		const follow = (whispering: boolean): void => {
			this.seal.setWhispering(whispering);
			this.#beSealed();
		};
		if (on) follow(true);
		void this.#online()
			.tell({ type: 'whisper', on })
			.then(
				({ result }) => follow(result === 'done' ? on : false),
				() => undefined,
			);
	}

	#beSealed(): void {
		const { situation } = this.seal;
		if (situation) this.#sealing?.be(situation);
	}

	#hear(message: ServerMessage): void {
		this.#dispatch({ type: 'message', message, at: Date.now() });
		this.#sealing?.hear(message);
		if (message.type === 'cert.revoked') this.seal.learnRevoked(message.list);
		if (message.type === 'welcome' && this.seal.whispering) this.#whisper(true);
		if (message.type === 'welcome') this.media.link.setIceServers(iceServersOf(message.relay, location));
		if (message.type === 'welcome' && this.#state.entered) this.#comeIn(message.media);
		if (message.type === 'media.layers') void this.media.link.sendLayers(message.mid, message.layers);
		// While the seat is another device's, this one holds neither camera nor microphone.
		if (message.type === 'seat_taken') this.media.close();
		if (message.type === 'bye' && this.#isOver()) this.#end();
	}

	/** The device is in another network; `gone`: it was in none for a while. */
	#move(gone: boolean): void {
		this.#session?.poke(gone);
		this.media.link.moved();
	}

	/** Says that the person is here, then connects the media or lets them go on. */
	#comeIn(mediaStand: boolean): void {
		this.#tell({ type: 'enter', devices: this.media.switchedOn });
		this.listening.tellAgain();
		this.media.wanted.tellAgain();
		if (this.media.link.isStarted) void this.media.link.resume(mediaStand);
		else this.media.link.start(othersWithCamera(this.meeting));
	}

	/** Whether this page has no further part in the summit. */
	#isOver(): boolean {
		return this.#stage.name === 'ended' || this.#stage.name === 'problem' || this.#stage.name === 'left';
	}

	/** Something left unsealed: nothing goes on here but by a page that is loaded anew, and that asks before it sends. */
	#stopUnsealed(): void {
		this.media.close();
		this.listening.stop();
		this.#session?.stop();
		this.#sealing?.close();
		this.#sealing = undefined;
		clearTimeout(this.#revealTimer);
		const keepsake = readKeepsake();
		if (keepsake) writeKeepsake({ ...keepsake, entered: false });
		this.#dispatch({ type: 'problem', problem: 'bypassed' });
	}

	#end(): void {
		this.media.close();
		this.listening.stop();
		clearTimeout(this.#revealTimer);
		this.#sealing?.close();
		this.#sealing = undefined;
		const { problem } = this.#state;
		const mayContinue = problem === 'taken_over' || problem === 'protocol' || problem === 'malformed';
		if (!mayContinue) forgetKeepsake();
	}

	#dispatch(input: Input): void {
		const before = this.#state;
		this.#state = reduce(before, input);
		if (this.#state.meeting !== before.meeting || this.#state.clockOffset !== before.clockOffset) this.#follow();
	}

	/** Brings what the meeting says to the media, and keeps the instant of the reveal. */
	#follow(): void {
		const meeting = this.#state.meeting;
		if (!meeting) return;
		this.#sealing?.setClock(this.#state.clockOffset);
		this.#sealing?.setHere(
			Object.entries(meeting.presence).flatMap(([seat, { state }]) => (state === 'here' ? [seat] : [])),
		);
		this.#beSealed();
		const booth = ownBooth(meeting);
		// The sound of a booth is for whoever listens to its channel.
		if (booth && this.seal.whispering) this.#whisper(false);
		this.media.useBooth(booth && { open: isOpen(booth, meeting.you), placed: placedFor(meeting, booth) });
		this.media.allowCapture(hasVoice(meeting));
		this.media.useSlots(
			meeting.slots,
			meeting.paused,
			(id) => meeting.sources.find((source) => source.id === id),
			(source) => mayHear(meeting, source),
		);
		this.listening.follow(meeting);
		this.#arrangePictures();
		this.media.wanted.expect(camerasAtReveal(meeting).map((source) => ({ source, height: HEIGHT_AT_REVEAL })));
		clearTimeout(this.#revealTimer);
		const due = revealDueAt(this.#state);
		if (due === undefined) return;
		this.#revealTimer = setTimeout(() => this.#tick(), Math.max(0, Math.ceil(due - Date.now())));
	}

	/** Which pictures come first where not all can come. */
	#arrangePictures(): void {
		const cameras = this.pinned.flatMap((seat) => sourceOf(this.meeting, seat, 'camera') ?? []);
		// Signs cannot be understood from a picture that is not there.
		this.media.wanted.arrange(inSeatOrder(this.meeting), [...signingCameras(this.meeting), ...cameras]);
	}

	/** A timer may come a little early: then it is set anew. */
	#tick(): void {
		this.#dispatch({ type: 'tick', at: Date.now() });
		this.#follow();
	}

	/** Says what only matters while the connection lasts: on the next one it is said anew. */
	#tell(request: Request): void {
		this.#session?.tell(request).catch(() => undefined);
	}

	#online(): Session {
		if (!this.#session) throw new Error('there is no session before the link was exchanged');
		return this.#session;
	}
}

/** What a meeting needs of a browser. */
function isAble(): boolean {
	return isSecureContext && 'RTCPeerConnection' in globalThis && canTransform();
}
