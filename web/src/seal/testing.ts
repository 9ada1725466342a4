/** A small summit with keys of its own, for tests. Nothing of the page imports this. */
import type { Role, SeatId, SummitPlan } from '../wire/types';
import { randomBytes, toBase64url, utf8 } from './bytes';
import type { Bytes } from './bytes';
import type { Trust } from './certificate';
import { sign } from './documents';
import type { Domain, Signed } from './documents';
import { readAgreed } from './manifest';
import type { Agreed, PartyId } from './manifest';
import { NO_REVOCATIONS } from './revocation';
import type { Revocations } from './revocation';
import { makeEngine } from './mls/engine';
import type { TsMlsKeyPackage, TsMlsState } from './mls/engine';
import type { MlsEngine } from './engine';
import { leavesAfter, makeCheck } from './rules';

export const SUMMIT = 'k3v9x2';
/** The present of all tests, in milliseconds since 1970. */
export const NOW = 1_795_456_800_000;
const DAY_MS = 24 * 3600 * 1000;

export interface KeyPair {
	readonly keys: CryptoKeyPair;
	readonly raw: Bytes;
}

export async function makeKeys(): Promise<KeyPair> {
	const keys = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
	return { keys, raw: new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)) };
}

export function signJson(value: unknown, domain: Domain, { keys }: KeyPair): Promise<Signed> {
	return sign(utf8(JSON.stringify(value)), domain, keys.privateKey);
}

const seat = (id: string, role: Role): SummitPlan['secretariat'][number] => ({
	id,
	name: { en: id },
	title: { en: role },
	role,
	languages: ['en'],
	time_zone: 'Europe/Vienna',
});

export const PLAN: SummitPlan = {
	title: { en: 'Talks' },
	delegations: ['meridia', 'vesland'].map((id) => ({
		id,
		name: { en: id },
		flag: { layout: 'horizontal', colours: ['#ffffff'] },
		seats: [seat(`${id}-1`, 'principal'), seat(`${id}-2`, 'adviser'), seat(`${id}-3`, 'adviser')],
	})),
	secretariat: [seat('desk', 'technician')],
	chair: ['meridia-1'],
	agenda: [],
	booths: [],
};

export interface Summit {
	readonly agreed: Agreed;
	readonly roots: Readonly<Record<PartyId, KeyPair>>;
	readonly manifest: Readonly<Record<string, unknown>>;
	readonly signatures: readonly { readonly party: PartyId; readonly signature: string }[];
	readonly payload: string;
}

export async function makeSummit(change: Readonly<Record<string, unknown>> = {}, summit = SUMMIT): Promise<Summit> {
	const names = [...PLAN.delegations.map(({ id }) => id), 'secretariat'];
	const roots = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await makeKeys()] as const)));
	const parties = Object.entries(roots).map(([id, { raw }]) => ({ id, root: toBase64url(raw) }));
	const rules = { admission: 'own_party' };
	const manifest = {
		v: 1,
		summit,
		plan: PLAN,
		parties,
		rules,
		suite: 1,
		quorum: 2,
		client: null,
		proposed: NOW,
		...change,
	};
	const signed = await Promise.all(
		Object.entries(roots).map(async ([party, root]) => ({ party, ...(await signJson(manifest, 'manifest', root)) })),
	);
	const payload = signed[0]?.payload ?? '';
	const signatures = signed.map(({ party, signature }) => ({ party, signature }));
	return { agreed: await readAgreed({ payload, signatures }), roots, manifest, signatures, payload };
}

/** What a certificate for that seat says, if nothing is wrong with it. */
export function certificateFor(party: PartyId, seatId: SeatId, key: Bytes): Record<string, unknown> {
	const own = PLAN.delegations.find(({ id }) => id === party)?.seats ?? PLAN.secretariat;
	const role = own.find(({ id }) => id === seatId)?.role ?? 'observer';
	const serial = toBase64url(randomBytes(16));
	const time = { nbf: NOW - DAY_MS, exp: NOW + DAY_MS };
	return { v: 1, summit: SUMMIT, party, seat: seatId, role, slot: 0, key: toBase64url(key), ...time, serial };
}

/** The identity bytes of a certificate. */
export async function certify(certificate: unknown, signer: KeyPair, issuer?: Signed): Promise<Bytes> {
	const signed = await signJson(certificate, 'member', signer);
	return utf8(JSON.stringify(issuer ? { ...signed, issuer } : signed));
}

/** A person with an engine. */
export interface Person {
	readonly seat: SeatId;
	readonly identity: Bytes;
	readonly engine: MlsEngine<TsMlsState, TsMlsKeyPackage>;
}

/** How a person differs from what is usual: another certificate, another belief. */
export interface Oddity {
	readonly certificate?: Readonly<Record<string, unknown>>;
	readonly signer?: KeyPair;
	readonly revoked?: () => Revocations;
	/** Believes everything. */
	readonly gullible?: boolean;
}

export async function makePerson(summit: Summit, party: PartyId, seatId: SeatId, oddity: Oddity = {}): Promise<Person> {
	const { keys, raw } = await makeKeys();
	const signer = oddity.signer ?? summit.roots[party];
	if (!signer) throw new Error('a stranger needs a key of its own');
	const identity = await certify({ ...certificateFor(party, seatId, raw), ...oddity.certificate }, signer);
	const trust = (): Trust => ({ agreed: summit.agreed, revoked: oddity.revoked?.() ?? NO_REVOCATIONS, now: NOW });
	const check = oddity.gullible ? GULLIBLE : makeCheck(trust);
	const engine = await makeEngine({ summit: SUMMIT, keys, publicKey: raw, identity, check });
	return { seat: seatId, identity, engine };
}

const GULLIBLE: Parameters<typeof makeEngine>[0]['check'] = {
	tree: () => Promise.resolve(),
	commit: async (_, before, commit) => leavesAfter(before, commit),
};

/** A group of all these people, made by the first, who adds the others. */
export async function makeGroup(people: readonly Person[], group = 'plenary'): Promise<TsMlsState[]> {
	const [first, ...others] = people;
	if (!first) throw new Error('a group needs somebody');
	const alone = await first.engine.create(group);
	if (others.length === 0) return [alone];
	const packages = await Promise.all(others.map(({ engine }) => engine.keyPackage()));
	const made = await first.engine.commit(alone, { adds: packages.map(({ message }) => message) });
	const states = [made.state];
	for (const [at, { engine }] of others.entries()) {
		const own = packages[at];
		if (!own || !made.welcome) throw new Error('nobody was added');
		states.push((await engine.join(group, made.welcome, [own])).state);
	}
	return states;
}
