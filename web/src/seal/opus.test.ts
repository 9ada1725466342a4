import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { concat, randomBytes } from './bytes';
import type { Bytes } from './bytes';
import { SteadyLength, padOpus } from './opus';

/** The frame in a packet of code 3 with one frame, as a decoder finds it (RFC 6716 section 3.2.5). */
function unpad(packet: Bytes): Bytes {
	const toc = packet[0] as number;
	if ((toc & 3) === 0) return packet;
	const count = packet[1] as number;
	expect(count & 0x3f).toBe(1);
	let at = 2;
	let padding = 0;
	if (count & 0x40) {
		let byte: number;
		do {
			byte = packet[at] as number;
			at += 1;
			padding += byte === 255 ? 254 : byte;
		} while (byte === 255);
	}
	return concat(Uint8Array.of(toc & ~3), packet.subarray(at, packet.length - padding));
}

describe('padding', () => {
	it('makes packets of exactly that length, with the same frame in them', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(1200), (content, length) => {
				const frame = new Uint8Array(content);
				frame[0] = (frame[0] as number) & ~3;
				const padded = padOpus(frame, length);
				expect(padded).toHaveLength(Math.max(length, frame.length));
				expect(unpad(padded)).toEqual(frame);
			}),
		);
	});

	it('leaves packets of several frames as they are', () => {
		const packet = concat(Uint8Array.of(0x79), randomBytes(10));
		expect(padOpus(packet, 80)).toBe(packet);
	});

	it('keeps to one length: silence is as long as speech', () => {
		const steady = new SteadyLength();
		const frame = (length: number): Bytes => concat(Uint8Array.of(0x78), randomBytes(length - 1));
		expect([80, 3, 61, 161, 3, 178, 80, 400].map((length) => steady.pad(frame(length)).length)).toEqual([
			80, 80, 80, 200, 200, 200, 200, 400,
		]);
	});
});
