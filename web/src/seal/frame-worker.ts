/** The worker of frames, without its worker: which line is sealed with which keys, and what happens to each frame. */
import type { Bytes } from './bytes';
import type { FromFrameWorker, LineCodecs, LineId, LineSetup, ToFrameWorker } from './frame-messages';
import { Sealer, judge } from './frames';
import type { Expected, SealWith } from './frames';
import { Keyring } from './keyring';
import { OpeningLine, SealingLine } from './line';
import type { LineCounts, LineOptions } from './line';
import { SteadyLength } from './opus';
import { codecOf } from './payload';
import type { Codec } from './payload';
import { Redundancy } from './red';

/** An encoded frame of sound or picture, as browsers give it. */
export interface EncodedFrame {
	data: ArrayBuffer;
	getMetadata?(): { readonly payloadType?: number; readonly mimeType?: string };
}

/** The two ends of a line, as a browser gives them to a worker. */
export interface Transformer {
	readonly readable: ReadableStream<EncodedFrame>;
	readonly writable: WritableStream<EncodedFrame>;
	/** Where the browser has it: asks the sender for a key frame. */
	sendKeyFrameRequest?(): Promise<unknown>;
	/** Where the browser has it: makes a key frame now, of one layer of a picture. */
	generateKeyFrame?(rid?: string): Promise<unknown>;
}

/** What the lines know of themselves. */
interface Settings {
	sealWith: SealWith | undefined;
	source: Expected | undefined;
	codecs: LineCodecs | undefined;
	/** So many frames of sound that went before go with each. */
	depth: number;
	readonly redundancy: Redundancy;
}

interface Surroundings {
	readonly now: () => number;
	readonly later: (work: () => void, ms: number) => void;
	readonly send: (message: FromFrameWorker) => void;
}

/** The layers of a camera. */
const LAYERS = ['q', 'h', 'f'];

export class FrameWorker {
	readonly #surroundings: Surroundings;
	readonly #keyring = new Keyring();
	readonly #sealer = new Sealer(this.#keyring);
	readonly #settings = new Map<LineId, Settings>();
	readonly #lines = new Map<LineId, SealingLine<EncodedFrame> | OpeningLine<EncodedFrame>>();
	readonly #transformers = new Map<LineId, Transformer>();
	/** Epochs that go when their time is over, each with its turn: one that is installed again stays. */
	readonly #retiring = new Map<string, symbol>();
	/** Messages are carried out one after another. */
	#turn: Promise<void> = Promise.resolve();

	constructor(surroundings: Surroundings) {
		this.#surroundings = surroundings;
	}

	/** Resolves once it is carried out. */
	hear(message: ToFrameWorker): Promise<void> {
		this.#turn = this.#turn.then(() => this.#carryOut(message)).catch(() => undefined);
		return this.#turn;
	}

