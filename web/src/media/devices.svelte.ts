/**
 * The own camera, microphone and speaker: which there are, which are in use, and whether they work. Switching one
 * never interrupts the others. It knows nothing of connections; `onTracks` says what is to be sent now.
 */
import type { Device, DeviceKind, DeviceStatus } from '../app/context';
import type { Preferences } from '../app/context';
import { BoothMicrophone } from '../audio/booth-microphone';
import type { Devices } from '../wire/types';
import { captureBoth, captureCamera, captureMicrophone } from './capture';
import type { Captured, Choice } from './capture';
import { watchLevel } from './level';

/** What is sent of the own devices; null while off. */
export interface OwnTracks {
	readonly camera: MediaStreamTrack | null;
	readonly microphone: MediaStreamTrack | null;
}

type Capturing = 'camera' | 'microphone';

const KIND_OF: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
	videoinput: 'camera',
	audioinput: 'microphone',
	audiooutput: 'speaker',
};

export class OwnDevices {
	devices: Readonly<Record<DeviceKind, readonly Device[]>> = $state.raw({ camera: [], microphone: [], speaker: [] });
	status: Readonly<Record<Capturing, DeviceStatus>> = $state.raw({ camera: 'off', microphone: 'off' });
	preview: MediaStream | undefined = $state.raw();
	level = $state(0);
	#used: Readonly<Record<Capturing, string | undefined>> = $state.raw({ camera: undefined, microphone: undefined });

	readonly #preferences: Preferences;
	readonly #onTracks: (tracks: OwnTracks) => void;
	#camera: MediaStreamTrack | null = null;
	/** What the microphone gives, also while muted: the meter and the echo test hear it. */
	#voice: MediaStreamTrack | null = $state.raw(null);
	/** The copy of it that is sent; disabled while muted, so that silence is sent. */
	#sentVoice: MediaStreamTrack | null = null;
	/** Of an interpreter: what is sent goes through it. */
	#boothMicrophone: BoothMicrophone | undefined;
	/** The seat works in a booth. */
	#isBooth = false;
	/** The booth's microphone lets sound through. */
	#boothOpen = false;
	#coughing = $state(false);
	#stopMeter: () => void = () => undefined;
	#opened = false;
	/** The seat has a voice. */
	#allowed = false;
	#opening: Promise<void> | undefined;

