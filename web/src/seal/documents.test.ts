import { describe, expect, it } from 'vitest';

import { fromBase64url, randomBytes, toBase64url, utf8 } from './bytes';
import { checkCertificate } from './certificate';
import type { Trust } from './certificate';
import { digits, fingerprint, summitCode } from './digits';
import { chunkCount, importFileKey, newFileKey, openChunk, sealChunk } from './files';
import { openIdentity } from './identity';
import type { Kept, Vault } from './identity';
import { accessOf, certificateRequest, readInvitation } from './invitation';
import { nameOf, readAgreed, sideGroupNumber } from './manifest';
import { NO_REVOCATIONS, withRevocation } from './revocation';
import { NOW, PLAN, SUMMIT, certificateFor, certify, makeKeys, makeSummit, signJson } from './testing';
import type { KeyPair } from './testing';

const summit = await makeSummit();
const meridia = summit.roots['meridia'] as KeyPair;
const vesland = summit.roots['vesland'] as KeyPair;
const ada = await makeKeys();
const trust: Trust = { agreed: summit.agreed, revoked: NO_REVOCATIONS, now: NOW };
const HOUR = 3_600_000;

describe('base64url', () => {
	it('has one way to write bytes', () => {
		expect(fromBase64url(toBase64url(Uint8Array.of(255, 254)))).toEqual(Uint8Array.of(255, 254));
		for (const text of ['A', 'AB', '__9', 'AA==', 'A A', 'A+/A']) expect(fromBase64url(text)).toBeUndefined();
	});
});

describe('the manifest', () => {
	it('is agreed when every party signed it', async () => {
		const { agreed } = summit;
		expect(agreed.manifest.parties.map(({ id }) => id)).toEqual(['meridia', 'vesland', 'secretariat']);
		expect(nameOf(agreed, 'desk')).toEqual({ en: 'desk' });
		expect(sideGroupNumber(agreed, 'vesland')).toBe(2);
		expect(await summitCode(agreed.hash)).toMatch(/^(\d{5} ){5}\d{5}$/);
	});

	it('is not when one is missing, or signed something else', async () => {
		const { payload, signatures } = summit;
		await expect(readAgreed({ payload, signatures: signatures.slice(1) })).rejects.toMatchObject({
			code: 'manifest.incomplete',
		});
		const other = await signJson({ ...summit.manifest, proposed: 1 }, 'manifest', meridia);
		const swapped = [{ party: 'meridia', signature: other.signature }, ...signatures.slice(1)];
		await expect(readAgreed({ payload, signatures: swapped })).rejects.toMatchObject({ code: 'manifest.signature' });
		const foreign = await signJson(summit.manifest, 'member', meridia);
		const wrongDomain = [{ party: 'meridia', signature: foreign.signature }, ...signatures.slice(1)];
		await expect(readAgreed({ payload, signatures: wrongDomain })).rejects.toMatchObject({
			code: 'manifest.signature',
		});
		await expect(readAgreed({ payload, signatures }, 'other')).rejects.toMatchObject({ code: 'manifest.other_summit' });
	});

	it.each([
		['another version', { v: 2 }],
		['another suite', { suite: 2 }],
		['another quorum', { quorum: 1 }],
		['another rule', { rules: { admission: 'anybody' } }],
		['parties that are not the plan’s', { parties: [] }],
		['no plan', { plan: null }],
		['a moment that is none', { proposed: '1' }],
	])('is malformed with %s', async (_, change) => {
		await expect(makeSummit(change)).rejects.toMatchObject({ code: 'manifest.malformed' });
	});

	it('is malformed when two parties have one key, or two seats one name', async () => {
		const parties = ['meridia', 'vesland', 'secretariat'].map((id) => ({ id, root: toBase64url(meridia.raw) }));
		await expect(makeSummit({ parties })).rejects.toMatchObject({ code: 'manifest.malformed' });
		const plan = { ...PLAN, secretariat: PLAN.delegations[0]?.seats };
		await expect(makeSummit({ plan })).rejects.toMatchObject({ code: 'manifest.malformed' });
	});
});

describe('digits', () => {
	it('are those of five bytes each, big-endian', async () => {
		const hash = new Uint8Array(32);
		hash.set([0, 0, 1, 134, 159, 0, 0, 1, 134, 160, 255, 255, 255, 255, 255]);
		expect(digits(hash)).toBe('99999 00000 27775 00000 00000 00000');
		expect(await fingerprint(meridia.raw)).not.toBe(await fingerprint(vesland.raw));
	});
});

