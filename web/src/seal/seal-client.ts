/**
 * The page's end of the sealing: brings what the server says to the worker of MLS, its requests to the server, its keys
 * to the worker of frames, and says which keys seal what leaves.
 */
import type { Outcome, Request, SeatId, ServerMessage } from '../wire/types';
import type { Written } from './circle-means';
import type { SealCode } from './errors';
import type { GroupName } from './groups';
import type { SealedLines } from './lines';
import type { FromMlsWorker, Text, ToMlsWorker } from './mls-messages';
import { NOTHING } from './seal-view';
import type { MemberView } from './seal-view';
import { sealingFor } from './sealing';
import type { Situation } from './sealing';
import type { FrameTransforms } from './transform';

/** What a worker is to the page. */
type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>;

export interface SealClientOptions {
	readonly transforms: Pick<FrameTransforms, 'tell'>;
	readonly lines: Pick<SealedLines, 'sealWith'>;
	/** Asks the server; rejects where the connection is lost first. What is written is to be asked again on the next one. */
	readonly ask: (request: Request) => Promise<Outcome>;
	readonly onView: (view: MemberView) => void;
	readonly onWritten: (written: Written) => void;
	readonly onTrouble: (code: SealCode, group: GroupName, about: string | undefined) => void;
	readonly worker?: WorkerLike;
}

export class SealClient {
	readonly #options: SealClientOptions;
	readonly #worker: WorkerLike;
	readonly #writing = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
	#writes = 0;
	#view: MemberView = NOTHING;
	#situation: Situation | undefined;

	/** `secret` is that of the personal link, where this page was opened by it. */
	constructor(secret: string | undefined, options: SealClientOptions) {
		this.#options = options;
		this.#worker = options.worker ?? makeWorker();
		this.#worker.addEventListener('message', (event) => this.#hear((event as MessageEvent<FromMlsWorker>).data));
		this.#say({ type: 'start', secret });
	}

	get view(): MemberView {
		return this.#view;
	}

	/** Every message of the server; those that are not about sealing are passed over. */
	hear(message: ServerMessage): void {
		if (isAboutSealing(message)) this.#say({ type: 'hear', message });
	}

	/** Where the person is now: from the next frame on what leaves is sealed accordingly. */
	be(situation: Situation): void {
		this.#situation = situation;
		this.#seal();
	}

	setHere(seats: readonly SeatId[]): void {
		this.#say({ type: 'here', seats });
	}

	setClock(offset: number): void {
		this.#say({ type: 'clock', offset });
	}

	/** Writes to a group; rejects where it did not get there. */
	write(group: GroupName, text: Text): Promise<void> {
		const id = this.#writes++;
		return new Promise((resolve, reject) => {
			this.#writing.set(id, { resolve, reject });
			this.#say({ type: 'write', id, group, text });
		});
	}

	/** Lets go of all keys: nothing can be sent or heard any more. */
	close(): void {
		this.#options.lines.sealWith({});
		this.#say({ type: 'close' });
	}

	#hear(message: FromMlsWorker): void {
		switch (message.type) {
			case 'ask': {
				const { id, request } = message;
				const answer = (outcome: Outcome | undefined): void => this.#say({ type: 'answer', id, outcome });
				this.#options.ask(request).then(answer, () => answer(undefined));
				return;
			}
			case 'keys':
				return this.#options.transforms.tell(message.keys);
			case 'view':
				this.#view = message.view;
				this.#seal();
				return this.#options.onView(message.view);
			case 'written':
				return this.#options.onWritten(message.written);
			case 'wrote': {
				const writing = this.#writing.get(message.id);
				this.#writing.delete(message.id);
				return message.done ? writing?.resolve() : writing?.reject(new Error('the message did not get there'));
			}
			case 'trouble':
				return this.#options.onTrouble(message.code, message.group, message.about);
		}
	}

	#seal(): void {
		if (this.#situation) this.#options.lines.sealWith(sealingFor(this.#situation, this.#view.circles));
	}

	#say(message: ToMlsWorker): void {
		this.#worker.postMessage(message);
	}
}

function makeWorker(): Worker {
	return new Worker(new URL('./mls-worker.ts', import.meta.url), { type: 'module', name: 'mls' });
}

/** Only these go to the worker. */
function isAboutSealing({ type }: ServerMessage): boolean {
	return type === 'welcome' || /^(cert|mls)\./.test(type) || type === 'seal.groups' || type === 'seal.packages_wanted';
}