	constructor(preferences: Preferences, onTracks: (tracks: OwnTracks) => void) {
		this.#preferences = preferences;
		this.#onTracks = onTracks;
		navigator.mediaDevices?.addEventListener('devicechange', () => void this.#onDeviceChange());
		void this.#watchPermissions();
		void this.#list();
	}

	get chosen(): Readonly<Record<DeviceKind, string | undefined>> {
		const fallback = (kind: DeviceKind): string | undefined =>
			this.devices[kind].find(({ id }) => id === this.#preferences[kind])?.id ?? this.devices[kind][0]?.id;
		return {
			camera: this.#used.camera ?? fallback('camera'),
			microphone: this.#used.microphone ?? fallback('microphone'),
			speaker: fallback('speaker'),
		};
	}

	get tracks(): OwnTracks {
		return { camera: this.#camera, microphone: this.#sentVoice };
	}

	/** The microphone as it is, for the echo test and the grade. Reactive. */
	get voice(): MediaStreamTrack | null {
		return this.#voice;
	}

	/** As the others are told. */
	get switchedOn(): Devices {
		const { microphoneOn, cameraOn } = this.#preferences;
		return {
			// In a booth it is opened and shut before everybody's eyes, and by nothing else.
			microphone: (microphoneOn || this.#isBooth) && this.status.microphone === 'live',
			camera: cameraOn && this.status.camera === 'live',
		};
	}

	/** Whether the seat may be heard and seen: until that is known, and where it may not, nothing is captured. */
	allow(allowed: boolean): void {
		if (allowed === this.#allowed) return;
		this.#allowed = allowed;
		if (!this.#opened) return;
		if (allowed) return void this.open();
		this.#release();
		this.#onTracks(this.tracks);
	}

	/** The seat works in a booth: its microphone is captured as it is, and switched without a click. */
	get isBooth(): boolean {
		return this.#isBooth;
	}

	/** The cough key is held. Reactive. */
	get coughing(): boolean {
		return this.#coughing;
	}

	/** Works in a booth from now on, or not any more. */
	useBooth(isBooth: boolean): void {
		if (isBooth === this.#isBooth) return;
		this.#isBooth = isBooth;
		// Whoever leaves the booth is a voice of the floor: never without having opened the microphone there.
		if (!isBooth) this.#preferences.microphoneOn = false;
		if (this.status.microphone === 'live') void this.#openOne('microphone', this.#remembered('microphone'));
	}

	/** Lets sound out of the booth, or no more. */
	openBooth(open: boolean): void {
		this.#boothOpen = open;
		if (this.#boothMicrophone && this.#boothMicrophone.switches.muted === open) this.#boothMicrophone.mute(!open);
	}

	/** The cough key goes down or up. */
	cough(coughing: boolean): void {
		this.#coughing = coughing;
		this.#boothMicrophone?.cough(coughing);
	}

	/**
	 * Asks for what is wanted and not there; while the browser asks already, nothing is asked twice. The microphone is
	 * opened even when muted, so that its meter works.
	 */
	open(): Promise<void> {
		this.#opened = true;
		if (!this.#allowed) return this.#list();
		this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
		return this.#opening;
	}

	/** Uses another camera or microphone, and remembers it. */
	async choose(kind: Capturing, id: string): Promise<void> {
		this.#preferences[kind] = id;
		if (!this.#allowed || (kind === 'camera' && !this.#preferences.cameraOn)) return;
		await this.#openOne(kind, { id, exact: true });
		// It cannot be had: rather another than none.
		if (this.status[kind] !== 'live') await this.#openOne(kind, { id: undefined, exact: false });
		await this.#list();
	}

	/** Muted is silent at once; the microphone stays open. */
	setMicrophone(on: boolean): void {
		this.#preferences.microphoneOn = on;
		if (this.#sentVoice && !this.#isBooth) this.#sentVoice.enabled = on;
		if (on && this.#opened && this.status.microphone !== 'live') void this.open();
		this.#onTracks(this.tracks);
	}

	/** Off lets go of the camera, so that its light goes out. */
	setCamera(on: boolean): void {
		this.#preferences.cameraOn = on;
		if (!on) {
			this.#closeCamera();
			this.#setStatus('camera', 'off');
			this.#onTracks(this.tracks);
		} else if (this.#opened) {
			void this.open();
		}
	}

	/** Lets go of everything. */
	close(): void {
		this.#opened = false;
		this.#release();
	}

	/** Opened, and by a seat that may be heard and seen. */
	get #mayCapture(): boolean {
		return this.#opened && this.#allowed;
	}

	#release(): void {
		this.#closeCamera();
		this.#closeMicrophone();
		this.status = { camera: 'off', microphone: 'off' };
	}

	async #open(): Promise<void> {
		const needCamera = this.#preferences.cameraOn && this.status.camera !== 'live';
		const needMicrophone = this.status.microphone !== 'live';
		if (needCamera && needMicrophone) {
			this.#setStatus('camera', 'asking');
			this.#setStatus('microphone', 'asking');
			const captured = await captureBoth(this.#remembered('camera'), this.#remembered('microphone'), this.#profile);
			this.#takeMicrophone(captured.microphone);
			this.#takeCamera(captured.camera);
		} else if (needCamera) {
			await this.#openOne('camera', this.#remembered('camera'));
		} else if (needMicrophone) {
			await this.#openOne('microphone', this.#remembered('microphone'));
		}
		// Switched on while the browser asked for the microphone.
		if (this.#mayCapture && this.#preferences.cameraOn && this.status.camera === 'off') {
			await this.#openOne('camera', this.#remembered('camera'));
		}
		await this.#list();
	}

	async #openOne(kind: Capturing, choice: Choice): Promise<void> {
		if (this.status[kind] !== 'live') this.#setStatus(kind, 'asking');
		// Some cameras serve one stream at a time: the old one is given back first.
		if (kind === 'camera') {
			this.#camera?.stop();
			this.#takeCamera(await captureCamera(choice));
		} else {
			this.#takeMicrophone(await captureMicrophone(choice, this.#profile));
		}
	}

	#takeCamera(captured: Captured): void {
		this.#closeCamera();
		if (typeof captured === 'string') {
			this.#setStatus('camera', captured);
		} else if (!this.#mayCapture || !this.#preferences.cameraOn) {
			// Switched off while the browser asked.
			captured.stop();
			this.#setStatus('camera', 'off');
		} else {
			captured.contentHint = 'motion';
			captured.onended = () => void this.#onEnded('camera', captured);
			this.#camera = captured;
			this.preview = new MediaStream([captured]);
			this.#used = { ...this.#used, camera: captured.getSettings().deviceId };
			this.#setStatus('camera', 'live');
		}
		this.#onTracks(this.tracks);
	}

	#takeMicrophone(captured: Captured): void {
		this.#closeMicrophone();
		if (typeof captured === 'string') {
			this.#setStatus('microphone', captured);
		} else if (!this.#mayCapture) {
			captured.stop();
		} else {
			captured.onended = () => void this.#onEnded('microphone', captured);
			this.#voice = captured;
			this.#sentVoice = this.#isBooth ? this.#throughBooth(captured) : captured.clone();
			this.#sentVoice.enabled = this.#isBooth || this.#preferences.microphoneOn;
			this.#stopMeter = watchLevel(captured, (level) => (this.level = level));
			this.#used = { ...this.#used, microphone: captured.getSettings().deviceId };
			this.#setStatus('microphone', 'live');
		}
		this.#onTracks(this.tracks);
	}

	get #profile(): 'booth' | undefined {
		return this.#isBooth ? 'booth' : undefined;
	}

	#throughBooth(captured: MediaStreamTrack): MediaStreamTrack {
		this.#boothMicrophone = new BoothMicrophone(captured, !this.#boothOpen);
		this.#boothMicrophone.cough(this.#coughing);
		return this.#boothMicrophone.track;
	}

	#closeCamera(): void {
		this.#camera?.stop();
		this.#camera = null;
		this.preview = undefined;
	}

	#closeMicrophone(): void {
		this.#stopMeter();
		this.#stopMeter = () => undefined;
		this.#voice?.stop();
		this.#sentVoice?.stop();
		void this.#boothMicrophone?.close();
		this.#boothMicrophone = undefined;
		this.#voice = null;
		this.#sentVoice = null;
	}

	/** Unplugged, or taken away by the system: another one takes over if there is one. */
	async #onEnded(kind: Capturing, track: MediaStreamTrack): Promise<void> {
		if (track !== this.#camera && track !== this.#voice) return;
		await this.#openOne(kind, { id: undefined, exact: false });
		await this.#list();
	}

	async #onDeviceChange(): Promise<void> {
		await this.#list();
		const isBack = (kind: Capturing): boolean => this.status[kind] === 'missing' && this.devices[kind].length > 0;
		if (this.#opened && (isBack('camera') || isBack('microphone'))) await this.open();
	}

	async #list(): Promise<void> {
		const found = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
		const devices: Record<DeviceKind, Device[]> = { camera: [], microphone: [], speaker: [] };
		for (const { kind, deviceId, label } of found) devices[KIND_OF[kind]].push({ id: deviceId, label });
		this.devices = devices;
	}

	/** A permission that the person gives later, in the browser's own menu, is taken up at once. */
	async #watchPermissions(): Promise<void> {
		for (const kind of ['camera', 'microphone'] as const) {
			const permission = await queryPermission(kind);
			permission?.addEventListener('change', () => {
				if (this.#opened && permission.state === 'granted' && this.status[kind] === 'blocked') void this.open();
			});
		}
	}

	#remembered(kind: Capturing): Choice {
		return { id: this.#preferences[kind], exact: false };
	}

	#setStatus(kind: Capturing, status: DeviceStatus): void {
		this.status = { ...this.status, [kind]: status };
	}
}

/** None where the browser does not tell. */
async function queryPermission(kind: Capturing): Promise<PermissionStatus | undefined> {
	try {
		return await navigator.permissions.query({ name: kind });
	} catch {
		return undefined;
	}
}