describe('a certificate', () => {
	const good = certificateFor('meridia', 'meridia-1', ada.raw);
	const check = async (change: object, signer = meridia, now = NOW): Promise<unknown> =>
		checkCertificate(await certify({ ...good, ...change }, signer), ada.raw, { ...trust, now });

	it('is good when its party signed it', async () => {
		expect(await check({})).toMatchObject({ party: 'meridia', seat: 'meridia-1', role: 'principal', slot: 0 });
	});

	it.each([
		['of another summit', { summit: 'other' }, 'cert.malformed'],
		['of another version', { v: 2 }, 'cert.malformed'],
		['without a serial', { serial: undefined }, 'cert.malformed'],
		['with a short key', { key: 'AAAA' }, 'cert.malformed'],
		['for a seat of the other side', { seat: 'vesland-1' }, 'cert.seat'],
		['for another role', { role: 'observer' }, 'cert.seat'],
		['not yet good', { nbf: NOW + HOUR }, 'cert.expired'],
		['over', { exp: NOW - HOUR }, 'cert.expired'],
		['of a stranger', { party: 'nobody' }, 'cert.unknown_root'],
		['of the other party', { party: 'vesland', seat: 'vesland-1' }, 'cert.unknown_root'],
	])('is refused when it is %s', async (_, change, code) => {
		await expect(check(change)).rejects.toMatchObject({ code });
	});

	it('bears with clocks that are five minutes off', async () => {
		await expect(check({ exp: NOW - 4 * 60_000 })).resolves.toBeDefined();
		await expect(check({ exp: NOW - 6 * 60_000 })).rejects.toMatchObject({ code: 'cert.expired' });
	});

	it('is for one key', async () => {
		const identity = await certify(good, meridia);
		await expect(checkCertificate(identity, vesland.raw, trust)).rejects.toMatchObject({ code: 'cert.key_mismatch' });
	});

	it('is refused when it is no JSON, or not the bytes that were signed', async () => {
		await expect(checkCertificate(utf8('nonsense'), ada.raw, trust)).rejects.toMatchObject({ code: 'cert.malformed' });
		const { signature } = JSON.parse(new TextDecoder().decode(await certify(good, meridia))) as { signature: string };
		const payload = toBase64url(utf8(JSON.stringify({ ...good, seat: 'meridia-2', role: 'adviser' })));
		const forged = utf8(JSON.stringify({ payload, signature }));
		await expect(checkCertificate(forged, ada.raw, trust)).rejects.toMatchObject({ code: 'cert.unknown_root' });
	});

	it('may be signed by a registrar, for as long as the party lets it', async () => {
		const registrar = await makeKeys();
		const paper = {
			v: 1,
			summit: SUMMIT,
			party: 'meridia',
			registrar: toBase64url(registrar.raw),
			nbf: NOW - HOUR,
			exp: NOW + HOUR,
		};
		const by = async (change: object, root = meridia): Promise<unknown> =>
			checkCertificate(
				await certify(good, registrar, await signJson({ ...paper, ...change }, 'registrar', root)),
				ada.raw,
				trust,
			);
		await expect(by({})).resolves.toMatchObject({ seat: 'meridia-1' });
		await expect(by({ exp: NOW - HOUR })).rejects.toMatchObject({ code: 'cert.expired' });
		await expect(by({ party: 'vesland' })).rejects.toMatchObject({ code: 'cert.unknown_root' });
		await expect(by({ party: 'vesland' }, vesland)).rejects.toMatchObject({ code: 'cert.unknown_root' });
		await expect(by({ summit: 'other' })).rejects.toMatchObject({ code: 'cert.malformed' });
		const stranger = await certify(good, registrar);
		await expect(checkCertificate(stranger, ada.raw, trust)).rejects.toMatchObject({ code: 'cert.unknown_root' });
	});
});

describe('a revocation list', () => {
	const serial = toBase64url(randomBytes(16));
	const list = (number: number, serials: string[], signer = meridia): Promise<unknown> =>
		signJson({ v: 1, summit: SUMMIT, party: 'meridia', number, serials }, 'revocation', signer);

	it('ends certificates, and only grows', async () => {
		const first = await withRevocation(NO_REVOCATIONS, await list(1, [serial]), summit.agreed, NOW);
		const identity = await certify({ ...certificateFor('meridia', 'meridia-1', ada.raw), serial }, meridia);
		await expect(checkCertificate(identity, ada.raw, trust)).resolves.toBeDefined();
		await expect(checkCertificate(identity, ada.raw, { ...trust, revoked: first })).rejects.toMatchObject({
			code: 'cert.revoked',
		});
		const more = toBase64url(randomBytes(16));
		await expect(withRevocation(first, await list(1, [serial]), summit.agreed, NOW)).resolves.toBeDefined();
		for (const [number, serials] of [
			[2, [more]],
			[1, [serial, more]],
			[2, []],
		] as const) {
			await expect(withRevocation(first, await list(number, [...serials]), summit.agreed, NOW)).rejects.toMatchObject({
				code: 'revocation.contradicts',
			});
		}
		const second = await withRevocation(first, await list(2, [serial, more]), summit.agreed, NOW);
		await expect(withRevocation(second, await list(1, [serial, more]), summit.agreed, NOW)).rejects.toMatchObject({
			code: 'revocation.old',
		});
	});

	it('is signed by its party', async () => {
		const foreign = await list(1, [serial], vesland);
		await expect(withRevocation(NO_REVOCATIONS, foreign, summit.agreed, NOW)).rejects.toMatchObject({
			code: 'revocation.unknown_root',
		});
	});
});

