/**
 * Plays what arrives: one audio element per receiving m-line, outside all views, so that no change of layout ever
 * interrupts a voice.
 */
import type { Mid } from '../wire/types';

/** Whether this browser lets a page choose the speaker. */
export function canChooseSpeaker(): boolean {
	return 'setSinkId' in HTMLMediaElement.prototype;
}

export class Speakers {
	readonly #elements = new Map<Mid, HTMLAudioElement>();
	readonly #onBlocked: (blocked: boolean) => void;
	#speaker = '';
	#silent = false;
	#isAllowed: (mid: Mid) => boolean = () => false;

	constructor(onBlocked: (blocked: boolean) => void) {
		this.#onBlocked = onBlocked;
	}

	/** Plays these m-lines, and none of before. All are silent until `allow` says otherwise. */
	use(lines: readonly { mid: Mid; track: MediaStreamTrack }[]): void {
		for (const element of this.#elements.values()) element.srcObject = null;
		this.#elements.clear();
		for (const { mid, track } of lines) {
			const element = new Audio();
			element.muted = true;
			element.srcObject = new MediaStream([track]);
			this.#elements.set(mid, element);
			void this.#play(element);
			void this.#route(element);
		}
	}

	/** Only these m-lines may be heard now. */
	allow(isAllowed: (mid: Mid) => boolean): void {
		this.#isAllowed = isAllowed;
		for (const [mid, element] of this.#elements) {
			const muted = this.#silent || !isAllowed(mid);
			if (element.muted === muted) continue;
			element.muted = muted;
			if (!muted) void this.#play(element);
		}
	}

	/** Whether something else plays these lines, so that all is silent here. */
	giveAway(given: boolean): void {
		this.#silent = given;
		this.allow(this.#isAllowed);
	}

	/** Plays through that speaker; empty for the computer's own choice. */
	async choose(speaker: string): Promise<void> {
		this.#speaker = speaker;
		await Promise.all([...this.#elements.values()].map((element) => this.#route(element)));
	}

	/** To be called from a click or key: browsers then allow sound. */
	unblock(): void {
		this.#onBlocked(false);
		for (const element of this.#elements.values()) void this.#play(element);
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
