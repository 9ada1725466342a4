/** What the Rust side writes, byte for byte: two implementations of `docs/security/protocol.md` agree. */
import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { SourceKind } from '../wire/types';
import { attestationOf } from './attest';
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes';
import type { Bytes } from './bytes';
import { checkCertificate } from './certificate';
import { digits, fingerprint, summitCode } from './digits';
import type { PartySigned } from './registrar';
import { Sealer, judge } from './frames';
import { groupId, numberOf, readGroupId } from './groups';
import { accessOf, certificateRequest, readInvitation } from './invitation';
import type { CertificateRequest } from './invitation';
import { Keyring } from './keyring';
import { epochBits, kidOf } from './kid';
import { readAgreed } from './manifest';
import type { Codec } from './payload';
import { encodeText } from './plaintext';
import { NO_REVOCATIONS, withRevocation } from './revocation';
import type { Revocations } from './revocation';
import { rosterText } from './rules';
import { deriveFrameKey, encodeHeader, importBase } from './sframe';

const PATH = '../core/seal/tests/vectors/sommet.json';

interface Signed {
	readonly payload: string;
	readonly signatures: readonly { readonly party: string; readonly signature: string }[];
}

interface Vectors {
	readonly now: number;
	readonly digits: readonly { readonly hash: string; readonly digits: string }[];
	readonly keys: readonly { readonly public: string; readonly fingerprint: string }[];
	readonly manifest: {
		readonly signed: Signed;
		readonly summit: string;
		readonly hash: string;
		readonly summit_code: string;
		readonly refused: readonly {
			readonly signed: Signed;
			readonly summit: string;
			readonly error: string;
			readonly why: string;
		}[];
	};
	readonly certificates: readonly {
		readonly identity: string;
		readonly leaf_key: string;
		readonly now: number;
		readonly error: string | null;
		readonly why: string;
		/** Serials that are revoked as well. */
		readonly revoked?: readonly string[];
		readonly member: { readonly party: string; readonly seat: string; readonly serial: string } | null;
	}[];
	readonly revocations: readonly {
		readonly list: PartySigned;
		readonly error: string | null;
		readonly number: number;
	}[];
	readonly invitation: {
		readonly secret: string;
		readonly access: string;
		readonly invitation: PartySigned;
		readonly request: CertificateRequest;
	};
	readonly groups: readonly {
		readonly name: string;
		readonly mls_id: string;
		readonly given: number | null;
		readonly number: number | null;
	}[];
	readonly padding: readonly { readonly length: number; readonly padded: number }[];
	readonly key_ids: {
		readonly base_key: string;
		readonly list: readonly {
			readonly epoch: number;
			readonly group: number;
			readonly kind: SourceKind;
			readonly leaf: number;
			readonly kid: number;
			readonly key: string;
			readonly salt: string;
			readonly header_of_counter_300: string;
		}[];
	};
	readonly frames: {
		readonly installed: readonly {
			readonly base_key: string;
			readonly epoch: number;
			readonly group: number;
			readonly leaf: number;
		}[];
		readonly leaves: Readonly<Record<string, string>>;
		readonly list: readonly {
			readonly codec: Codec;
			readonly frame: string;
			readonly group: number;
			readonly kind: SourceKind;
			readonly sealed: string;
			readonly times: number;
		}[];
	};
	readonly attestation: {
		readonly epoch: number;
		readonly epoch_authenticator: string;
		readonly tree_hash: string;
		readonly leaves: readonly number[];
		readonly members: readonly {
			readonly party: string;
			readonly seat: string;
			readonly slot: number;
			readonly serial: string;
		}[];
		readonly roster: string;
		readonly attestation: Readonly<Record<string, unknown>>;
	};
}

const bytes = (text: string): Bytes => fromBase64url(text) as Bytes;

