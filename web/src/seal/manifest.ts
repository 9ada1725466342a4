/** The manifest: who meets, under which keys and names. What all parties signed is the only thing a client believes. */
import type { Delegation, Localized, Role, Seat, SeatId, SummitPlan } from '../wire/types';
import { sha256 } from './bytes';
import type { Bytes } from './bytes';
import { KEY_LENGTH, SIGNATURE_LENGTH, isSignedBy } from './documents';
import { SealError } from './errors';
import { Fields } from './fields';

const CODE = 'manifest.malformed';

/** A delegation's id, or `secretariat`. */
export type PartyId = string;
export const SECRETARIAT: PartyId = 'secretariat';
/** The cipher suite of MLS; there is one. */
export const SUITE = 1;

export interface Party {
	readonly id: PartyId;
	/** Its root key (Ed25519). */
	readonly root: Bytes;
}

export interface Manifest {
	readonly summit: string;
	readonly plan: SummitPlan;
	/** In the plan's order, the secretariat last. */
	readonly parties: readonly Party[];
	readonly suite: typeof SUITE;
	/** How many delegations sign the record. */
	readonly quorum: number;
	/** Hexadecimal SHA-256 of the web client the parties agreed on. */
	readonly client: string | null;
	/** When it was proposed, in milliseconds since 1970. */
	readonly proposed: number;
}

/** A manifest that every party signed: only `readAgreed` makes one. */
export interface Agreed {
	readonly manifest: Manifest;
	/** SHA-256 of the payload. */
	readonly hash: Bytes;
	/** Where everybody of the plan sits. */
	readonly seats: ReadonlyMap<SeatId, Seated>;
}

/** A seat, and whose it is. */
export interface Seated {
	readonly party: PartyId;
	readonly seat: Seat;
	/** None in the secretariat. */
	readonly delegation: Delegation | undefined;
}

/**
 * Reads a manifest with its signatures and checks that every party signed it.
 * @throws SealError `manifest.malformed`; `manifest.incomplete` where a party has not signed, `manifest.signature` where
 * what it is said to have signed does not hold; `manifest.other_summit` where it is of another one than `summit`.
 */
export async function readAgreed(value: unknown, summit?: string): Promise<Agreed> {
	const fields = new Fields(value, CODE);
	const payload = fields.bytes('payload');
	const manifest = readManifest(Fields.parse(payload, CODE).version());
	const seats = seatsOf(manifest);
	const signatures = fields
		.objects('signatures')
		.map((entry) => ({ party: entry.text('party'), signature: entry.bytes('signature', SIGNATURE_LENGTH) }));
	for (const { id, root } of manifest.parties) {
		const own = signatures.filter(({ party }) => party === id);
		if (own.length === 0) throw new SealError('manifest.incomplete', `${id} has not signed`);
		const holds = await Promise.all(own.map(({ signature }) => isSignedBy({ payload, signature }, 'manifest', root)));
		if (!holds.includes(true)) throw new SealError('manifest.signature', `that of ${id} does not hold`);
	}
	if (summit !== undefined && manifest.summit !== summit) throw new SealError('manifest.other_summit');
	return { manifest, seats, hash: await sha256(payload) };
}

/** The root key of a party, if it is one. */
export function rootOf({ manifest }: Agreed, party: PartyId): Bytes | undefined {
	return manifest.parties.find(({ id }) => id === party)?.root;
}

/** The role of a seat if it is that party's. */
export function roleIn({ seats }: Agreed, party: PartyId, seat: SeatId): Role | undefined {
	const seated = seats.get(seat);
	return seated?.party === party ? seated.seat.role : undefined;
}

/** A person's name, in the languages of the plan. */
export function nameOf({ seats }: Agreed, seat: SeatId): Localized | undefined {
	return seats.get(seat)?.seat.name;
}

/** The number of the group in which a party is by itself; 0 is the plenary's. */
export function sideGroupNumber({ manifest }: Agreed, party: PartyId): number | undefined {
	const at = manifest.parties.findIndex(({ id }) => id === party);
	return at < 0 ? undefined : at + 1;
}

function readManifest(fields: Fields): Manifest {
	const plan = readPlan(fields);
	const parties = fields
		.objects('parties')
		.map((party) => ({ id: party.text('id'), root: party.bytes('root', KEY_LENGTH) }));
	const expected = plan.delegations.map(({ id }) => id);
	if (expected.includes(SECRETARIAT)) refuse('a delegation has the name of the secretariat');
	if (plan.secretariat.length > 0) expected.push(SECRETARIAT);
	if (parties.map(({ id }) => id).join('\n') !== expected.join('\n')) refuse('the parties are not those of the plan');
	if (new Set(parties.map(({ root }) => root.join())).size !== parties.length) refuse('two parties have one key');
	if (fields.object('rules').text('admission') !== 'own_party') refuse('unknown rule of admission');
	if (fields.number('suite') !== SUITE) refuse('unknown cipher suite');
	if (fields.number('quorum') !== plan.delegations.length) refuse('not every delegation signs the record');
	return {
		summit: fields.text('summit'),
		plan,
		parties,
		suite: SUITE,
		quorum: plan.delegations.length,
		client: fields.has('client') ? fields.text('client') : null,
		proposed: fields.number('proposed'),
	};
}

/** Looks at what is relied on here; the rest was checked when the plan was proposed, and was signed by all. */
function readPlan(fields: Fields): SummitPlan {
	const plan = fields.object('plan');
	plan.object('title');
	plan.list('chair');
	plan.list('agenda');
	const checkSeat = (seat: Fields): void => {
		seat.text('id');
		seat.text('role');
		seat.object('name');
		seat.object('title');
	};
	for (const delegation of plan.objects('delegations')) {
		delegation.text('id');
		delegation.object('name');
		delegation.objects('seats').forEach(checkSeat);
	}
	plan.objects('secretariat').forEach(checkSeat);
	// What was signed before there were booths names none.
	return { booths: [], ...(fields.raw('plan') as Partial<Pick<SummitPlan, 'booths'>> & Omit<SummitPlan, 'booths'>) };
}

function seatsOf({ plan }: Manifest): ReadonlyMap<SeatId, Seated> {
	const seats = new Map<SeatId, Seated>();
	const add = (seat: Seat, party: PartyId, delegation: Delegation | undefined): void => {
		if (seats.has(seat.id)) refuse('two seats have one name');
		seats.set(seat.id, { party, seat, delegation });
	};
	for (const delegation of plan.delegations) for (const seat of delegation.seats) add(seat, delegation.id, delegation);
	for (const seat of plan.secretariat) add(seat, SECRETARIAT, undefined);
	return seats;
}

function refuse(detail: string): never {
	throw new SealError(CODE, detail);
}
