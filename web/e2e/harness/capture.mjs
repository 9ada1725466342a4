/** What `sommet bots --tap` wrote: RTP payloads as the server passed them on (`docs/security/look-for-yourself.md`). */
import fs from 'node:fs';

/**
 * @typedef {object} Packet
 * @property {string} to whose bot got it
 * @property {string} mid
 * @property {'opus' | 'VP8' | 'VP9'} codec
 * @property {number} sequence
 * @property {number} timestamp
 * @property {boolean} marker
 * @property {Uint8Array} payload
 */

/**
 * Where the bytes of a frame begin in a payload, and what its descriptor says of it.
 * @typedef {{ at: number, begins: boolean, isKey: boolean }} Descriptor
 */

/**
 * The whole lines of a file that may still be written.
 * @param {string} file
 * @returns {Packet[]}
 */
export function readCapture(file) {
	if (!fs.existsSync(file)) return [];
	const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
	return lines.map((line) => {
		const record = JSON.parse(line);
		return { ...record, payload: new Uint8Array(Buffer.from(record.payload, 'base64url')) };
	});
}

/**
 * The payload descriptor of a picture.
 * @param {Packet} packet
 * @returns {Descriptor}
 */
export function descriptorOf({ codec, payload }) {
	return codec === 'VP8' ? descriptorOfVp8(payload) : descriptorOfVp9(payload);
}

/**
 * RFC 7741 section 4.2. Whether it is a key frame says the lowest bit of the frame itself, which stays clear.
 * @param {Uint8Array} payload
 * @returns {Descriptor}
 */
function descriptorOfVp8(payload) {
	const [first = 0, extension = 0] = payload;
	let at = 1;
	if (first & 0x80) {
		at += 1;
		if (extension & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
		if (extension & 0x40) at += 1;
		if (extension & 0x30) at += 1;
	}
	const begins = (first & 0x17) === 0x10;
	return { at, begins, isKey: begins && ((payload[at] ?? 1) & 1) === 0 };
}

/**
 * RFC 9628 section 4.2.
 * @param {Uint8Array} payload
 * @returns {Descriptor}
 */
function descriptorOfVp9(payload) {
	const first = payload[0] ?? 0;
	const has = (/** @type {number} */ flag) => (first & flag) !== 0;
	const [isPredicted, begins] = [has(0x40), has(0x08)];
	let at = 1;
	if (has(0x80)) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
	if (has(0x20)) at += has(0x10) ? 1 : 2;
	if (has(0x10) && isPredicted) {
		while ((payload[at] ?? 0) & 1) at += 1;
		at += 1;
	}
	if (has(0x02)) at = afterStructure(payload, at);
	return { at, begins, isKey: begins && !isPredicted };
}

/** @param {Uint8Array} payload @param {number} at where the scalability structure begins (section 4.2.1) */
function afterStructure(payload, at) {
	const head = payload[at] ?? 0;
	at += 1;
	if (head & 0x10) at += 4 * ((head >> 5) + 1);
	if (head & 0x08) {
		const pictures = payload[at] ?? 0;
		at += 1;
		for (let left = pictures; left > 0; left -= 1) at += 1 + (((payload[at] ?? 0) >> 2) & 3);
	}
	return at;
}

/**
 * The key frames of which all packets came, put together from their payloads.
 * @param {Packet[]} capture
 * @returns {{ codec: 'VP8' | 'VP9', frame: Uint8Array }[]}
 */
export function keyFramesOf(capture) {
	const found = [];
	const pictures = capture.filter(({ codec }) => codec !== 'opus');
	const lineOf = (/** @type {Packet} */ { to, mid }) => `${to} ${mid}`;
	for (const line of new Set(pictures.map(lineOf))) {
		const sorted = pictures.filter((packet) => lineOf(packet) === line).sort((a, b) => a.sequence - b.sequence);
		for (const [index, packet] of sorted.entries()) {
			if (packet.codec === 'opus' || !descriptorOf(packet).isKey) continue;
			const end = sorted.findIndex(({ marker }, at) => at >= index && marker);
			const parts = sorted.slice(index, end + 1);
			const isWhole = parts.every(
				({ sequence, timestamp }, place) => sequence === packet.sequence + place && timestamp === packet.timestamp,
			);
			if (end < 0 || !isWhole) continue;
			const pieces = parts.map((part) => part.payload.subarray(descriptorOf(part).at));
			found.push({ codec: packet.codec, frame: new Uint8Array(Buffer.concat(pieces)) });
		}
	}
	return found;
}
