import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { concat, equal, randomBytes, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { COUNTER_END, Sealer, judge } from './frames';
import type { Expected, Refused, SealWith } from './frames';
import { Keyring } from './keyring';
import { kidOf, readKid } from './kid';
import type { Codec } from './payload';
import { ReplayWindow } from './replay';
import { decodeHeader, deriveFrameKey, encodeHeader, importBase, open, seal } from './sframe';
import vectors from './vectors/rfc9605.json';

const hex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const BASE = randomBytes(16);
const LEAVES = new Map([
	[0, 'ada'],
	[1, 'ben'],
]);
const CAMERA: SealWith = { kind: 'camera', group: 0, epoch: 7 };
const FROM_ADA: Expected = { seat: 'ada', kind: 'camera' };

async function ringOf(own: number, epoch = 7, baseKey = BASE): Promise<Keyring> {
	const ring = new Keyring();
	await ring.install({ group: 0, epoch, baseKey, leaves: LEAVES, own });
	return ring;
}

async function openOn(
	ring: Keyring,
	expected: Expected | undefined,
	codec: Codec,
	frame: Bytes,
): Promise<Bytes | Refused | 'hold' | 'empty'> {
	const judgement = judge(ring, expected, codec, frame);
	if (judgement.kind === 'open') return judgement.work();
	return judgement.kind === 'refuse' ? judgement.why : judgement.kind;
}

describe('SFrame', () => {
	it('writes and reads headers as RFC 9605 does', () => {
		for (const line of vectors.headers) {
			const [kid, ctr, encoded] = line.split(' ') as [string, string, string];
			expect(encodeHeader(BigInt(kid), BigInt(ctr))).toEqual(hex(encoded));
			expect(decodeHeader(hex(encoded))).toEqual({ kid: BigInt(kid), ctr: BigInt(ctr), length: encoded.length / 2 });
		}
	});

	it('seals as RFC 9605 says', async () => {
		const { kid, ctr, base_key: base, metadata, pt, ct, sframe_salt: salt } = vectors.frame;
		const key = await deriveFrameKey(await importBase(hex(base)), BigInt(kid), 'encrypt');
		const header = encodeHeader(BigInt(kid), BigInt(ctr));
		expect(key.salt).toEqual(hex(salt));
		expect(concat(header, await seal(key, BigInt(ctr), header, hex(metadata), hex(pt)))).toEqual(hex(ct));
		const back = await deriveFrameKey(await importBase(hex(base)), BigInt(kid), 'decrypt');
		expect(await open(back, BigInt(ctr), header, hex(metadata), hex(ct).subarray(header.length))).toEqual(hex(pt));
	});

	it('has one way to write the id of a key', () => {
		const kinds = ['microphone', 'camera', 'screen', 'screen_audio'] as const;
		const ids = fc.record({
			group: fc.nat(2 ** 31 - 1),
			kind: fc.constantFrom(...kinds),
			leaf: fc.nat(1023),
			epochBits: fc.nat(63),
		});
		fc.assert(fc.property(ids, (id) => void expect(readKid(BigInt(kidOf(id)))).toEqual(id)));
		expect(kidOf({ group: 2, kind: 'camera', leaf: 3, epochBits: 4 })).toBe((((2 << 2) | 1) << 16) | (3 << 6) | 4);
		expect(readKid(2n ** 63n)).toBeUndefined();
	});
});

describe('a frame', () => {
	const codecs = ['opus', 'red', 'vp8', 'vp9'] as const;

	it('comes out as it went in, whatever it is', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealer = new Sealer(ada);
		const frames = fc.record({
			codec: fc.constantFrom(...codecs),
			bytes: fc.uint8Array({ minLength: 10, maxLength: 400 }),
		});
		await fc.assert(
			fc.asyncProperty(frames, async ({ codec, bytes }) => {
				const frame = new Uint8Array(bytes);
				const sealed = await sealer.seal(CAMERA, codec, frame);
				expect(sealed && !equal(sealed, frame)).toBe(true);
				expect(await openOn(ben, FROM_ADA, codec, sealed as Bytes)).toEqual(frame);
			}),
		);
	});

	it('is refused when a bit of it is another one', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealer = new Sealer(ada);
		await fc.assert(
			fc.asyncProperty(fc.nat(), fc.nat(7), fc.constantFrom(...codecs), async (at, bit, codec) => {
				const frame = concat(Uint8Array.of(at & 1), randomBytes(40));
				const sealed = (await sealer.seal(CAMERA, codec, frame)) as Bytes;
				const index = at % sealed.length;
				sealed[index] = (sealed[index] as number) ^ (1 << bit);
				const result = await openOn(ben, FROM_ADA, codec, sealed);
				expect(['authFailed', 'wrongSender', 'hold', 'replayed']).toContain(result);
			}),
		);
	});

	it('is opened once', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealed = (await new Sealer(ada).seal(CAMERA, 'vp9', utf8('frame'))) as Bytes;
		const twice = await Promise.all([openOn(ben, FROM_ADA, 'vp9', sealed), openOn(ben, FROM_ADA, 'vp9', sealed)]);
		expect(twice.filter((result) => result === 'replayed')).toHaveLength(1);
		expect(await openOn(ben, FROM_ADA, 'vp9', sealed)).toBe('replayed');
	});

	it('keeps the bytes of VP8 clear that forwarding needs, and binds them', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealer = new Sealer(ada);
		const key = concat(Uint8Array.of(0x10), randomBytes(30));
		const delta = concat(Uint8Array.of(0x11), randomBytes(30));
		const sealedKey = (await sealer.seal(CAMERA, 'vp8', key)) as Bytes;
		const sealedDelta = (await sealer.seal(CAMERA, 'vp8', delta)) as Bytes;
		expect(sealedKey.subarray(0, 10)).toEqual(key.subarray(0, 10));
		expect(sealedDelta[0]).toBe(0x11);
		expect(equal(sealedDelta.subarray(1, 5), delta.subarray(1, 5))).toBe(false);
		sealedDelta[0] = 0x13;
		expect(await openOn(ben, FROM_ADA, 'vp8', sealedDelta)).toBe('authFailed');
		expect(sealer.seal(CAMERA, 'vp8', Uint8Array.of(0x10, 1, 2))).toBeUndefined();
	});

	it('is for the seat and kind the line is for', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealed = (await new Sealer(ada).seal(CAMERA, 'vp9', utf8('frame'))) as Bytes;
		const wrong: (Expected | undefined)[] = [
			{ seat: 'ben', kind: 'camera' },
			{ seat: 'ada', kind: 'screen' },
			{ ...FROM_ADA, group: 1 },
			undefined,
		];
		for (const expected of wrong)
			expect(judge(ben, expected, 'vp9', sealed)).toEqual({ kind: 'hold', why: 'wrongSender' });
		expect(judge(ada, FROM_ADA, 'vp9', sealed)).toEqual({ kind: 'refuse', why: 'wrongSender' });
		expect(judge(ben, FROM_ADA, 'vp9', new Uint8Array())).toEqual({ kind: 'empty' });
	});

	it('never has the counter of another one under one key', async () => {
		const ring = await ringOf(0);
		const sealer = new Sealer(ring);
		const seal = (): Promise<Bytes> => sealer.seal(CAMERA, 'vp9', utf8('x')) as Promise<Bytes>;
		const many = await Promise.all(Array.from({ length: 300 }, seal));
		ring.remove(0, 7);
		expect(sealer.seal(CAMERA, 'vp9', utf8('x'))).toBeUndefined();
		await ring.install({ group: 0, epoch: 7, baseKey: BASE, leaves: LEAVES, own: 0 });
		many.push(...(await Promise.all(Array.from({ length: 10 }, seal))));
		const headers = many.map((frame) => decodeHeader(frame)?.ctr);
		expect(new Set(headers).size).toBe(310);
	});

	it('is not sealed when the counters of its key are used up', async () => {
		const ring = await ringOf(0);
		const kid = kidOf({ group: 0, kind: 'camera', leaf: 0, epochBits: 7 });
		const sealer = new Sealer(ring, new Map([[kid, COUNTER_END - 1]]));
		expect(sealer.seal(CAMERA, 'vp9', utf8('last'))).toBeDefined();
		expect(sealer.seal(CAMERA, 'vp9', utf8('none'))).toBeUndefined();
	});

	it('of RED is taken apart for who did not agree on RED', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const redundant = concat(Uint8Array.of(0x80 | 111, 0x0f, 0x00, 3, 111), utf8('old'), utf8('present'));
		const sound: SealWith = { ...CAMERA, kind: 'microphone' };
		const expected: Expected = { seat: 'ada', kind: 'microphone' };
		const sealer = new Sealer(ada);
		const once = (await sealer.seal(sound, 'red', redundant)) as Bytes;
		expect(await openOn(ben, expected, 'opus', once)).toEqual(utf8('present'));
		const again = (await sealer.seal(sound, 'red', redundant)) as Bytes;
		expect(await openOn(ben, expected, 'red', again)).toEqual(redundant);
	});
});

