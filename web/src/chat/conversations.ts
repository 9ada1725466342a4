/**
 * The conversations of this page: one immutable value. What is written stays after its group is over, as long as the page
 * does; nobody else keeps it.
 */
import type { ChatFile, ChatMessage, ChatThread } from '../app/context';
import type { GroupId, SeatId } from '../wire/types';

/** What was written in one group. */
interface Conversation {
	readonly messages: readonly ChatMessage[];
	readonly unread: number;
}

/** By their groups. */
export type Conversations = ReadonlyMap<GroupId, Conversation>;

export const NO_CONVERSATIONS: Conversations = new Map();

const EMPTY: Conversation = { messages: [], unread: 0 };

/** A new message; one's own are read. A message that is there already changes nothing. */
export function withMessage(all: Conversations, group: GroupId, message: ChatMessage): Conversations {
	const { messages, unread } = all.get(group) ?? EMPTY;
	if (messages.some(({ id }) => id === message.id)) return all;
	// What is on its way comes last, wherever the others' words fall.
	const place = message.mine ? messages.length : messages.findLastIndex(({ state }) => state === 'sent') + 1;
	const after = [...messages.slice(0, place), message, ...messages.slice(place)];
	return new Map(all).set(group, { messages: after, unread: unread + (message.mine ? 0 : 1) });
}

/** A message that changed; one that is not there changes nothing. */
export function withChange(
	all: Conversations,
	id: ChatMessage['id'],
	change: (message: ChatMessage) => ChatMessage,
): Conversations {
	const found = [...all].find(([, { messages }]) => messages.some((message) => message.id === id));
	if (!found) return all;
	const [group, conversation] = found;
	const messages = conversation.messages.map((message) => (message.id === id ? change(message) : message));
	return new Map(all).set(group, { ...conversation, messages });
}

/** A file that goes on, arrives or fails. */
export function withFile(all: Conversations, id: ChatMessage['id'], change: Partial<ChatFile>): Conversations {
	return withChange(all, id, (message) =>
		message.kind === 'file' ? { ...message, file: { ...message.file, ...change } } : message,
	);
}

export function withAllRead(all: Conversations, group: GroupId): Conversations {
	const conversation = all.get(group);
	return conversation && conversation.unread > 0 ? new Map(all).set(group, { ...conversation, unread: 0 }) : all;
}

/** What kind of group that is; nothing for one that is no conversation. */
export function kindOf(group: GroupId): ChatThread['kind'] | undefined {
	const kind = group === 'plenary' ? 'plenary' : /^(side|caucus|pair)-./.exec(group)?.[1];
	return kind as ChatThread['kind'] | undefined;
}

/** The other person of a pair, which is named by the places of the two in the plan. */
export function otherOf(group: GroupId, seats: readonly SeatId[], you: SeatId): SeatId | undefined {
	const places = /^pair-(\d+)-(\d+)$/.exec(group)?.slice(1).map(Number) ?? [];
	return places.map((place) => seats[place]).find((seat) => seat !== undefined && seat !== you);
}

/** A group as the keys have it. */
export interface Group {
	readonly group: GroupId;
	/** Its keys are here. */
	readonly open: boolean;
}

/** Every conversation: the groups there are, and those that were. */
export function threadsOf(
	all: Conversations,
	groups: readonly Group[],
	seats: readonly SeatId[],
	you: SeatId,
): readonly ChatThread[] {
	const open = new Map(groups.map(({ group, open }) => [group, open]));
	const ids = [...new Set([...open.keys(), ...all.keys()])];
	const threads = ids.flatMap((id): ChatThread[] => {
		const kind = kindOf(id);
		const { messages, unread } = all.get(id) ?? EMPTY;
		if (!kind) return [];
		return [{ id, kind, with: otherOf(id, seats, you), messages, unread, open: open.get(id) ?? false }];
	});
	const latest = ({ messages }: ChatThread): number => messages.at(-1)?.at ?? 0;
	return threads.sort((one, two) => ORDER.indexOf(one.kind) - ORDER.indexOf(two.kind) || latest(two) - latest(one));
}

const ORDER: readonly ChatThread['kind'][] = ['plenary', 'side', 'caucus', 'pair'];
