/** Booths as the chair and the technician see them: pure functions. */
import { languageName, locale, m, text } from '../../i18n';
import { boothOf, liveIn } from '../../meeting/interpretation';
import { allSeats, presenceOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { BoothId, BoothView, Language, Seat, SeatId, SuspensionReason } from '../../wire/types';

/** One booth. */
export interface BoothRow {
	readonly booth: BoothId;
	/** What it works into now. */
	readonly outgoing: Language;
	/** What it can work into. */
	readonly languages: readonly Language[];
	readonly signed: boolean;
	readonly interpreters: readonly BoothPerson[];
	/** Who is heard in the room where one is. */
	readonly live: SeatId | undefined;
	readonly suspended: SuspensionReason | undefined;
	/** Where its words come from: its language first, then each that it is taken from; after the last one comes the floor. */
	readonly chain: readonly Language[];
	readonly listeners: number;
}

/** Somebody who works in a booth. */
export interface BoothPerson {
	readonly seat: Seat;
	readonly here: boolean;
	/** The microphone is open. */
	readonly open: boolean;
}

/** Somebody who could work in a booth. */
export interface Assignable {
	readonly seat: Seat;
	/** The booth where they work now. */
	readonly from: BoothView | undefined;
}

/** All booths, in the order of the plan. */
export function boothRows(meeting: MeetingState): readonly BoothRow[] {
	return meeting.interpretation.booths.map((booth) => {
		const planned = meeting.plan.booths.find(({ id }) => id === booth.booth);
		const signed = planned?.signed ?? false;
		return {
			booth: booth.booth,
			outgoing: booth.outgoing,
			languages: planned?.languages ?? [booth.outgoing],
			signed,
			interpreters: booth.interpreters.flatMap((id) => {
				const seat = allSeats(meeting).find((known) => known.seat.id === id)?.seat;
				const open = booth.open.some((one) => one.seat === id);
				return seat ? [{ seat, here: presenceOf(meeting, id).state === 'here', open }] : [];
			}),
			live: liveIn(meeting, booth, meeting.you),
			suspended: booth.suspended?.reason,
			chain: relayChain(meeting, booth),
			listeners: signed ? 0 : (meeting.audience[booth.outgoing] ?? 0),
		};
	});
}

/** The languages a booth's words pass on their way from the floor, its own first. The server lets no chain come back to itself. */
export function relayChain(meeting: MeetingState, booth: BoothView): readonly Language[] {
	const chain = [booth.outgoing];
	let next = booth.relay;
	while (next !== null && !chain.includes(next)) {
		const channel: Language = next;
		chain.push(channel);
		next = meeting.interpretation.booths.find(({ outgoing }) => outgoing === channel)?.relay ?? null;
	}
	return chain;
}

/** The same in words; the arrows point from where the words come, against the direction of reading. */
export function chainWords(chain: readonly Language[]): string {
	const from = locale.direction === 'rtl' ? ' → ' : ' ← ';
	return [...chain.map(languageName), m.channel_floor()].join(from);
}

/** What a booth is called: the language it works into. */
export function boothName({ outgoing, signed }: Pick<BoothRow, 'outgoing' | 'signed'>): string {
	return signed ? `${languageName(outgoing)} (${m.interpretation_signed()})` : languageName(outgoing);
}

/** Interpreters of the plan who do not work in that booth. */
export function assignable(meeting: MeetingState, booth: BoothId): readonly Assignable[] {
	return allSeats(meeting)
		.filter(({ seat }) => seat.role === 'interpreter')
		.map(({ seat }) => ({ seat, from: boothOf(meeting, seat.id) }))
		.filter(({ from }) => from?.booth !== booth);
}

/** Somebody who could work in a booth, with where they work now. */
export function assignableName({ seat, from }: Assignable): string {
	const name = text(seat.name);
	return from ? m.interpretation_add_from({ name, booth: languageName(from.outgoing) }) : name;
}
