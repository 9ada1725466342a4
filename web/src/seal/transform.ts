/**
 * The page's end of the worker of frames. Chromium silently bypasses a transform that is assigned late, so `install`
 * must be called in the same synchronous block as `addTransceiver`, before any track is set.
 */
import type { FromFrameWorker, LineId, LineSetup, ToFrameWorker } from './frame-messages';
import type { LineCounts } from './line';

/** How long the worker may take to tell its counts, in milliseconds. */
const COUNTS_WITHIN_MS = 2000;

/** Whether this browser can pass frames through a worker; without it there is no meeting. */
export function canTransform(): boolean {
	return 'RTCRtpScriptTransform' in globalThis;
}

/** The worker and the lines that pass it; one for the page, so that it outlives peer connections. */
export class FrameTransforms {
	readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'seal' });
	readonly #asked = new Map<number, (counts: ReadonlyMap<LineId, LineCounts>) => void>();
	#lines = 0;
	#questions = 0;

	constructor() {
		this.#worker.addEventListener('message', ({ data }: MessageEvent<FromFrameWorker>) => {
			this.#asked.get(data.id)?.(data.lines);
			this.#asked.delete(data.id);
		});
	}

	/** Puts the transform on the sending or receiving half of a transceiver that was created just now. */
	install(transceiver: RTCRtpTransceiver): LineId {
		const side = transceiver.direction === 'recvonly' ? 'open' : 'seal';
		const options: LineSetup = { side, line: this.#lines++ };
		const half = side === 'open' ? transceiver.receiver : transceiver.sender;
		half.transform = new RTCRtpScriptTransform(this.#worker, options);
		return options.line;
	}

	tell(message: Exclude<ToFrameWorker, { type: 'counts' }>): void {
		this.#worker.postMessage(message);
	}

	/** What became of the frames of each line; nothing where the worker does not answer in time. */
	counts(): Promise<ReadonlyMap<LineId, LineCounts> | undefined> {
		const id = this.#questions++;
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.#asked.delete(id);
				resolve(undefined);
			}, COUNTS_WITHIN_MS);
			this.#asked.set(id, (counts) => {
				clearTimeout(timer);
				resolve(counts);
			});
			this.#worker.postMessage({ type: 'counts', id } satisfies ToFrameWorker);
		});
	}
}
