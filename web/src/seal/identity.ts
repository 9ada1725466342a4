/**
 * The key of this person on this device. It is made here, cannot be taken out, and is kept per summit and seat with its
 * certificate; where the browser keeps nothing it lasts as long as the page.
 */
import type { SeatId } from '../wire/types';
import type { Bytes } from './bytes';
import { SealError } from './errors';

/** What is kept. */
export interface Kept {
	readonly keys: CryptoKeyPair;
	/** The member certificate: UTF-8 JSON, the identity of the MLS credential. None before the registrar gave one. */
	readonly certificate?: string;
}

/** Where keys are kept, by name. */
export interface Vault {
	read(name: string): Promise<Kept | undefined>;
	/** Keeps `fresh` unless there is something already, and returns what is kept then. */
	readOrKeep(name: string, fresh: Kept): Promise<Kept>;
	write(name: string, kept: Kept): Promise<void>;
	forget(name: string): Promise<void>;
}

export interface Identity {
	readonly keys: CryptoKeyPair;
	/** The 32 bytes of the public key. */
	readonly publicKey: Bytes;
	readonly certificate: string | undefined;
	/** Survives a reload; false where the browser keeps nothing: then a new certificate is needed after each. */
	readonly lasts: boolean;
}

/**
 * The identity of that seat, made now if there was none.
 * @throws SealError `identity.no_ed25519` in a browser without Ed25519.
 */
export async function openIdentity(summit: string, seat: SeatId, vault: Vault | undefined): Promise<Identity> {
	const name = nameFor(summit, seat);
	const found = await vault?.read(name).catch(() => undefined);
	if (found) return describe(found, true);
	const fresh: Kept = { keys: await generateKeys() };
	const kept = await vault?.readOrKeep(name, fresh).catch(() => undefined);
	return kept ? describe(kept, true) : describe(fresh, false);
}

/** The identity with its certificate, kept if that is possible. */
export async function certified(
	identity: Identity,
	certificate: string,
	summit: string,
	seat: SeatId,
	vault: Vault | undefined,
): Promise<Identity> {
	const write = vault?.write(nameFor(summit, seat), { keys: identity.keys, certificate });
	const lasts = write ? await write.then(() => true).catch(() => false) : false;
	return { ...identity, certificate, lasts };
}

/** Removes key and certificate from this device. */
export async function forgetIdentity(summit: string, seat: SeatId, vault: Vault | undefined): Promise<void> {
	await vault?.forget(nameFor(summit, seat));
}

/** @throws SealError `identity.no_ed25519` */
export async function generateKeys(): Promise<CryptoKeyPair> {
	try {
		return (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
	} catch (cause) {
		throw new SealError('identity.no_ed25519', 'this browser has no Ed25519', { cause });
	}
}

async function describe({ keys, certificate }: Kept, lasts: boolean): Promise<Identity> {
	const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
	return { keys, publicKey, certificate, lasts };
}

function nameFor(summit: string, seat: SeatId): string {
	return `${summit}/${seat}`;
}
