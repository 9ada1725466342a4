/** What people write to one another, joined from the parts of this folder and from the groups' keys. */
import type { ChatFile, ChatMessage, ChatThread, ClientChat } from '../app/context';
import { fromBase64url, toBase64url } from '../seal/bytes';
import type { Written } from '../seal/circle-means';
import { CHUNK_SIZE, importFileKey, newFileKey } from '../seal/files';
import type { Text } from '../seal/mls-messages';
import type { FileText } from '../seal/plaintext';
import type { GroupId, Outcome, SeatId } from '../wire/types';
import { NO_CONVERSATIONS, otherOf, threadsOf, withAllRead, withChange, withFile, withMessage } from './conversations';
import type { Conversations, Group } from './conversations';
import { TransferError, fetchFile, openFile, sendFile } from './transfer';
import type { Way } from './transfer';

/** How long the group of a pair may take to have keys, in milliseconds. */
const PAIR_WITHIN_MS = 10_000;

export interface ChatOptions {
	readonly you: () => SeatId | undefined;
	/** All seats, in the order of the plan. */
	readonly seats: () => readonly SeatId[];
	readonly groups: () => readonly Group[];
	/** The server's time. */
	readonly now: () => number;
	readonly way: () => Way;
	/** Rejects where it did not get there. */
	readonly write: (group: GroupId, text: Text) => Promise<void>;
	readonly askForPair: (seat: SeatId) => Promise<Outcome>;
}

/** A file of one's own. */
interface Outgoing {
	readonly group: GroupId;
	readonly file: File;
	readonly key: Uint8Array<ArrayBuffer>;
	/** As the server calls it, once it does. */
	name: string | undefined;
	stop: AbortController;
}

/** A file of somebody else. */
interface Incoming {
	readonly text: FileText;
	readonly chunks: Map<number, Uint8Array<ArrayBuffer>>;
	stop: AbortController;
}