	/** Runs a line until its connection ends. */
	async run({ side, line: id }: LineSetup, transformer: Transformer): Promise<void> {
		const writer = transformer.writable.getWriter();
		this.#transformers.set(id, transformer);
		const options: LineOptions<EncodedFrame> = {
			emit: (frame, data) => {
				frame.data = data.buffer;
				// The connection is gone: there is nothing left to forward.
				writer.write(frame).catch(() => undefined);
			},
			now: this.#surroundings.now,
			// What follows may lack what it refers to: whoever sends begins anew, whoever receives asks for that.
			onGap: () => {
				if (side === 'seal') this.#makeKeyFrames(id);
				else void transformer.sendKeyFrameRequest?.().catch(() => undefined);
			},
		};
		const push = side === 'seal' ? this.#seal(id, options) : this.#open(id, options);
		const reader = transformer.readable.getReader();
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return;
				pushSafely(push, value);
			}
		} catch {
			// The connection is gone.
		} finally {
			this.#forget(id);
		}
	}

	#seal(id: LineId, options: LineOptions<EncodedFrame>): (frame: EncodedFrame) => void {
		const line = new SealingLine<EncodedFrame>(options);
		const steady = new SteadyLength();
		const { redundancy } = this.#of(id);
		this.#lines.set(id, line);
		return (frame) =>
			line.push(frame, () => {
				const { sealWith, codecs, depth } = this.#of(id);
				const codec = codecOfFrame(frame, codecs);
				if (!sealWith || !codec) return undefined;
				const data = new Uint8Array(frame.data);
				if (codec === 'opus') return this.#sealer.seal(sealWith, codec, steady.pad(data));
				return this.#sealer.seal(sealWith, codec, codec === 'red' ? redundancy.deepen(data, depth) : data);
			});
	}

	#open(id: LineId, options: LineOptions<EncodedFrame>): (frame: EncodedFrame) => void {
		const line = new OpeningLine<EncodedFrame>((frame) => {
			const { source, codecs } = this.#of(id);
			const data: Bytes = new Uint8Array(frame.data);
			if (data.length === 0) return { kind: 'empty' };
			const codec = codecOfFrame(frame, codecs);
			return codec ? judge(this.#keyring, source, codec, data) : { kind: 'refuse', why: 'authFailed' };
		}, options);
		this.#lines.set(id, line);
		return (frame) => line.push(frame);
	}

	async #carryOut(message: ToFrameWorker): Promise<void> {
		switch (message.type) {
			case 'keys.install':
				// What took its place never was, so it stays.
				this.#retiring.delete(`${message.group} ${message.epoch}`);
				await this.#keyring.install({ ...message, leaves: new Map(message.leaves) });
				return this.#retry();
			case 'keys.retire':
				return this.#retire(message);
			case 'keys.bar':
				return this.#keyring.bar(message.group, message.epoch, message.leaves);
			case 'line.seal': {
				const { kind, group, epoch } = message;
				const settings = this.#of(message.line);
				const isAnother = settings.sealWith?.group !== group;
				settings.sealWith = { kind, group, epoch };
				// Who is in the other group has nothing yet to build on (RFC 9605 section 6.2).
				if (isAnother) {
					this.#makeKeyFrames(message.line);
					settings.redundancy.beginAnew();
				}
				return;
			}
			case 'line.rest':
				this.#of(message.line).sealWith = undefined;
				this.#of(message.line).redundancy.beginAnew();
				return;
			case 'line.redundancy':
				this.#of(message.line).depth = message.depth;
				return;
			case 'line.source':
				this.#of(message.line).source = message.source;
				return this.#retry();
			case 'line.codecs':
				this.#of(message.line).codecs = message.codecs;
				return;
			case 'line.end':
				return this.#forget(message.line);
			case 'counts':
				return this.#surroundings.send({ type: 'counts', id: message.id, lines: this.#counts() });
		}
	}

	#retire({ group, epoch, after }: Extract<ToFrameWorker, { type: 'keys.retire' }>): void {
		if (after <= 0) return this.#keyring.remove(group, epoch);
		const which = `${group} ${epoch}`;
		const turn = Symbol();
		this.#retiring.set(which, turn);
		this.#surroundings.later(() => {
			if (this.#retiring.get(which) !== turn) return;
			this.#retiring.delete(which);
			this.#keyring.remove(group, epoch);
		}, after);
	}

	#retry(): void {
		for (const line of this.#lines.values()) if (line instanceof OpeningLine) line.retry();
	}

	#counts(): ReadonlyMap<LineId, LineCounts> {
		return new Map([...this.#lines].map(([id, { counts }]) => [id, counts]));
	}

	/** A line of sound, or one without that layer, makes none. */
	#makeKeyFrames(id: LineId): void {
		const transformer = this.#transformers.get(id);
		for (const rid of [undefined, ...LAYERS]) void transformer?.generateKeyFrame?.(rid).catch(() => undefined);
	}

	/** A line may be spoken of before the browser opens it. */
	#of(id: LineId): Settings {
		const none: Settings = {
			sealWith: undefined,
			source: undefined,
			codecs: undefined,
			depth: 0,
			redundancy: new Redundancy(),
		};
		const known = this.#settings.get(id) ?? none;
		this.#settings.set(id, known);
		return known;
	}

	#forget(id: LineId): void {
		this.#transformers.delete(id);
		this.#settings.delete(id);
		this.#lines.delete(id);
	}
}

/** A frame that makes trouble is lost, and no other. */
function pushSafely(push: (frame: EncodedFrame) => void, frame: EncodedFrame): void {
	try {
		push(frame);
	} catch {
		// It was not sent on: what is not sealed or opened stays here.
	}
}

/** What the browser says of the frame counts; else what was agreed. A codec that cannot be sealed is none. */
function codecOfFrame(frame: EncodedFrame, codecs: LineCodecs | undefined): Codec | undefined {
	const { mimeType, payloadType } = frame.getMetadata?.() ?? {};
	if (mimeType !== undefined) return codecOf(mimeType);
	return (payloadType === undefined ? undefined : codecs?.byPayloadType[payloadType]) ?? codecs?.first;
}
