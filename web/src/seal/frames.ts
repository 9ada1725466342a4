/** Frames: sealed and opened as `docs/security/protocol.md` says. Knows nothing of browsers, lines or order. */
import type { SeatId, SourceKind } from '../wire/types';
import { concat, copy, utf8 } from './bytes';
import type { Bytes } from './bytes';
import type { Keyring } from './keyring';
import { kindNumber, readKid } from './kid';
import { clearLength, unwrap, wrap } from './payload';
import type { Codec } from './payload';
import { TAG_LENGTH, decodeHeader, encodeHeader, open, seal } from './sframe';
import type { FrameKey } from './sframe';

/** At this many frames under one key sealing stops. */
export const COUNTER_END = 2 ** 32;
const LABEL = utf8('sommet/sf/1');

/** Why a frame is not opened (`media.no_key` and so on). */
export type Refused = 'noKey' | 'authFailed' | 'replayed' | 'wrongSender';

/** With which keys a line is sealed. */
export interface SealWith {
	readonly kind: SourceKind;
	/** The group's number. */
	readonly group: number;
	readonly epoch: number;
}

/** Whose frames a line is to carry. */
export interface Expected {
	readonly seat: SeatId;
	readonly kind: SourceKind;
	/** The group's number, where only one will do. */
	readonly group?: number | undefined;
}

/** What is to be done with a frame that arrived. */
export type Judgement =
	/** It can be opened: the promise says what is in it, or why not. */
	| { readonly kind: 'open'; readonly work: () => Promise<Bytes | Refused> }
	/** It cannot be opened now, but perhaps soon. */
	| { readonly kind: 'hold'; readonly why: Refused }
	| { readonly kind: 'refuse'; readonly why: Refused }
	/** Nothing is in it: probing by the browser. */
	| { readonly kind: 'empty' };

/** Seals, and keeps count for every key it ever sealed with: a counter is never reset. */
export class Sealer {
	readonly #keyring: Keyring;
	readonly #counters = new Map<number, number>();

	constructor(keyring: Keyring, counters: ReadonlyMap<number, number> = new Map()) {
		this.#keyring = keyring;
		this.#counters = new Map(counters);
	}

	/** The sealed frame, with the next counter; `undefined` where it cannot be sealed and must not be sent. */
	seal({ kind, group, epoch }: SealWith, codec: Codec, frame: Bytes): Promise<Bytes> | undefined {
		const own = this.#keyring.own(group, epoch, kind);
		const clear = clearLength(codec, frame);
		if (!own || clear === undefined || frame.length === 0) return undefined;
		const counter = this.#counters.get(own.kid) ?? 0;
		if (counter >= COUNTER_END) return undefined;
		this.#counters.set(own.kid, counter + 1);
		return sealFrame(own.kid, own.key, counter, kind, codec, frame, clear);
	}
}

/** Judges a frame that came on a line of that codec which is to carry `expected`. Nothing is ever tried. */
export function judge(keyring: Keyring, expected: Expected | undefined, codec: Codec, frame: Bytes): Judgement {
	if (frame.length === 0) return { kind: 'empty' };
	const clear = clearLength(codec, frame);
	const header = clear === undefined ? undefined : decodeHeader(frame, clear);
	const id = header && readKid(header.kid);
	if (clear === undefined || !header || !id || header.ctr >= BigInt(COUNTER_END))
		return { kind: 'refuse', why: 'authFailed' };
	const sealedAt = clear + header.length;
	if (frame.length < sealedAt + TAG_LENGTH) return { kind: 'refuse', why: 'authFailed' };
	const sender = keyring.sender(id);
	if (sender === 'unknown') return { kind: 'hold', why: 'noKey' };
	if (sender === 'barred') return { kind: 'refuse', why: 'wrongSender' };
	const isExpected =
		sender.seat === expected?.seat && id.kind === expected.kind && (expected.group ?? id.group) === id.group;
	// Which source a line carries is said on another way than its frames come: it may be a moment behind.
	if (!isExpected) return { kind: 'hold', why: 'wrongSender' };
	const counter = Number(header.ctr);
	if (!sender.window.isFresh(counter)) return { kind: 'refuse', why: 'replayed' };
	const work = async (): Promise<Bytes | Refused> => {
		const clearBytes = frame.subarray(0, clear);
		const metadata = metadataOf(id.kind, clearBytes);
		let plaintext: Bytes;
		try {
			const key = await sender.key;
			plaintext = await open(key, header.ctr, frame.subarray(clear, sealedAt), metadata, frame.subarray(sealedAt));
		} catch {
			return 'authFailed';
		}
		// Only now: what is not authentic must not use up counters. Two at once cannot both pass.
		if (!sender.window.see(counter)) return 'replayed';
		const content = unwrap(codec, plaintext);
		return content ? concat(clearBytes, content) : 'authFailed';
	};
	return { kind: 'open', work };
}

async function sealFrame(
	kid: number,
	key: Promise<FrameKey>,
	counter: number,
	kind: SourceKind,
	codec: Codec,
	frame: Bytes,
	clear: number,
): Promise<Bytes> {
	const clearBytes = copy(frame.subarray(0, clear));
	const header = encodeHeader(BigInt(kid), BigInt(counter));
	const content = wrap(codec, frame.subarray(clear));
	const sealed = await seal(await key, BigInt(counter), header, metadataOf(kind, clearBytes), content);
	return concat(clearBytes, header, sealed);
}

function metadataOf(kind: SourceKind, clear: Bytes): Bytes {
	return concat(LABEL, Uint8Array.of(kindNumber(kind), clear.length), clear);
}