describe('an invitation', () => {
	it('is read, and its secret stays here', async () => {
		const document = {
			v: 1,
			summit: SUMMIT,
			party: 'meridia',
			seat: 'meridia-1',
			jti: toBase64url(new Uint8Array(16)),
			nbf: NOW,
			exp: NOW + HOUR,
		};
		const read = await readInvitation(await signJson(document, 'invitation', meridia), summit.agreed, NOW);
		expect(read).toMatchObject({ party: 'meridia', seat: 'meridia-1' });
		const secret = toBase64url(new Uint8Array(24));
		expect(await accessOf(secret)).toMatch(/^[A-Za-z0-9_-]{32}$/);
		const one = await certificateRequest(secret, read.jti, ada.raw);
		expect(await certificateRequest(secret, read.jti, ada.raw)).toEqual(one);
		expect((await certificateRequest(secret, read.jti, vesland.raw)).proof).not.toBe(one.proof);
		await expect(
			readInvitation(await signJson(document, 'invitation', vesland), summit.agreed, NOW),
		).rejects.toMatchObject({ code: 'invitation.unknown_root' });
		await expect(
			readInvitation(await signJson(document, 'invitation', meridia), summit.agreed, NOW + 2 * HOUR),
		).rejects.toMatchObject({ code: 'invitation.expired' });
	});
});

describe('an identity', () => {
	const vaultOf = (store: Map<string, Kept>): Vault => ({
		read: (name) => Promise.resolve(store.get(name)),
		readOrKeep: (name, fresh) => {
			const kept = store.get(name) ?? fresh;
			store.set(name, kept);
			return Promise.resolve(kept);
		},
		write: (name, kept) => Promise.resolve(void store.set(name, kept)),
		forget: (name) => Promise.resolve(void store.delete(name)),
	});

	it('is the same again, another for another seat, and cannot be taken out', async () => {
		const vault = vaultOf(new Map());
		const first = await openIdentity(SUMMIT, 'meridia-1', vault);
		expect((await openIdentity(SUMMIT, 'meridia-1', vault)).publicKey).toEqual(first.publicKey);
		expect((await openIdentity(SUMMIT, 'meridia-2', vault)).publicKey).not.toEqual(first.publicKey);
		await expect(crypto.subtle.exportKey('pkcs8', first.keys.privateKey)).rejects.toThrow();
		expect(first.lasts).toBe(true);
	});

	it('lasts as long as the page where nothing is kept', async () => {
		expect((await openIdentity(SUMMIT, 'meridia-1', undefined)).lasts).toBe(false);
		const broken = {
			...vaultOf(new Map()),
			read: () => Promise.reject(new Error('blocked')),
			readOrKeep: () => Promise.reject(new Error('blocked')),
		};
		expect((await openIdentity(SUMMIT, 'meridia-1', broken)).lasts).toBe(false);
	});
});

describe('a file', () => {
	it('is sealed in chunks that each stay in their place', async () => {
		const key = await importFileKey(newFileKey());
		const file = { id: '0d9b1f7e-0000-4000-8000-000000000000', size: 65_540 };
		expect([chunkCount(0), chunkCount(65_536), chunkCount(file.size)]).toEqual([1, 1, 2]);
		const chunks = [randomBytes(65_536), randomBytes(4)] as const;
		const sealed = [await sealChunk(key, file, 0, chunks[0]), await sealChunk(key, file, 1, chunks[1])] as const;
		expect(await openChunk(key, file, 1, sealed[1])).toEqual(chunks[1]);
		expect(await openChunk(key, file, 0, sealed[0])).toEqual(chunks[0]);
		const bad = { code: 'file.bad_chunk' };
		await expect(openChunk(key, file, 0, sealed[1])).rejects.toMatchObject(bad);
		await expect(openChunk(key, { ...file, id: 'other' }, 1, sealed[1])).rejects.toMatchObject(bad);
		await expect(openChunk(key, file, 2, sealed[1])).rejects.toMatchObject(bad);
		await expect(sealChunk(key, { ...file, size: 104_857_601 }, 0, chunks[0])).rejects.toMatchObject({
			code: 'file.too_large',
		});
	});
});
