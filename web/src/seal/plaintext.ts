/** What members write to one another inside a group: JSON, filled up so that its length tells little. */
import { fromUtf8, toBase64url, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { SealError } from './errors';
import { Fields } from './fields';
import { CHUNK_SIZE, FILE_KEY_LENGTH, FILE_SIZE_MAX } from './files';

const STEP = 256;
const HASH_LENGTH = 32;

/** What a member says of an epoch for its party; the hashes are base64url. */
export interface AttestText {
	readonly type: 'attest';
	readonly epoch: number;
	readonly authenticator: string;
	readonly tree: string;
	readonly roster: string;
}

export interface ChatText {
	readonly type: 'chat';
	/** A UUID. */
	readonly id: string;
	readonly text: string;
}

/** A line that a captioner typed: what somebody said, in one language. */
export interface CaptionText {
	readonly type: 'caption';
	/** A UUID; a later line of the same seat with the same one takes the place of the former. */
	readonly id: string;
	/** BCP 47. */
	readonly language: string;
	/** Whose words they are; null where that is not said. */
	readonly speaker: string | null;
	/** At most `CAPTION_MAX` characters. */
	readonly text: string;
}

/** The longest caption, in characters as JavaScript counts them. */
export const CAPTION_MAX = 2000;

export interface FileText {
	readonly type: 'file';
	/** As the server named it. */
	readonly id: string;
	readonly name: string;
	readonly media_type: string;
	/** In bytes. */
	readonly size: number;
	readonly chunk: typeof CHUNK_SIZE;
	/** 32 bytes, base64url. */
	readonly key: string;
}

export type GroupText = AttestText | CaptionText | ChatText | FileText;

/** UTF-8 JSON and zeros up to the next multiple of 256. */
export function encodeText(text: GroupText): Bytes {
	const json = utf8(JSON.stringify(text));
	const padded = new Uint8Array(Math.max(1, Math.ceil(json.length / STEP)) * STEP);
	padded.set(json);
	return padded;
}

/** `undefined` for a type that is not known here, or whatever cannot be read. */
export function decodeText(padded: Uint8Array): GroupText | undefined {
	let end = padded.length;
	while (end > 0 && padded[end - 1] === 0) end -= 1;
	try {
		return read(new Fields(JSON.parse(fromUtf8(padded.subarray(0, end))), 'document.malformed'));
	} catch (error) {
		if (error instanceof SealError || error instanceof SyntaxError || error instanceof TypeError) return undefined;
		throw error;
	}
}

function read(fields: Fields): GroupText | undefined {
	const type = fields.text('type');
	if (type === 'chat') return { type, id: fields.text('id'), text: fields.text('text') };
	if (type === 'caption') return readCaption(fields);
	if (type === 'attest') {
		const hash = (name: string): string => toBase64url(fields.bytes(name, HASH_LENGTH));
		return {
			type,
			epoch: fields.number('epoch'),
			authenticator: hash('authenticator'),
			tree: hash('tree'),
			roster: hash('roster'),
		};
	}
	if (type !== 'file') return undefined;
	const size = fields.number('size');
	if (fields.number('chunk') !== CHUNK_SIZE || size > FILE_SIZE_MAX) return undefined;
	const key = toBase64url(fields.bytes('key', FILE_KEY_LENGTH));
	return {
		type,
		id: fields.text('id'),
		name: fields.text('name'),
		media_type: fields.text('media_type'),
		size,
		chunk: CHUNK_SIZE,
		key,
	};
}

function readCaption(fields: Fields): CaptionText | undefined {
	const text = fields.text('text');
	if (text.length > CAPTION_MAX) return undefined;
	const speaker = fields.has('speaker') ? fields.text('speaker') : null;
	return { type: 'caption', id: fields.text('id'), language: fields.text('language'), speaker, text };
}
