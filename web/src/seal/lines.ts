/**
 * The lines of the present media connection, as the page knows them: which is sealed with which keys, whose frames
 * each receiving one carries. The worker is told whatever changes. What nobody decided rests: it is not sent.
 */
import type { Mid, SourceKind } from '../wire/types';
import type { LineCodecs, LineId } from './frame-messages';
import type { Expected } from './frames';
import type { LineCounts } from './line';
import { codecsByMid } from './sdp';
import type { SealingOf } from './sealing';
import type { FrameTransforms } from './transform';
import { sentByMid, watch } from './watchdog';
import type { Watching } from './watchdog';

interface Sending {
	readonly line: LineId;
	readonly kind: SourceKind;
	readonly transceiver: RTCRtpTransceiver;
}

interface Receiving {
	readonly line: LineId;
	readonly transceiver: RTCRtpTransceiver;
}

/** What happened to the frames of one line. */
export interface LineReport {
	readonly mid: Mid | null;
	/** What is sent on it; nothing of a receiving one. */
	readonly kind: SourceKind | undefined;
	readonly counts: LineCounts | undefined;
}

/** After so many looks in a row without an answer the worker is taken to be gone, and nothing may leave any more. */
const UNANSWERED_MAX = 10;

export class SealedLines {
	readonly #transforms: Pick<FrameTransforms, 'install' | 'tell' | 'counts'>;
	#sending: Sending[] = [];
	#receiving: Receiving[] = [];
	#sealing: SealingOf = {};
	#soundDepth = 0;
	#sources: Readonly<Record<Mid, Expected>> = {};
	/** What the worker was told last of each receiving line. */
	readonly #told = new Map<LineId, string>();
	#watching: Watching = new Map();
	/** Looks in a row that the worker did not answer. */
	#unanswered = 0;
	/** A look is not over. */
	#looks = false;

	constructor(transforms: Pick<FrameTransforms, 'install' | 'tell' | 'counts'>) {
		this.#transforms = transforms;
	}

	/** A new connection: the lines of the former one are gone. */
	begin(): void {
		for (const { line } of [...this.#sending, ...this.#receiving]) this.#transforms.tell({ type: 'line.end', line });
		[this.#sending, this.#receiving] = [[], []];
		this.#sources = {};
		this.#told.clear();
		this.#soundDepth = 0;
		this.#watching = new Map();
	}

	/** To be called in the same synchronous block as `addTransceiver`. */
	addSending(transceiver: RTCRtpTransceiver, kind: SourceKind): void {
		const sending = { line: this.#transforms.install(transceiver), kind, transceiver };
		this.#sending.push(sending);
		this.#tellSealing(sending);
		if (this.#soundDepth > 0) this.#tellSound(sending);
	}

	/** To be called in the same synchronous block as `addTransceiver`. */
	addReceiving(transceiver: RTCRtpTransceiver): void {
		this.#receiving.push({ line: this.#transforms.install(transceiver), transceiver });
	}

	/** Offer and answer are known, and with them the codecs. */
	agree(offer: string, answer: string): void {
		const offered = codecsByMid(offer);
		const answered = codecsByMid(answer);
		for (const { line, transceiver } of [...this.#sending, ...this.#receiving]) {
			const { mid } = transceiver;
			if (mid === null) continue;
			const codecs: LineCodecs = {
				byPayloadType: { ...offered.get(mid)?.byPayloadType, ...answered.get(mid)?.byPayloadType },
				first: answered.get(mid)?.first,
			};
			this.#transforms.tell({ type: 'line.codecs', line, codecs });
		}
		this.#tellSources();
	}

	/** From now on what leaves is sealed like this. */
	sealWith(sealing: SealingOf): void {
		this.#sealing = sealing;
		for (const sending of this.#sending) this.#tellSealing(sending);
	}

	/** So many frames that went before go with each frame of sound, on the present connection. */
	repeatSound(depth: number): void {
		this.#soundDepth = depth;
		for (const sending of this.#sending) this.#tellSound(sending);
	}

	/** Whose frames the receiving lines carry, by their `mid`. */
	useSources(sources: Readonly<Record<Mid, Expected>>): void {
		this.#sources = sources;
		this.#tellSources();
	}

	/**
	 * Compares what the browser sent with what the worker saw: the kinds that went around it. One look at a time: two that
	 * are answered at once would be one.
	 */
	async watch(stats: readonly Record<string, unknown>[]): Promise<readonly SourceKind[]> {
		if (this.#looks) return [];
		this.#looks = true;
		try {
			return await this.#look(stats);
		} finally {
			this.#looks = false;
		}
	}

	async #look(stats: readonly Record<string, unknown>[]): Promise<readonly SourceKind[]> {
		const sent = sentByMid(stats);
		const sending = this.#sending.filter(({ transceiver: { mid } }) => mid !== null && (sent.get(mid) ?? 0) > 0);
		if (sending.length === 0) return [];
		// After the browser's counters, never before: what is seen in between is no difference.
		const counts = await this.#transforms.counts();
		// A worker that does not answer is busy, or asleep with its machine: that is no look. One that never does is gone.
		this.#unanswered = counts ? 0 : this.#unanswered + 1;
		if (!counts) return this.#unanswered < UNANSWERED_MAX ? [] : sending.map(({ kind }) => kind);
		const looks = sending.map(({ line, transceiver: { mid } }) => ({
			line,
			sent: sent.get(mid ?? '') ?? 0,
			seen: counts.get(line)?.came,
		}));
		const { watching, bypassed } = watch(this.#watching, looks);
		this.#watching = watching;
		return sending.filter(({ line }) => bypassed.includes(line)).map(({ kind }) => kind);
	}

	/** What the worker counted of each line, for whoever looks for a fault. */
	async report(): Promise<readonly LineReport[]> {
		const counts = await this.#transforms.counts();
		const sending = this.#sending.map(({ line, kind, transceiver: { mid } }) => ({
			mid,
			kind,
			counts: counts?.get(line),
		}));
		const receiving = this.#receiving.map(({ line, transceiver: { mid } }) => ({
			mid,
			kind: undefined,
			counts: counts?.get(line),
		}));
		return [...sending, ...receiving];
	}

	#tellSealing({ line, kind }: Sending): void {
		const sealing = this.#sealing[kind];
		this.#transforms.tell(sealing ? { type: 'line.seal', line, kind, ...sealing } : { type: 'line.rest', line });
	}

	#tellSound({ line, kind }: Sending): void {
		const isSound = kind === 'microphone' || kind === 'screen_audio';
		if (isSound) this.#transforms.tell({ type: 'line.redundancy', line, depth: this.#soundDepth });
	}

	#tellSources(): void {
		for (const { line, transceiver } of this.#receiving) {
			const source = transceiver.mid === null ? undefined : this.#sources[transceiver.mid];
			const text = JSON.stringify(source ?? null);
			if (this.#told.get(line) === text) continue;
			this.#told.set(line, text);
			this.#transforms.tell({ type: 'line.source', line, source });
		}
	}
}
