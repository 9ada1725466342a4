/** What the conversations look like and what is said of them: pure functions. */
import { FILE_MAX, type ChatMessage, type ChatThread } from '../../app/context';
import { locale, m, number, text } from '../../i18n';
import { allSeats, delegationOf, presenceOf, seatOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { Delegation, Seat, SeatId } from '../../wire/types';
import type { IconName } from '../../ui/icons';

/** What one person wrote without a pause. */
export interface Group {
	/** Of its first message: stays while the group grows. */
	readonly id: ChatMessage['id'];
	readonly from: SeatId;
	readonly mine: boolean;
	/** Of its first message. */
	readonly at: number;
	readonly messages: readonly ChatMessage[];
}

/** After a pause of this length the name and the time are said again. */
const PAUSE_MS = 5 * 60_000;
/** More conversations with news at once than this are counted, not named. */
const NAMES_MAX = 2;

/** The messages, together as they were written. */
export function grouped(messages: readonly ChatMessage[]): readonly Group[] {
	const groups: { id: string; from: SeatId; mine: boolean; at: number; messages: ChatMessage[] }[] = [];
	for (const message of messages) {
		const last = groups.at(-1);
		const latest = last?.messages.at(-1);
		if (last && latest && last.from === message.from && message.at - latest.at < PAUSE_MS) last.messages.push(message);
		else groups.push({ id: message.id, from: message.from, mine: message.mine, at: message.at, messages: [message] });
	}
	return groups;
}

/** What a conversation is called. */
export function threadName(meeting: MeetingState, thread: Pick<ChatThread, 'kind' | 'with'>): string {
	switch (thread.kind) {
		case 'plenary':
			return m.chat_everybody();
		case 'side':
			return delegationOf(meeting, meeting.you) ? m.chat_side() : m.lobby_title_secretariat();
		case 'caucus':
			return m.chat_caucus();
		case 'pair': {
			const seat = thread.with === undefined ? undefined : seatOf(meeting, thread.with);
			return seat ? text(seat.name) : '';
		}
	}
}

/** Who reads a conversation, in a sentence. */
export function readersWords(thread: Pick<ChatThread, 'kind'>): string {
	const words = {
		plenary: m.chat_readers_plenary,
		side: m.chat_readers_side,
		caucus: m.chat_readers_caucus,
		pair: m.chat_readers_pair,
	};
	return words[thread.kind]();
}

export const THREAD_ICONS: Readonly<Record<ChatThread['kind'], IconName>> = {
	plenary: 'people',
	side: 'person',
	caucus: 'caucus',
	pair: 'person',
};

/** What all conversations have that was not read. */
export const unreadOf = (threads: readonly ChatThread[]): number =>
	threads.reduce((sum, { unread }) => sum + unread, 0);

/** The last words of a conversation, on one line. */
export function excerpt(thread: ChatThread): string {
	const last = thread.messages.at(-1);
	if (!last) return m.chat_none();
	return last.kind === 'text' ? last.text.replaceAll(/\s+/g, ' ') : last.file.name;
}

/** Others with whom one has no conversation yet, and who are here. */
export function peopleToWrite(
	meeting: MeetingState,
	threads: readonly ChatThread[],
): readonly { seat: Seat; delegation: Delegation | undefined }[] {
	const known = new Set(threads.flatMap((thread) => (thread.with === undefined ? [] : [thread.with])));
	return allSeats(meeting).filter(({ seat }) => {
		const { state } = presenceOf(meeting, seat.id);
		return seat.id !== meeting.you && !known.has(seat.id) && (state === 'here' || state === 'reconnecting');
	});
}

/** What is said of messages that came while their conversation was not on the screen. `open`: the one that is. */
export function chatNews(
	meeting: MeetingState,
	before: readonly ChatThread[] | undefined,
	after: readonly ChatThread[],
	open: ChatThread['id'] | undefined,
): string[] {
	if (!before) return [];
	const news = after.flatMap((thread) => {
		const known = new Set(before.find(({ id }) => id === thread.id)?.messages.map(({ id }) => id));
		const latest = thread.messages.findLast(({ id, mine }) => !mine && !known.has(id));
		if (!latest || thread.id === open || thread.unread === 0) return [];
		const name = text(seatOf(meeting, latest.from)?.name ?? {});
		return [m.chat_new({ thread: threadName(meeting, thread), name })];
	});
	return news.length <= NAMES_MAX ? news : [m.chat_new_many({ count: number(unreadOf(after)) })];
}

/** Those of the files that can be sent, and the names of those that are too large. */
export function sendable<F extends { readonly name: string; readonly size: number }>(
	files: readonly F[],
): { fit: readonly F[]; tooLarge: readonly string[] } {
	return {
		fit: files.filter(({ size }) => size <= FILE_MAX),
		tooLarge: files.filter(({ size }) => size > FILE_MAX).map(({ name }) => name),
	};
}

const MEGABYTE = 1_048_576;

/** The size of a file, in the digits of the language. */
export function fileSize(bytes: number): string {
	const [value, digits] = bytes >= MEGABYTE / 10 ? [bytes / MEGABYTE, 1] : [Math.ceil(bytes / 1024), 0];
	const size = new Intl.NumberFormat(locale.current, { maximumFractionDigits: digits }).format(value);
	return bytes >= MEGABYTE / 10 ? m.file_size({ size }) : m.file_size_small({ size });
}

/** A part of the whole, in percent. */
export const percent = (progress: number): string =>
	new Intl.NumberFormat(locale.current, { style: 'percent' }).format(Math.min(1, Math.max(0, progress)));
