/**
 * The sound of a booth: what arrives goes through the mixer with its limiter in the place of the plain elements, each kind with
 * its own volume and tones; and the switches of the interpreter's microphone. Who is heard as what is told by the client.
 */
import type { ClientBooth, Loudness } from '../app/context';
import { BoothSound } from '../audio/booth-sound';
import { COUGH_RAMP_MS, CROSS_FADE_MS } from '../audio/dsp/smoothed-gain';
import { AS_IT_CAME } from '../audio/mixer';
import type { Hearing } from '../audio/mixer';
import type { Heard, Placed } from '../meeting/booth';
import type { Mid, SourceId } from '../wire/types';

/** So much is remembered for an incident, in milliseconds. */
const REMEMBERED_MS = 10_000;

/** What the meeting says of the own booth. */
export interface BoothSituation {
	/** The own microphone is open. */
	readonly open: boolean;
	/** How each sound is placed; none: it is not known. */
	readonly placed: (source: SourceId) => Placed | undefined;
}

/** The switches of the own microphone. */
interface Switched {
	readonly coughing: boolean;
	openBooth(open: boolean): void;
	cough(coughing: boolean): void;
}

export interface BoothMediaOptions {
	readonly microphone: Switched;
	readonly speaker: () => string | undefined;
	/** All sound is played here now, or not any more. */
	readonly onTaken: (taken: boolean) => void;
}

interface Line {
	readonly mid: Mid;
	readonly track: MediaStreamTrack;
}

/** A line as it is heard now. */
interface Playing {
	readonly as: Heard;
	readonly gain: number;
}

export class BoothMedia implements ClientBooth {
	readonly #options: BoothMediaOptions;
	#sound: BoothSound | undefined = $state.raw();
	#reduction = $state(0);
	#shutting = $state(false);
	#situation: BoothSituation | undefined;
	#lines: readonly Line[] = [];
	#slots: Readonly<Record<Mid, SourceId>> = {};
	#isAudible: (mid: Mid) => boolean = () => false;
	#playing = new Map<Mid, Playing>();
	#lately: readonly Loudness[] = [];
	#hearing: Readonly<Record<Heard, Hearing>> = { floor: AS_IT_CAME, relay: AS_IT_CAME, partner: AS_IT_CAME };

	constructor(options: BoothMediaOptions) {
		this.#options = options;
	}

	get mixed(): boolean {
		return this.#sound !== undefined;
	}
	get reduction(): number {
		return this.#reduction;
	}
	get coughing(): boolean {
		return this.#options.microphone.coughing;
	}
	get shutting(): boolean {
		return this.#shutting;
	}
	get heardLately(): readonly Loudness[] {
		return this.#lately;
	}

	begin(): () => void {
		const stop = new AbortController();
		void this.#open(stop.signal);
		return () => {
			stop.abort();
			void this.#close();
		};
	}

	hear(heard: Heard, hearing: Hearing): void {
		this.#hearing = { ...this.#hearing, [heard]: hearing };
		for (const [mid, { as }] of this.#playing) if (as === heard) this.#sound?.set(mid, hearing);
	}

	cough(on: boolean): void {
		this.#options.microphone.cough(on);
	}

	shut(): void {
		this.#shutting = true;
		this.#gate();
	}

	unshut(): void {
		this.#shutting = false;
		this.#gate();
	}

	/** What the meeting says of the own booth; none: one works in none. */
	arrange(situation: BoothSituation | undefined): void {
		this.#situation = situation;
		if (!situation?.open) this.#shutting = false;
		this.#gate();
		this.#place();
	}

	/** What the lines carry, and which of them may be heard now. */
	allow(slots: Readonly<Record<Mid, SourceId>>, isAudible: (mid: Mid) => boolean): void {
		this.#slots = slots;
		this.#isAudible = isAudible;
		this.#place();
	}

	/** These lines arrive, and none of before. */
	useLines(lines: readonly Line[]): void {
		for (const { mid } of this.#lines) this.#sound?.remove(mid);
		this.#lines = lines;
		this.#playing.clear();
		for (const { mid, track } of lines) this.#sound?.add(mid, track, { gain: 0 });
		this.#place();
	}

	/** Plays through that speaker. */
	async choose(speaker: string): Promise<void> {
		// One that is gone leaves the computer's own choice.
		await this.#sound?.chooseSpeaker(speaker).catch(() => undefined);
	}

	async #open(stop: AbortSignal): Promise<void> {
		// Where the browser cannot mix, the plain elements go on.
		const sound = await BoothSound.open().catch(() => undefined);
		if (!sound) return;
		// Held back until the person touches the page: so long the elements are, too, and say so.
		await sound.unblock().catch(() => undefined);
		if (stop.aborted) return sound.close();
		this.#sound = sound;
		await this.choose(this.#options.speaker() ?? '');
		if (stop.aborted) return;
		sound.onReduction((decibels) => this.#note(sound, decibels));
		this.useLines(this.#lines);
		this.#options.onTaken(true);
	}

	async #close(): Promise<void> {
		const sound = this.#sound;
		this.#sound = undefined;
		this.#playing.clear();
		this.#lately = [];
		this.#reduction = 0;
		this.#options.onTaken(false);
		await sound?.close();
	}

	#gate(): void {
		this.#options.microphone.openBooth(this.#situation?.open === true && !this.#shutting);
	}

	/** Only what changed is said: a fade that is under way goes on. */
	#place(): void {
		for (const { mid } of this.#sound ? this.#lines : []) {
			const source = this.#slots[mid];
			const placed = source === undefined || !this.#isAudible(mid) ? undefined : this.#situation?.placed(source);
			const before = this.#playing.get(mid);
			const now = { as: placed?.as ?? before?.as ?? 'floor', gain: placed?.gain ?? 0 };
			if (now.as !== before?.as) this.#sound?.set(mid, this.#hearing[now.as]);
			// What may be heard no more goes at once; from floor to relay one fades into the other.
			if (now.gain !== (before?.gain ?? 0)) this.#sound?.fadeTo(mid, now.gain, placed ? CROSS_FADE_MS : COUGH_RAMP_MS);
			this.#playing.set(mid, now);
		}
	}

	#note(sound: BoothSound, reduction: number): void {
		let [peak, source]: [number, Heard | undefined] = [0, undefined];
		for (const [mid, { as, gain }] of this.#playing) {
			const own = gain > 0 ? sound.peakOf(mid) : 0;
			if (own > peak) [peak, source] = [own, as];
		}
		const at = Date.now();
		const entry = { at, peak: 20 * Math.log10(peak), source, reduction };
		this.#lately = [...this.#lately.filter((known) => at - known.at < REMEMBERED_MS), entry];
		this.#reduction = reduction;
	}
}
