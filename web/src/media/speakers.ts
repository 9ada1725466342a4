/**
 * Plays what arrives: one audio element per receiving m-line, outside all views, so that no change of layout ever
 * interrupts a voice.
 */
import { Fader } from '../audio/blend';
import { CROSS_FADE_MS } from '../audio/dsp/smoothed-gain';
import type { Mid, SourceId } from '../wire/types';

/** Whether this browser lets a page choose the speaker. */
export function canChooseSpeaker(): boolean {
	return 'setSinkId' in HTMLMediaElement.prototype;
}

/** Where no volume can be set (iOS), what should be softer than this is not heard at all: it would drown the rest. */
const SOFT = 0.5;

/** One m-line as it is played. */
interface Played {
	readonly element: HTMLAudioElement;
	readonly fader: Fader;
	/** What it carries. */
	source: SourceId | undefined;
	gain: number;
	allowed: boolean;
}

/** Whether this element's volume can be set. */
function hasVolume(element: HTMLAudioElement): boolean {
	const before = element.volume;
	element.volume = 0.5;
	const hasIt = element.volume === 0.5;
	element.volume = before;
	return hasIt;
}

export class Speakers {
	readonly #elements = new Map<Mid, Played>();
	#hasVolume = true;
	readonly #onBlocked: (blocked: boolean) => void;
	#speaker = '';
	#silent = false;
	#isAllowed: (mid: Mid) => boolean = () => false;

	constructor(onBlocked: (blocked: boolean) => void) {
		this.#onBlocked = onBlocked;
	}

	/** Plays these m-lines, and none of before. All are silent until `allow` says otherwise. */
	use(lines: readonly { mid: Mid; track: MediaStreamTrack }[]): void {
		for (const { element, fader } of this.#elements.values()) {
			fader.stop();
			element.srcObject = null;
		}
		this.#elements.clear();
		for (const { mid, track } of lines) {
			const element = new Audio();
			this.#hasVolume = hasVolume(element);
			element.muted = true;
			element.srcObject = new MediaStream([track]);
			this.#elements.set(mid, { element, fader: new Fader(element), source: undefined, gain: 1, allowed: false });
			void this.#play(element);
			void this.#route(element);
		}
	}

	/** Only these m-lines may be heard now. */
	allow(isAllowed: (mid: Mid) => boolean): void {
		this.#isAllowed = isAllowed;
		for (const [mid, played] of this.#elements) {
			played.allowed = !this.#silent && isAllowed(mid);
			this.#mute(played);
		}
	}

	/** Whether something else plays these lines, so that all is silent here. */
	giveAway(given: boolean): void {
		this.#silent = given;
		this.allow(this.#isAllowed);
	}

	/** How loud each m-line is, 0 to 1: faded over, but for a source that is new there, which begins as loud as it is. */
	level(of: (mid: Mid) => { readonly source: SourceId | undefined; readonly gain: number }): void {
		for (const [mid, played] of this.#elements) {
			const { source, gain } = of(mid);
			const isNew = source !== played.source;
			if (!isNew && gain === played.gain) continue;
			[played.source, played.gain] = [source, gain];
			played.fader.fadeTo(gain, isNew ? 0 : CROSS_FADE_MS);
			this.#mute(played);
		}
	}

	#mute({ element, allowed, gain }: Played): void {
		const muted = !allowed || (!this.#hasVolume && gain < SOFT);
		if (element.muted === muted) return;
		element.muted = muted;
		if (!muted) void this.#play(element);
	}

	/** Plays through that speaker; empty for the computer's own choice. */
	async choose(speaker: string): Promise<void> {
		this.#speaker = speaker;
		await Promise.all([...this.#elements.values()].map(({ element }) => this.#route(element)));
	}

	/** To be called from a click or key: browsers then allow sound. */
	unblock(): void {
		this.#onBlocked(false);
		for (const { element } of this.#elements.values()) void this.#play(element);
	}

	/** Lets any element play through the chosen speaker; a speaker that is gone leaves the computer's own choice. */
	async #route(element: HTMLAudioElement): Promise<void> {
		if (canChooseSpeaker()) await element.setSinkId(this.#speaker).catch(() => undefined);
	}

	async #play(element: HTMLAudioElement): Promise<void> {
		try {
			await element.play();
		} catch (error) {
			if (error instanceof DOMException && error.name === 'NotAllowedError') this.#onBlocked(true);
		}
	}
}

/** Begins to play a stream through `speaker`; rejects where the browser cannot. What it gives ends that. */
export async function playThrough(speaker: string | undefined, stream: MediaStream): Promise<() => void> {
	const element = new Audio();
	element.srcObject = stream;
	if (speaker && canChooseSpeaker()) await element.setSinkId(speaker).catch(() => undefined);
	await element.play();
	return () => {
		element.srcObject = null;
	};
}

/** Waits, but no longer than until `signal` says stop. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) return resolve();
		const timer = setTimeout(resolve, milliseconds);
		signal?.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
