/** What the suites share: comparing, and reading what the vectors hold. */
import { isDeepStrictEqual } from 'node:util';
import { decodeMlsMessage } from 'ts-mls';

export const hex = (s) => Uint8Array.from(Buffer.from(s, 'hex'));
export const bytes = (a, b, what) => {
	if (Buffer.compare(Buffer.from(a), typeof b === 'string' ? Buffer.from(b, 'hex') : Buffer.from(b)) !== 0)
		throw new Error('differs: ' + what);
};
export const ok = (v, what) => {
	if (v !== true) throw new Error('not true: ' + what);
};
export const same = (a, b, what) => {
	if (!isDeepStrictEqual(a, b)) throw new Error(`differs: ${what}: ${JSON.stringify(a)} != ${JSON.stringify(b)}`);
};
export const whole = (r, b, what) => {
	if (r === undefined || r[1] !== b.length) throw new Error('cannot decode ' + what);
	return r[0];
};
export const rejects = async (f, what) => {
	try {
		await f();
	} catch {
		return;
	}
	throw new Error('was accepted: ' + what);
};

export const context = (v, cs) => ({
	version: 'mls10',
	cipherSuite: cs.name,
	groupId: hex(v.group_id),
	epoch: BigInt(v.epoch ?? 0),
	treeHash: hex(v.tree_hash ?? ''),
	confirmedTranscriptHash: hex(v.confirmed_transcript_hash ?? ''),
	extensions: [],
});
export const message = (h, kind) => {
	const b = hex(h);
	const m = whole(decodeMlsMessage(b, 0), b, kind);
	same(m.wireformat, kind, 'wire format');
	return m;
};
export const keysMatch = async (pub, priv, cs) => {
	const { ct, enc } = await cs.hpke.seal(
		await cs.hpke.importPublicKey(pub),
		new Uint8Array([7]),
		new Uint8Array(),
		new Uint8Array(),
	);
	bytes(
		await cs.hpke.open(await cs.hpke.importPrivateKey(priv), enc, ct, new Uint8Array(), new Uint8Array()),
		'07',
		'key pair',
	);
};
export const sigMatch = async (pub, priv, cs) => {
	const m = hex('00ff');
	ok(await cs.signature.verify(pub, m, await cs.signature.sign(priv, m)), 'signature key pair');
};
