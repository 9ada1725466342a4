/** Hashes as people compare them: 30 digits in six groups of five. */
import { sha256, utf8 } from './bytes';
import type { Agreed, PartyId } from './manifest';

const GROUPS = 6;
const BYTES_PER_GROUP = 5;
const DIGITS_PER_GROUP = 5;

/** Groups are separated by spaces: `01234 56789 …`. The hash has at least 30 bytes. */
export function digits(hash: Uint8Array): string {
	return Array.from({ length: GROUPS }, (_, group) => {
		const bytes = hash.subarray(group * BYTES_PER_GROUP, (group + 1) * BYTES_PER_GROUP);
		const number = bytes.reduce((value, byte) => value * 256 + byte, 0);
		return String(number % 10 ** DIGITS_PER_GROUP).padStart(DIGITS_PER_GROUP, '0');
	}).join(' ');
}

/** What the sides read to each other once: it stands for the whole manifest. */
export async function summitCode(manifestHash: Uint8Array): Promise<string> {
	return digits(await sha256(utf8('sommet/summit-code/v1\0'), manifestHash));
}

/** What stands for a party's root key. */
export async function fingerprint(rootKey: Uint8Array): Promise<string> {
	return digits(await sha256(utf8('sommet/root-key/v1\0'), rootKey));
}

/** All that people compare of a manifest. */
export async function digitsOf({ hash, manifest }: Agreed): Promise<{
	readonly code: string;
	readonly fingerprints: readonly { readonly party: PartyId; readonly digits: string }[];
}> {
	const of = manifest.parties.map(async ({ id, root }) => ({ party: id, digits: await fingerprint(root) }));
	return { code: await summitCode(hash), fingerprints: await Promise.all(of) };
}
