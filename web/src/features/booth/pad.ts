/**
 * Numbers and names that one interpreter writes down for the other: sealed messages of the pair, told from what is said by how
 * they begin, and shown by themselves and larger. Pure.
 */
import type { ChatThread } from '../../app/context';
import type { SeatId } from '../../wire/types';

const SIGN = '# ';

export interface PadEntry {
	readonly id: string;
	readonly text: string;
	readonly mine: boolean;
	readonly at: number;
}

export const isPadEntry = (text: string): boolean => text.startsWith(SIGN);

/** As it is sent. */
export const padText = (text: string): string => `${SIGN}${text.trim()}`;

/** The last entries of the conversations with these people, the oldest first; what went to several of them is there once. */
export function padEntries(
	threads: readonly ChatThread[],
	partners: readonly SeatId[],
	most: number,
): readonly PadEntry[] {
	const entries = threads
		.filter((thread) => thread.with !== undefined && partners.includes(thread.with))
		.flatMap(({ messages }) => messages)
		.flatMap((message): PadEntry[] => {
			if (message.kind !== 'text' || !isPadEntry(message.text)) return [];
			const { id, mine, at } = message;
			return [{ id, mine, at, text: message.text.slice(SIGN.length) }];
		})
		.sort((one, other) => one.at - other.at);
	const isCopy = (entry: PadEntry, index: number): boolean =>
		entry.mine &&
		entries.slice(0, index).some((known) => known.mine && known.text === entry.text && entry.at - known.at < 2000);
	return entries.filter((entry, index) => !isCopy(entry, index)).slice(-most);
}