export class PageChat implements ClientChat {
	#all: Conversations = $state.raw(NO_CONVERSATIONS);
	readonly #threads: readonly ChatThread[] = $derived.by(() => {
		const you = this.#options.you();
		return you === undefined ? [] : threadsOf(this.#all, this.#options.groups(), this.#options.seats(), you);
	});
	readonly #options: ChatOptions;
	readonly #outgoing = new Map<ChatMessage['id'], Outgoing>();
	readonly #incoming = new Map<ChatMessage['id'], Incoming>();

	constructor(options: ChatOptions) {
		this.#options = options;
	}

	get threads(): readonly ChatThread[] {
		return this.#threads;
	}

	/** Something was written in a group, by whoever has the key it is sealed with. */
	hear({ group, seq, by, text }: Written): void {
		if (text.type === 'caption' || by === this.#options.you()) return;
		const entry = { id: `${group}/${seq}`, from: by, at: this.#options.now(), mine: false, state: 'sent' } as const;
		if (text.type === 'chat') {
			this.#all = withMessage(this.#all, group, { ...entry, kind: 'text', text: text.text });
			return;
		}
		const file: ChatFile = { name: text.name, size: text.size, state: 'offered', progress: 0, why: undefined };
		this.#incoming.set(entry.id, { text, chunks: new Map(), stop: new AbortController() });
		this.#all = withMessage(this.#all, group, { ...entry, kind: 'file', file });
	}

	send(group: GroupId, text: string): void {
		const id = crypto.randomUUID();
		this.#all = withMessage(this.#all, group, { ...this.#own(id), kind: 'text', text });
		void this.#write(group, id, { type: 'chat', id, text });
	}

	sendFile(group: GroupId, file: File): void {
		const id = crypto.randomUUID();
		const shown: ChatFile = { name: file.name, size: file.size, state: 'uploading', progress: 0, why: undefined };
		this.#outgoing.set(id, { group, file, key: newFileKey(), name: undefined, stop: new AbortController() });
		this.#all = withMessage(this.#all, group, { ...this.#own(id), kind: 'file', file: shown });
		void this.#upload(id);
	}

	download(id: ChatMessage['id']): void {
		void this.#download(id);
	}

	cancel(id: ChatMessage['id']): void {
		(this.#outgoing.get(id) ?? this.#incoming.get(id))?.stop.abort();
	}

	retry(id: ChatMessage['id']): void {
		if (this.#outgoing.has(id)) return void this.#upload(id);
		const thread = this.#threads.find(({ messages }) => messages.some((message) => message.id === id));
		const message = thread?.messages.find((known) => known.id === id);
		if (!thread || message?.kind !== 'text') return;
		this.#become(id, 'sending');
		void this.#write(thread.id, id, { type: 'chat', id, text: message.text });
	}

	async openPair(seat: SeatId): Promise<GroupId | undefined> {
		const outcome = await this.#options.askForPair(seat).catch(() => undefined);
		if (outcome?.result !== 'done') return undefined;
		const until = Date.now() + PAIR_WITHIN_MS;
		while (Date.now() < until) {
			const you = this.#options.you() ?? '';
			const found = this.#options.groups().find(({ group }) => otherOf(group, this.#options.seats(), you) === seat);
			if (found) return found.group;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		return undefined;
	}

	read(group: GroupId): void {
		this.#all = withAllRead(this.#all, group);
	}

	#own(id: string): Pick<ChatMessage, 'id' | 'from' | 'at' | 'mine' | 'state'> {
		return { id, from: this.#options.you() ?? '', at: this.#options.now(), mine: true, state: 'sending' };
	}

	async #write(group: GroupId, id: string, text: Text): Promise<boolean> {
		const isThere = await this.#options.write(group, text).then(
			() => true,
			() => false,
		);
		this.#become(id, isThere ? 'sent' : 'failed');
		return isThere;
	}

	async #upload(id: ChatMessage['id']): Promise<void> {
		const going = this.#outgoing.get(id);
		if (!going) return;
		const { group, file, key } = going;
		going.stop = new AbortController();
		this.#become(id, 'sending');
		this.#file(id, { state: 'uploading', why: undefined });
		try {
			const { signal } = going.stop;
			going.name ??= await openFile(this.#options.way(), group, file.size, signal);
			const identity = { id: going.name, size: file.size };
			const onProgress = (progress: number): void => this.#file(id, { progress });
			await sendFile(this.#options.way(), identity, await importFileKey(key), file, signal, onProgress);
			const text: FileText = {
				type: 'file',
				...identity,
				name: file.name,
				media_type: file.type,
				chunk: CHUNK_SIZE,
				key: toBase64url(key),
			};
			if (!(await this.#write(group, id, text))) throw new TransferError('network');
			this.#file(id, { state: 'ready', progress: 1 });
			this.#outgoing.delete(id);
		} catch (error) {
			this.#fail(id, error, going.stop.signal);
		}
	}

	async #download(id: ChatMessage['id']): Promise<void> {
		const coming = this.#incoming.get(id);
		if (!coming) return;
		const { text, chunks } = coming;
		coming.stop = new AbortController();
		this.#file(id, { state: 'downloading', why: undefined });
		try {
			// Its length was checked when the message was read.
			const key = await importFileKey(fromBase64url(text.key) ?? new Uint8Array());
			const onProgress = (progress: number): void => this.#file(id, { progress });
			await fetchFile(this.#options.way(), text, key, chunks, coming.stop.signal, onProgress);
			handOver(
				text.name,
				[...chunks].sort(([one], [two]) => one - two).map(([, chunk]) => chunk),
			);
			this.#file(id, { state: 'ready', progress: 1 });
		} catch (error) {
			this.#fail(id, error, coming.stop.signal);
		}
	}

	#fail(id: ChatMessage['id'], error: unknown, { aborted }: AbortSignal): void {
		const why = aborted ? 'cancelled' : error instanceof TransferError ? error.why : 'damaged';
		this.#file(id, { state: 'failed', why });
	}

	#become(id: ChatMessage['id'], state: ChatMessage['state']): void {
		this.#all = withChange(this.#all, id, (message) => ({ ...message, state }));
	}

	#file(id: ChatMessage['id'], change: Partial<ChatFile>): void {
		this.#all = withFile(this.#all, id, change);
	}
}

/** Hands a file to the browser, which puts it where it puts downloads. Its type is not told: nothing is opened by itself. */
function handOver(name: string, chunks: readonly Uint8Array<ArrayBuffer>[]): void {
	const url = URL.createObjectURL(new Blob([...chunks], { type: 'application/octet-stream' }));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The browser has taken hold of it by then.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