describe('the keyring', () => {
	it('holds no two epochs of the same bits: the older one goes', async () => {
		const ring = await ringOf(0, 7);
		await ring.install({ group: 0, epoch: 71, baseKey: randomBytes(16), leaves: LEAVES, own: 0 });
		expect([ring.has(0, 7), ring.has(0, 71)]).toEqual([false, true]);
		await ring.install({ group: 0, epoch: 7, baseKey: BASE, leaves: LEAVES, own: 0 });
		expect([ring.has(0, 7), ring.has(0, 71)]).toEqual([false, true]);
	});

	it('opens nothing of a leaf that was removed, also of the epoch before', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealer = new Sealer(ada);
		const first = (await sealer.seal(CAMERA, 'vp9', utf8('one'))) as Bytes;
		expect(await openOn(ben, FROM_ADA, 'vp9', first)).toEqual(utf8('one'));
		ben.bar(0, 7, [0]);
		const second = (await sealer.seal(CAMERA, 'vp9', utf8('two'))) as Bytes;
		expect(await openOn(ben, FROM_ADA, 'vp9', second)).toBe('wrongSender');
	});

	it('forgets what was seen only with the key', async () => {
		const [ada, ben] = [await ringOf(0), await ringOf(1)];
		const sealed = (await new Sealer(ada).seal(CAMERA, 'vp9', utf8('one'))) as Bytes;
		await openOn(ben, FROM_ADA, 'vp9', sealed);
		await ben.install({ group: 0, epoch: 7, baseKey: BASE, leaves: LEAVES, own: 1 });
		expect(await openOn(ben, FROM_ADA, 'vp9', sealed)).toBe('replayed');
		await ben.install({ group: 0, epoch: 7, baseKey: randomBytes(16), leaves: LEAVES, own: 1 });
		expect(await openOn(ben, FROM_ADA, 'vp9', sealed)).toBe('authFailed');
	});
});

describe('the window', () => {
	it('lets every counter through once, unless it is 1024 too late', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(5000), { maxLength: 300 }), (counters) => {
				const window = new ReplayWindow();
				const seen = new Set<number>();
				for (const counter of counters) {
					const highest = Math.max(-1, ...seen);
					expect(window.see(counter)).toBe(!seen.has(counter) && highest - counter <= 1024);
					if (highest - counter <= 1024) seen.add(counter);
				}
			}),
		);
	});
});
