/** The captions that came, and those one types oneself, joined from the rules of this folder and from the groups' keys. */
import type { ClientCaptions } from '../app/context';
import type { MeetingState } from '../meeting/state';
import type { Text } from '../seal/mls-messages';
import type { GroupId, SeatId } from '../wire/types';
import { isCaption, ownLines, withCaption } from './captions';
import type { Captions, Draft, OwnLine, WrittenCaption } from './captions';

/** How long to wait before a line that did not get there is sent again, in milliseconds. */
const AGAIN_MS = 1000;

export interface CaptionsOptions {
	readonly meeting: () => Pick<MeetingState, 'you' | 'plan'> | null;
	/** The group of the room one is in; none while its keys are not here. */
	readonly group: () => GroupId | undefined;
	/** Every group whose keys are here. */
	readonly isOpen: (group: GroupId) => boolean;
	/** The server's time. */
	readonly now: () => number;
	/** Rejects where it did not get there. */
	readonly write: (group: GroupId, text: Text) => Promise<void>;
}

export class PageCaptions implements ClientCaptions {
	#all: Captions = $state.raw([]);
	/** What was typed here and is not in the log yet, in the order it was typed. */
	#drafts: readonly Draft[] = $state.raw([]);
	#isSending = false;
	readonly #options: CaptionsOptions;

	constructor(options: CaptionsOptions) {
		this.#options = options;
	}

	get all(): Captions {
		return this.#all;
	}

	get own(): readonly OwnLine[] {
		const you = this.#options.meeting()?.you;
		const group = this.#options.group();
		return you === undefined || group === undefined ? [] : ownLines(this.#all, this.#drafts, you, group);
	}

	/** A caption was written in a group, perhaps by oneself, by whoever has the key it is sealed with. */
	hear(written: WrittenCaption): void {
		const meeting = this.#options.meeting();
		if (!meeting || !isCaption(meeting, written)) return;
		this.#all = withCaption(this.#all, written, this.#options.now());
		if (written.by !== meeting.you) return;
		const { id, text, speaker } = written.text;
		const found = this.#drafts.find((draft) => draft.id === id && draft.text === text && draft.speaker === speaker);
		this.#drafts = this.#drafts.filter((draft) => draft !== found);
	}

	send(text: string, language: string, speaker: SeatId | null): boolean {
		const group = this.#options.group();
		if (group === undefined) return false;
		this.#add({ id: crypto.randomUUID(), group, language, speaker, text, at: this.#options.now(), state: 'waiting' });
		return true;
	}

	correct({ id, language, speaker, at }: OwnLine, text: string): void {
		const { group } =
			this.#drafts.find((draft) => draft.id === id) ?? this.#all.find((caption) => caption.id === id) ?? {};
		if (group !== undefined) this.#add({ id, group, language, speaker, text, at, state: 'waiting' });
	}

	#add(draft: Draft): void {
		this.#drafts = [...this.#drafts, draft];
		void this.#sendAll();
	}

	/**
	 * One after the other, so that they are read in the order they were typed in; each until its group has it. Nothing is given
	 * up but what was typed for a caucus that is over: nobody is left to read it.
	 */
	async #sendAll(): Promise<void> {
		if (this.#isSending) return;
		this.#isSending = true;
		for (let draft = this.#next(); draft; draft = this.#next()) {
			const { id, group, language, speaker, text } = draft;
			const isThere = await this.#options.write(group, { type: 'caption', id, language, speaker, text }).then(
				() => true,
				() => false,
			);
			if (isThere) this.#sent(draft);
			else if (group !== 'plenary' && !this.#options.isOpen(group)) this.#drop(draft);
			else await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
		}
		this.#isSending = false;
	}

	#next(): Draft | undefined {
		return this.#drafts.find(({ state }) => state === 'waiting');
	}

	/** It stays on the screen until the log has it, which may have been a moment ago. */
	#sent(draft: Draft): void {
		this.#drafts = this.#drafts.map((known) => (known === draft ? { ...known, state: 'sent' } : known));
	}

	#drop(draft: Draft): void {
		this.#drafts = this.#drafts.filter((known) => known !== draft);
	}
}
