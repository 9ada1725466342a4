/** What this person listens to: remembers the wishes, watches for a silent booth, and tells server and loudspeakers. */
import {
	hearing,
	choiceOf,
	isSilent,
	lastSpeaker,
	mayListen,
	NO_SILENCE,
	silenceAfter,
	silentAt,
} from '../meeting/listening';
import type { Hearing, Silence, Wishes } from '../meeting/listening';
import type { MeetingState } from '../meeting/state';
import type { Language, SeatId } from '../wire/types';
import type { ClientListening, Preferences } from './context';

/** The way to the rest of the page. */
interface Outside {
	/** Asks the server for that channel. */
	listen(channel: Language | null): void;
	/** What is heard is another thing, or as loud as it was not. */
	onHearing(hearing: Hearing | undefined): void;
}

export class Listening implements ClientListening {
	#now: Hearing | undefined = $state.raw();
	readonly #preferences: Preferences;
	readonly #outside: Outside;
	#meeting: MeetingState | undefined;
	#speaker: SeatId | undefined;
	#silence: Silence = NO_SILENCE;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** The server knows of this device. */
	#isIn = false;
	/** What the server was told last, and whether it was told anything. */
	#told: Language | null = null;
	#toldAny = false;

	constructor(preferences: Preferences, outside: Outside) {
		this.#preferences = preferences;
		this.#outside = outside;
	}

	get now(): Hearing | undefined {
		return this.#now;
	}

	choose(channel: Language | undefined): void {
		this.#preferences.channel = channel ?? null;
		this.#look();
	}

	lock(on: boolean): void {
		this.#preferences.channelLocked = on;
		this.#look();
	}

	setFloorLevel(level: number): void {
		this.#preferences.floorLevel = Math.min(1, Math.max(0, level));
		this.#look();
	}

	understand(language: Language, on: boolean): void {
		const others = (this.#now?.understood ?? []).filter((known) => known !== language);
		// What was chosen by understanding it stays chosen.
		this.#preferences.channel ??= this.#now?.choice ?? null;
		this.#preferences.understood = on ? [...others, language] : others;
		this.#look();
	}

	/** The meeting is another one. */
	follow(meeting: MeetingState): void {
		this.#meeting = meeting;
		this.#look();
	}

	/** The person is in, on this connection: what the server knows may be of another device, or of before. */
	tellAgain(): void {
		this.#isIn = true;
		this.#tell(true);
	}

	/** Nothing goes on. */
	stop(): void {
		clearTimeout(this.#timer);
		this.#isIn = false;
	}

	get #wishes(): Wishes {
		const { channel, channelLocked: locked, floorLevel, understood } = this.#preferences;
		return { channel, locked, floorLevel, understood };
	}

	#look(): void {
		const meeting = this.#meeting;
		clearTimeout(this.#timer);
		if (!meeting) return;
		const at = Date.now();
		const wishes = this.#wishes;
		this.#speaker = lastSpeaker(meeting, this.#speaker);
		const may = mayListen(meeting);
		this.#silence = silenceAfter(this.#silence, meeting, may ? choiceOf(meeting, wishes) : undefined, at);
		const now = may ? hearing(meeting, wishes, this.#speaker, isSilent(this.#silence, at)) : undefined;
		// Most news of a meeting changes nothing here: views are not troubled by it.
		if (JSON.stringify(now) !== JSON.stringify(this.#now)) this.#now = now;
		this.#outside.onHearing(now);
		if (this.#isIn) this.#tell(false);
		const due = silentAt(this.#silence, at);
		if (due !== undefined) this.#timer = setTimeout(() => this.#look(), due - at + 1);
	}

	/** The channel is asked for also while the floor is heard: so it is there at once when it is wanted. */
	#tell(again: boolean): void {
		const wished = this.#now?.choice ?? null;
		const isKnown = again ? wished === null && !this.#toldAny : wished === this.#told;
		if (isKnown) return;
		[this.#told, this.#toldAny] = [wished, true];
		this.#outside.listen(wished);
	}
}
