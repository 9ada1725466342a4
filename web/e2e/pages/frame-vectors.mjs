/** Test vectors of frames against the product's own code, in whatever browser runs this. */
import { concat, fromBase64url, toBase64url } from '../../src/seal/bytes';
import { Sealer, judge } from '../../src/seal/frames';
import { Keyring } from '../../src/seal/keyring';
import { decodeHeader, deriveFrameKey, encodeHeader, importBase, open, seal } from '../../src/seal/sframe';

/** @typedef {import('../../src/seal/bytes').Bytes} Bytes */
/** @typedef {typeof import('../../src/seal/vectors/rfc9605.json')} Rfc9605 */

/**
 * What the Rust side writes about frames; all bytes are base64url.
 * @typedef {object} Frames
 * @property {{ base_key: string, epoch: number, group: number, leaf: number }[]} installed
 * @property {Record<string, string>} leaves the seat of each
 * @property {{ codec: import('../../src/seal/payload').Codec, frame: string, group: number,
 *   kind: import('../../src/wire/types').SourceKind, sealed: string, times: number }[]} list
 */

/** @typedef {{ checked: number, faults: string[] }} Verdict */

/** A leaf that no vector is sealed by: who opens is somebody else. */
const LISTENER = 1000;

/** @param {string} text @returns {Bytes} */
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
/** @param {string} text */
const bytes = (text) => /** @type {Bytes} */ (fromBase64url(text));

class Findings {
	/** @type {Verdict} */
	verdict = { checked: 0, faults: [] };

	/** @param {string} what @param {string} is @param {string} expected */
	compare(what, is, expected) {
		this.verdict.checked += 1;
		if (is !== expected) this.verdict.faults.push(`${what} is ${is}, not ${expected}`);
	}
}

/**
 * The vectors of RFC 9605: headers in both directions, key, sealing and opening.
 * @param {Rfc9605} vectors
 * @returns {Promise<Verdict>}
 */
export async function checkRfc9605({ headers, frame }) {
	const findings = new Findings();
	for (const line of headers) {
		const [kid = '', ctr = '', encoded = ''] = line.split(' ');
		findings.compare(`the header of ${kid}, ${ctr}`, toHex(encodeHeader(BigInt(kid), BigInt(ctr))), encoded);
		const read = decodeHeader(fromHex(encoded));
		findings.compare(
			`header ${encoded}`,
			`${read?.kid} ${read?.ctr} ${read?.length}`,
			`${kid} ${ctr} ${encoded.length / 2}`,
		);
	}
	const [kid, ctr] = [BigInt(frame.kid), BigInt(frame.ctr)];
	const base = () => importBase(fromHex(frame.base_key));
	const key = await deriveFrameKey(await base(), kid, 'encrypt');
	findings.compare('the salt', toHex(key.salt), frame.sframe_salt);
	const header = encodeHeader(kid, ctr);
	const sealed = await seal(key, ctr, header, fromHex(frame.metadata), fromHex(frame.pt));
	findings.compare('the sealed frame', toHex(concat(header, sealed)), frame.ct);
	const back = await deriveFrameKey(await base(), kid, 'decrypt');
	const body = fromHex(frame.ct).subarray(header.length);
	const opened = await open(back, ctr, header, fromHex(frame.metadata), body).then(toHex, () => 'refused');
	findings.compare('the opened frame', opened, frame.pt);
	return findings.verdict;
}

/**
 * The frames that the Rust side sealed: the same bytes, and they open again.
 * @param {Frames} vectors
 * @returns {Promise<Verdict>}
 */
export async function checkFrames({ installed, leaves, list }) {
	const findings = new Findings();
	const [mine, theirs] = [new Keyring(), new Keyring()];
	const seats = new Map(Object.entries(leaves).map(([leaf, seat]) => [Number(leaf), seat]));
	for (const { base_key: base, epoch, group, leaf } of installed) {
		await mine.install({ group, epoch, baseKey: bytes(base), leaves: seats, own: leaf });
		await theirs.install({ group, epoch, baseKey: bytes(base), leaves: seats, own: LISTENER });
	}
	const sealer = new Sealer(mine);
	for (const [at, { codec, frame, group, kind, sealed, times }] of list.entries()) {
		const { epoch, leaf } = installed.find((entry) => entry.group === group) ?? { epoch: -1, leaf: -1 };
		/** @type {Bytes | undefined} */
		let last;
		for (let time = 0; time < times; time += 1) last = await sealer.seal({ kind, group, epoch }, codec, bytes(frame));
		findings.compare(`sealed frame ${at} (${codec})`, toBase64url(last ?? new Uint8Array()), sealed);
		const judgement = judge(theirs, { seat: seats.get(leaf) ?? '', kind }, codec, bytes(sealed));
		const opened = judgement.kind === 'open' ? await judgement.work() : judgement.kind;
		const text = typeof opened === 'string' ? opened : toBase64url(opened);
		findings.compare(`opened frame ${at} (${codec})`, text, frame);
	}
	return findings.verdict;
}
