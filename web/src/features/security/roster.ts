/** Who holds the keys, for a person to read, and what changed in that: pure functions. */
import type { Attestation, ClientSeal, PartyId, SealedMember, SealTrouble } from '../../app/context';
import { m, number, text } from '../../i18n';
import { seatOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { Delegation, GroupId, Seat, SeatId } from '../../wire/types';

/** One line of the list. */
export interface Holder {
	readonly member: SealedMember;
	readonly seat: Seat;
	/** None for the secretariat. */
	readonly delegation: Delegation | undefined;
	readonly you: boolean;
}

/** What the sealing looks like at one moment, as far as changes of it are told. */
export interface Holding {
	readonly group: GroupId | undefined;
	readonly seats: readonly SeatId[];
}

/** More changes at once than this are counted, not named. */
const NAMES_MAX = 3;

export const delegationById = (meeting: MeetingState, party: PartyId): Delegation | undefined =>
	meeting.plan.delegations.find(({ id }) => id === party);

/** A delegation's name, or the secretariat's. */
export function partyName(meeting: MeetingState, party: PartyId): string {
	const delegation = delegationById(meeting, party);
	return delegation ? text(delegation.name) : m.lobby_title_secretariat();
}

/** The name of a person, or of a party. */
export function nameOf(meeting: MeetingState, who: SeatId | PartyId): string {
	const seat = seatOf(meeting, who);
	return seat ? text(seat.name) : partyName(meeting, who);
}

/** Everybody who holds the keys here, side by side in the order of the plan. */
export function holders(meeting: MeetingState, roster: readonly SealedMember[]): readonly Holder[] {
	const order = [...meeting.plan.delegations.flatMap((side) => side.seats), ...meeting.plan.secretariat];
	return order.flatMap((seat) =>
		roster
			.filter((member) => member.seat === seat.id)
			.map((member) => ({
				member,
				seat,
				delegation: delegationById(meeting, member.party),
				you: seat.id === meeting.you,
			})),
	);
}

export const holdingOf = ({ group, roster }: Pick<ClientSeal, 'group' | 'roster'>): Holding => ({
	group,
	seats: roster.map(({ seat }) => seat),
});

/**
 * What is said when somebody gets the keys or loses them. Of a group one has just come into nothing is said: its people
 * are on the list.
 */
export function holdingNews(meeting: MeetingState, before: Holding | undefined, after: Holding): string[] {
	if (!before || before.group === undefined || before.group !== after.group) return [];
	const others = (seats: readonly SeatId[], known: readonly SeatId[]): SeatId[] =>
		seats.filter((seat) => seat !== meeting.you && !known.includes(seat));
	const came = others(after.seats, before.seats);
	const went = others(before.seats, after.seats);
	if (came.length + went.length === 0) return [];
	if (came.length + went.length > NAMES_MAX) return [m.seal_roster_title({ count: number(after.seats.length) })];
	return [
		...came.map((seat) => m.seal_joined({ name: nameOf(meeting, seat) })),
		...went.map((seat) => m.seal_left({ name: nameOf(meeting, seat) })),
	];
}

/** The parties whose keys are not confirmed, by name; none where that is not the trouble. */
export function doubtful(meeting: MeetingState, seal: Pick<ClientSeal, 'parties' | 'trouble'>): readonly string[] {
	const wrong: Partial<Record<SealTrouble, Attestation>> = {
		'attest.missing': 'missing',
		'attest.mismatch': 'mismatch',
	};
	const attestation = seal.trouble && wrong[seal.trouble];
	if (!attestation) return [];
	const parties = seal.parties.filter((party) => party.attestation === attestation);
	return parties.map(({ party }) => partyName(meeting, party));
}
