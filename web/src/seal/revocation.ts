/** Lists of certificates that a party took back. They only grow. */
import { fromBase64url, toBase64url } from './bytes';
import { SealError } from './errors';
import { Fields } from './fields';
import type { Agreed, PartyId } from './manifest';
import { openByParty } from './registrar';

const SERIAL_LENGTH = 16;
const CODES = {
	malformed: 'revocation.malformed',
	signer: 'revocation.unknown_root',
	time: 'revocation.expired',
} as const;

/** The latest list of a party. */
export interface RevocationList {
	/** From 1 on. */
	readonly number: number;
	/** Serials as base64url. */
	readonly serials: ReadonlySet<string>;
}

/** The latest list of each party that has one. */
export type Revocations = ReadonlyMap<PartyId, RevocationList>;

export const NO_REVOCATIONS: Revocations = new Map();

export function isRevoked(revocations: Revocations, party: PartyId, serial: string): boolean {
	return revocations.get(party)?.serials.has(serial) ?? false;
}

/**
 * The lists with this one in the place of its party's former one; the same list again changes nothing.
 * @throws SealError `revocation.old` for a lower number, `revocation.contradicts` for one that takes a serial back, `revocation.malformed`,
 * `revocation.unknown_root` where nobody of the party signed, `revocation.expired` where its registrar's time is over.
 */
export async function withRevocation(
	revocations: Revocations,
	value: unknown,
	agreed: Agreed,
	now: number,
): Promise<Revocations> {
	const { fields, party } = await openByParty(new Fields(value, CODES.malformed), 'revocation', agreed, now, CODES);
	const list = { number: fields.number('number'), serials: new Set(fields.list('serials').map(readSerial)) };
	if (list.number < 1) throw new SealError(CODES.malformed, 'numbers begin at 1');
	const former = revocations.get(party);
	if (former) {
		if (list.number < former.number) throw new SealError('revocation.old');
		const isAltered = list.number === former.number && list.serials.size !== former.serials.size;
		const lacks = [...former.serials].some((serial) => !list.serials.has(serial));
		if (isAltered || lacks) throw new SealError('revocation.contradicts');
	}
	return new Map([...revocations, [party, list]]);
}

function readSerial(value: unknown): string {
	const bytes = typeof value === 'string' ? fromBase64url(value) : undefined;
	if (bytes?.length !== SERIAL_LENGTH) throw new SealError(CODES.malformed, 'a serial cannot be read');
	return toBase64url(bytes);
}
