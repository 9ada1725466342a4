/**
 * The captions of this page: one immutable value, in the order of their groups' logs. They are the draft statements of the
 * record: what captioners typed of what was said, by whom, in which language, as it stands after their corrections. Pure.
 */
import { allSeats } from '../meeting/selectors';
import type { MeetingState } from '../meeting/state';
import type { Written } from '../seal/circle-means';
import type { CaptionText } from '../seal/plaintext';
import type { GroupId, Language, SeatId, WallTime } from '../wire/types';

/** How long a line can be corrected, in milliseconds. */
export const CORRECTED_WITHIN_MS = 60_000;

/** How long a line stays over the pictures, in milliseconds: nobody should take old words for what is said now. */
export const SHOWN_FOR_MS = 20_000;

/** So many of the latest lines are shown at once. */
const SHOWN_MAX = 3;

/** One line. */
export interface Caption {
	/** Unique among the lines of its captioner. */
	readonly id: string;
	/** Who typed it. */
	readonly by: SeatId;
	/** Who could read it: the room in which it was said. */
	readonly group: GroupId;
	readonly language: Language;
	/** Whose words they are; null where the captioner did not say. */
	readonly speaker: SeatId | null;
	readonly text: string;
	/** When it came, by the server's clock; a correction changes that no more than its place. */
	readonly at: WallTime;
	readonly corrected: boolean;
}

/** In the order of the groups' logs. */
export type Captions = readonly Caption[];

/** What was written in a group, as far as it is a caption. */
export type WrittenCaption = Omit<Written, 'text'> & { readonly text: CaptionText };

/** Whether a line is one: typed in a room by a captioner, in a language of that seat. Anything else is passed over. */
export function isCaption(meeting: Pick<MeetingState, 'plan'>, { group, by, text }: WrittenCaption): boolean {
	const seat = allSeats(meeting).find((known) => known.seat.id === by)?.seat;
	const inRoom = group === 'plenary' || group.startsWith('caucus-');
	return inRoom && seat?.role === 'captioner' && seat.languages.includes(text.language);
}

/** A line, at the end; or a correction of one by who typed it, in its place. */
export function withCaption(all: Captions, { group, by, text }: WrittenCaption, at: WallTime): Captions {
	const { id, language, speaker } = text;
	const known = all.find((caption) => caption.id === id && caption.by === by);
	if (!known) return [...all, { id, by, group, language, speaker, text: text.text, at, corrected: false }];
	// A correction goes where the line went, in the language it was in.
	if (known.group !== group || known.language !== language) return all;
	if (known.text === text.text && known.speaker === speaker) return all;
	const changed: Caption = { ...known, speaker, text: text.text, corrected: true };
	return all.map((caption) => (caption === known ? changed : caption));
}

/** The lines in a language that were typed in one room, the oldest first: the draft statements of the record. */
export function linesOf(all: Captions, language: Language, group: GroupId): Captions {
	return all.filter((caption) => caption.language === language && caption.group === group);
}

/** What stands over the pictures now. */
export function shownOf(lines: Captions, now: WallTime): Captions {
	return lines.filter(({ at }) => now - at < SHOWN_FOR_MS).slice(-SHOWN_MAX);
}

/** The languages in which this summit has captioners, each once, in the order of the plan. */
export function captionLanguages(meeting: Pick<MeetingState, 'plan'>): readonly Language[] {
	const captioners = allSeats(meeting).filter(({ seat }) => seat.role === 'captioner');
	return [...new Set(captioners.flatMap(({ seat }) => seat.languages.slice(0, 1)))];
}

/** The language somebody reads: the one they chose, where there is one for it; else that of the page; else the first. */
export function languageRead(
	languages: readonly Language[],
	chosen: Language | undefined,
	page: string,
): Language | undefined {
	const primary = (language: Language): string | undefined => language.split('-')[0];
	return (
		languages.find((language) => language === chosen) ??
		languages.find((language) => primary(language) === page) ??
		languages[0]
	);
}

/** What a captioner typed, until it is in the log of its group. */
export interface Draft {
	readonly id: string;
	readonly group: GroupId;
	readonly language: Language;
	readonly speaker: SeatId | null;
	readonly text: string;
	/** When it was typed first, by the server's clock. */
	readonly at: WallTime;
	/** `waiting`: the group does not have it yet. */
	readonly state: 'waiting' | 'sent';
}

/** One's own line as one sees it. */
export type OwnLine = Pick<Caption, 'id' | 'language' | 'speaker' | 'text' | 'at'> & Pick<Draft, 'state'>;

/** One's own lines in a room, the oldest first: what is in the log, each as it was typed last, and what is on its way there. */
export function ownLines(all: Captions, drafts: readonly Draft[], you: SeatId, group: GroupId): readonly OwnLine[] {
	const own = all.filter((caption) => caption.by === you && caption.group === group);
	const pending = drafts.filter((draft) => draft.group === group);
	const logged = own.map((caption) => {
		const draft = pending.findLast(({ id }) => id === caption.id);
		return draft ? { ...draft, at: caption.at } : { ...caption, state: 'sent' as const };
	});
	const isFirst = ({ id }: Draft, index: number): boolean => pending.findIndex((draft) => draft.id === id) === index;
	const typed = pending.filter((draft, index) => isFirst(draft, index) && !own.some(({ id }) => id === draft.id));
	const latest = (draft: Draft): Draft => pending.findLast(({ id }) => id === draft.id) ?? draft;
	return [...logged, ...typed.map(latest)];
}

/** Whether a line of one's own can still be corrected. */
export function mayCorrect({ at }: Pick<OwnLine, 'at'>, now: WallTime): boolean {
	return now - at < CORRECTED_WITHIN_MS;
}
