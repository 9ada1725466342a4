/** What this browser remembers of the person: the devices last used, whether they were on, and whether keys do something. */
import { FLOOR_LEVEL } from '../audio/blend';
import type { Language } from '../wire/types';
import type { CaptionsWish, Preferences, SignsWish } from './context';

const KEY = 'sommet.preferences';

/** Of who never chose. */
export const DEFAULTS: Readonly<Preferences> = {
	camera: undefined,
	microphone: undefined,
	speaker: undefined,
	microphoneOn: true,
	cameraOn: true,
	captions: { on: false, language: undefined, size: 'medium', aloud: false },
	signs: { shown: [], size: 'medium' },
	shortcuts: true,
	channel: undefined,
	channelLocked: false,
	floorLevel: FLOOR_LEVEL,
	understood: undefined,
	headset: false,
};

/** Preferences that are kept whenever one is set. */
export class StoredPreferences implements Preferences {
	#values: Preferences = $state.raw(read());

	get camera(): string | undefined {
		return this.#values.camera;
	}
	set camera(camera: string | undefined) {
		this.#set({ camera });
	}
	get microphone(): string | undefined {
		return this.#values.microphone;
	}
	set microphone(microphone: string | undefined) {
		this.#set({ microphone });
	}
	get speaker(): string | undefined {
		return this.#values.speaker;
	}
	set speaker(speaker: string | undefined) {
		this.#set({ speaker });
	}
	get microphoneOn(): boolean {
		return this.#values.microphoneOn;
	}
	set microphoneOn(microphoneOn: boolean) {
		this.#set({ microphoneOn });
	}
	get cameraOn(): boolean {
		return this.#values.cameraOn;
	}
	set cameraOn(cameraOn: boolean) {
		this.#set({ cameraOn });
	}
	get captions(): CaptionsWish {
		return this.#values.captions;
	}
	set captions(captions: CaptionsWish) {
		this.#set({ captions });
	}
	get signs(): SignsWish {
		return this.#values.signs;
	}
	set signs(signs: SignsWish) {
		this.#set({ signs });
	}
	get shortcuts(): boolean {
		return this.#values.shortcuts;
	}
	set shortcuts(shortcuts: boolean) {
		this.#set({ shortcuts });
	}
	get channel(): Language | null | undefined {
		return this.#values.channel;
	}
	set channel(channel: Language | null | undefined) {
		this.#set({ channel });
	}
	get channelLocked(): boolean {
		return this.#values.channelLocked;
	}
	set channelLocked(channelLocked: boolean) {
		this.#set({ channelLocked });
	}
	get floorLevel(): number {
		return this.#values.floorLevel;
	}
	set floorLevel(floorLevel: number) {
		this.#set({ floorLevel });
	}
	get understood(): readonly Language[] | undefined {
		return this.#values.understood;
	}
	set understood(understood: readonly Language[] | undefined) {
		this.#set({ understood });
	}

	get headset(): boolean {
		return this.#values.headset;
	}
	set headset(headset: boolean) {
		this.#set({ headset });
	}

	#set(changed: Partial<Preferences>): void {
		this.#values = { ...this.#values, ...changed };
		try {
			localStorage.setItem(KEY, JSON.stringify(this.#values));
		} catch {
			// A browser that stores nothing forgets these at the end of the visit, and that is all.
		}
	}
}

function read(): Preferences {
	try {
		const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
		return { ...DEFAULTS, ...(typeof value === 'object' ? value : {}) };
	} catch {
		return DEFAULTS;
	}
}
