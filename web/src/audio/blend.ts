/**
 * What a listener hears: the floor, or the chosen channel with the floor under it. Own languages first: who understands
 * the speaker hears the speaker.
 */
import { fadeAt } from './dsp/smoothed-gain';
import type { FadeCurve } from './dsp/smoothed-gain';

/** The floor under a channel, 0 to 1, until the listener says otherwise. */
export const FLOOR_LEVEL = 0.1;
/** A booth that says nothing for so long while the floor speaks counts as silent, in milliseconds. */
export const BOOTH_SILENT_MS = 5000;

/** Languages are BCP 47 tags; of `en-GB` and `en-US` who understands one understands the other. */
export interface Situation {
	/** What the speaker speaks; none when nobody said. */
	readonly spoken: string | undefined;
	/** What the listener understands. */
	readonly understood: readonly string[];
	/** The language of the channel that the listener chose; none for the floor alone. */
	readonly chosen: string | undefined;
	/** The listener keeps to the channel, whatever is spoken. */
	readonly locked: boolean;
	/** A booth sends that channel. */
	readonly carried: boolean;
	/** It has said nothing for {@link BOOTH_SILENT_MS} while the floor spoke. */
	readonly boothSilent: boolean;
	/** How loud the floor is under the channel, 0 to 1; {@link FLOOR_LEVEL} to begin with. */
	readonly floorLevel: number;
}

/** Gains, 0 to 1, and which of the two the listener is there for. */
export interface Blend {
	readonly floor: number;
	readonly channel: number;
	readonly heard: 'floor' | 'channel';
	/**
	 * Why the floor is heard though a channel was chosen: `understood`, `not_carried` or `booth_silent`. The listener must be
	 * told of the last two.
	 */
	readonly instead: 'understood' | 'not_carried' | 'booth_silent' | undefined;
}

/** What to let a listener hear. */
export function blend(now: Situation): Blend {
	const { spoken, understood, chosen, locked, carried, boothSilent } = now;
	const floorLevel = Math.min(1, Math.max(0, now.floorLevel));
	if (chosen === undefined) return { floor: 1, channel: 0, heard: 'floor', instead: undefined };
	// Also with a lock: there is nothing else to hear.
	if (!carried) return { floor: 1, channel: 0, heard: 'floor', instead: 'not_carried' };
	if (locked) return { floor: floorLevel, channel: 1, heard: 'channel', instead: undefined };
	// Who chose a language understands it, whether they said so or not.
	const own = [...understood, chosen];
	if (spoken !== undefined && own.some((language) => isSameLanguage(language, spoken))) {
		return { floor: 1, channel: 0, heard: 'floor', instead: 'understood' };
	}
	// The channel stays open: the booth's next word is not lost.
	if (boothSilent) return { floor: 1, channel: 1, heard: 'floor', instead: 'booth_silent' };
	return { floor: floorLevel, channel: 1, heard: 'channel', instead: undefined };
}

/** Whether two tags name one language: their first parts are the same, in whatever letters. */
export function isSameLanguage(one: string, other: string): boolean {
	const language = (tag: string): string => (tag.split('-')[0] ?? '').toLowerCase();
	return language(one) === language(other);
}

/** What has a volume, 0 to 1: an audio element. */
export interface WithVolume {
	volume: number;
}

/** Calls `tick` again and again until what it gives is called; another one is for tests. */
export type Ticker = (tick: () => void) => () => void;

/** A fade of 150 ms has fifteen steps. A page that is not seen is called once a second, and has arrived then. */
const STEP_MS = 10;

const byInterval: Ticker = (tick) => {
	const timer = setInterval(tick, STEP_MS);
	return () => clearInterval(timer);
};

/**
 * Fades an audio element. A listener without a headset hears plain elements, because Chromium's echo canceller does not
 * hear Web Audio. iOS ignores the volume of elements: there the page must mute what has the gain 0.
 */
export class Fader {
	readonly #element: WithVolume;
	readonly #ticker: Ticker;
	readonly #now: () => number;
	#stop: () => void = () => undefined;

	/** @param now in milliseconds; only differences count */
	constructor(element: WithVolume, ticker: Ticker = byInterval, now: () => number = () => performance.now()) {
		this.#element = element;
		this.#ticker = ticker;
		this.#now = now;
	}

	/** Fades from where it is to a volume, 0 to 1; a fade that is under way is left where it is. */
	fadeTo(volume: number, ms: number, curve: FadeCurve = 'power'): void {
		this.#stop();
		const to = Math.min(1, Math.max(0, volume));
		const [from, begin] = [this.#element.volume, this.#now()];
		if (ms <= 0 || from === to) {
			this.#element.volume = to;
			return;
		}
		this.#stop = this.#ticker(() => {
			const part = (this.#now() - begin) / ms;
			this.#element.volume = part >= 1 ? to : fadeAt(from, to, part, curve);
			if (part >= 1) this.stop();
		});
	}

	/** Stays where it is. */
	stop(): void {
		this.#stop();
		this.#stop = () => undefined;
	}
}