describe.skipIf(!existsSync(PATH))('the vectors of the Rust side', () => {
	const vectors = existsSync(PATH)
		? (JSON.parse(readFileSync(PATH, 'utf8')) as Vectors)
		: (undefined as unknown as Vectors);

	it('have the same digits', async () => {
		for (const { hash, digits: expected } of vectors.digits) expect(digits(bytes(hash))).toBe(expected);
		for (const key of vectors.keys) expect(await fingerprint(bytes(key.public))).toBe(key.fingerprint);
	});

	it('have the same manifest, and refuse the same', async () => {
		const { signed, summit, hash, summit_code: code, refused } = vectors.manifest;
		const agreed = await readAgreed(signed, summit);
		expect(toBase64url(agreed.hash)).toBe(hash);
		expect(await summitCode(agreed.hash)).toBe(code);
		for (const { signed: bad, summit: of, error, why } of refused) {
			await expect(readAgreed(bad, of), why).rejects.toMatchObject({ code: error });
		}
	});

	it('have the same lists of revocation, and judge certificates alike', async () => {
		const agreed = await readAgreed(vectors.manifest.signed);
		let revoked: Revocations = NO_REVOCATIONS;
		for (const { list, error, number } of vectors.revocations) {
			const next = withRevocation(revoked, list, agreed, vectors.now);
			if (error === null) revoked = await next;
			else await expect(next).rejects.toMatchObject({ code: error });
			expect(Math.max(...[...revoked.values()].map((known) => known.number))).toBe(number);
		}
		for (const { identity, leaf_key: key, now, error, why, member, revoked: list } of vectors.certificates) {
			const known = list ? new Map([['vesland', { number: 9, serials: new Set(list) }]]) : revoked;
			const checked = checkCertificate(utf8(identity), bytes(key), { agreed, revoked: known, now });
			if (error === null)
				expect(await checked, why).toMatchObject({ party: member?.party, seat: member?.seat, serial: member?.serial });
			else await expect(checked, why).rejects.toMatchObject({ code: error });
		}
	});

	it('derive the same from an invitation', async () => {
		const { secret, access, invitation, request } = vectors.invitation;
		const agreed = await readAgreed(vectors.manifest.signed);
		expect(await accessOf(secret)).toBe(access);
		const read = await readInvitation(invitation, agreed, vectors.now);
		expect(toBase64url(read.jti)).toBe(request.jti);
		expect(await certificateRequest(secret, read.jti, bytes(request.key))).toEqual(request);
	});

	it('name and number groups alike, and pad texts alike', async () => {
		const agreed = await readAgreed(vectors.manifest.signed);
		const { summit } = agreed.manifest;
		for (const { name, mls_id: id, given, number } of vectors.groups) {
			expect(fromUtf8(groupId(summit, name))).toBe(id);
			expect(readGroupId(utf8(id))).toEqual({ summit, group: name });
			expect(numberOf(agreed, name, given ?? 0) ?? null).toBe(number);
		}
		for (const { length, padded } of vectors.padding) {
			const empty = encodeText({ type: 'chat', id: '', text: '' });
			const own = JSON.stringify({ type: 'chat', id: '', text: '' }).length;
			const text = encodeText({ type: 'chat', id: '', text: 'x'.repeat(Math.max(0, length - own)) });
			expect(length < own ? empty.length : text.length).toBe(padded);
		}
	});

	it('derive the same keys of frames', async () => {
		const base = await importBase(bytes(vectors.key_ids.base_key));
		for (const { epoch, group, kind, leaf, kid, salt, header_of_counter_300: header } of vectors.key_ids.list) {
			expect(kidOf({ group, kind, leaf, epochBits: epochBits(epoch) })).toBe(kid);
			expect(toBase64url((await deriveFrameKey(base, BigInt(kid), 'encrypt')).salt)).toBe(salt);
			expect(toBase64url(encodeHeader(BigInt(kid), 300n))).toBe(header);
		}
	});

	it('seal frames to the same bytes, and open them again', async () => {
		const { installed, leaves, list } = vectors.frames;
		const [mine, theirs] = [new Keyring(), new Keyring()];
		const seats = new Map(Object.entries(leaves).map(([leaf, seat]) => [Number(leaf), seat]));
		for (const { base_key: base, epoch, group, leaf } of installed) {
			await mine.install({ group, epoch, baseKey: bytes(base), leaves: seats, own: leaf });
			await theirs.install({ group, epoch, baseKey: bytes(base), leaves: seats, own: 1000 });
		}
		const sealer = new Sealer(mine);
		for (const { codec, frame, group, kind, sealed, times } of list) {
			const { epoch, leaf } = installed.find(
				(entry) => entry.group === group,
			) as Vectors['frames']['installed'][number];
			let last: Bytes | undefined;
			for (let time = 0; time < times; time += 1) last = await sealer.seal({ kind, group, epoch }, codec, bytes(frame));
			expect(toBase64url(last as Bytes)).toBe(sealed);
			const judgement = judge(theirs, { seat: seats.get(leaf) as string, kind }, codec, last as Bytes);
			expect(judgement.kind === 'open' && toBase64url((await judgement.work()) as Bytes)).toBe(frame);
		}
	});

	it('attest alike', async () => {
		const {
			epoch,
			epoch_authenticator: authenticator,
			tree_hash: tree,
			leaves,
			members,
			roster,
			attestation,
		} = vectors.attestation;
		const made = leaves.map((index, at) => {
			const { party, seat, slot, serial } = members[at] as Vectors['attestation']['members'][number];
			const payload = toBase64url(utf8(JSON.stringify({ party, seat, slot, serial })));
			return {
				index,
				identity: utf8(JSON.stringify({ payload })),
				key: new Uint8Array(),
				encryptionKey: new Uint8Array(),
			};
		});
		expect(rosterText(made)).toBe(roster);
		expect(await attestationOf(epoch, bytes(authenticator), bytes(tree), made)).toEqual({
			type: 'attest',
			...attestation,
		});
	});
});
