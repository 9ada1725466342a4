/**
 * Booths and channels: the same fold as the server's `InterpretationView::fold` and `FloorView`, and what views ask of it. Pure.
 */
import type {
	Booth,
	BoothId,
	BoothView,
	Event,
	FloorView,
	InterpretationView,
	Language,
	SeatId,
	SummitPlan,
	WallTime,
} from '../wire/types';
import type { MeetingState } from './state';

/** Booths in which nothing has happened yet. */
export function noInterpretation({ booths }: SummitPlan): InterpretationView {
	return { booths: booths.flatMap(newBooth), closed: [], mode: 'simultaneous', rendering: null, spoken: {} };
}

function newBooth({ id, languages, interpreters }: Booth): BoothView[] {
	const [outgoing] = languages;
	if (outgoing === undefined) return [];
	return [{ booth: id, interpreters, outgoing, relay: null, open: [], handover: null, suspended: null }];
}

/** Whether any booth is suspended: the speaker's clock stands still. */
export function isSuspended({ booths }: InterpretationView): boolean {
	return booths.some(({ suspended }) => suspended !== null);
}

/** It happened, at `at`. What says nothing of interpretation changes nothing: the same value comes back. */
export function foldInterpretation(view: InterpretationView, event: Event, at: WallTime): InterpretationView {
	switch (event.type) {
		case 'booth.assigned':
			return withBooth(view, event.booth, (booth) => assigned(booth, event.seat, event.assigned));
		case 'booth.microphone':
			return withBooth(view, event.booth, (booth) => switched(booth, event.seat, event.open, at));
		case 'booth.outgoing':
			return withBooth(view, event.booth, (booth) => ({ ...booth, outgoing: event.language }));
		case 'booth.relay':
			return withBooth(view, event.booth, (booth) => ({ ...booth, relay: event.channel }));
		case 'booth.handover': {
			const { from, to, by, at: due } = event;
			return withBooth(view, event.booth, (booth) => ({ ...booth, handover: { from, to, by, at: due } }));
		}
		case 'booth.handed_over':
			return withBooth(view, event.booth, (booth) => handedOver(booth, event.from, event.to, at));
		case 'booth.handover_ended':
			return withBooth(view, event.booth, (booth) => ({ ...booth, handover: null }));
		case 'booth.suspended':
			return withBooth(view, event.booth, (booth) => ({ ...booth, suspended: { reason: event.reason, since: at } }));
		case 'booth.resumed':
			return withBooth(view, event.booth, (booth) => ({ ...booth, suspended: null }));
		case 'channel.set': {
			const others = view.closed.filter((channel) => channel !== event.channel);
			return { ...view, closed: event.open ? others : [...others, event.channel] };
		}
		case 'interpretation.mode':
			return { ...view, mode: event.mode, rendering: null };
		case 'interpretation.turn':
			return { ...view, rendering: event.rendering ? at : null };
		// Another speech begins with the speaker.
		case 'floor.given':
		case 'floor.yielded':
			return view.rendering === null ? view : { ...view, rendering: null };
		case 'seat.speaks':
			return { ...view, spoken: { ...view.spoken, [event.seat]: event.language } };
		default:
			return view;
	}
}

function withBooth(view: InterpretationView, id: BoothId, change: (booth: BoothView) => BoothView): InterpretationView {
	return { ...view, booths: view.booths.map((booth) => (booth.booth === id ? change(booth) : booth)) };
}

function assigned(booth: BoothView, seat: SeatId, works: boolean): BoothView {
	if (works) {
		return booth.interpreters.includes(seat) ? booth : { ...booth, interpreters: [...booth.interpreters, seat] };
	}
	const concerned = booth.handover?.from === seat || booth.handover?.to === seat;
	return {
		...booth,
		interpreters: booth.interpreters.filter((other) => other !== seat),
		open: booth.open.filter((open) => open.seat !== seat),
		handover: concerned ? null : booth.handover,
	};
}

function switched(booth: BoothView, seat: SeatId, open: boolean, at: WallTime): BoothView {
	if (!open) return { ...booth, open: booth.open.filter((other) => other.seat !== seat) };
	return isOpen(booth, seat) ? booth : { ...booth, open: [...booth.open, { seat, since: at }] };
}

/** Both microphones change in one step, and the new one takes the place of the former. */
function handedOver(booth: BoothView, from: SeatId, to: SeatId, at: WallTime): BoothView {
	const place = booth.open.findIndex(({ seat }) => seat === from);
	const open = booth.open.filter(({ seat }) => seat !== from && seat !== to);
	open.splice(place < 0 ? open.length : place, 0, { seat: to, since: at });
	return { ...booth, handover: null, open };
}

/** A floor that is nobody's. */
export function freeFloor(queue: SeatId[]): FloorView {
	return { holder: null, queue, stood_ms: 0, stands_since: null };
}

/** The floor given to somebody: the clock begins, or stands at once. */
export function givenFloor(floor: FloorView, seat: SeatId, at: WallTime, stands: boolean): FloorView {
	const queue = floor.queue.filter((other) => other !== seat);
	return { holder: [seat, at], queue, stood_ms: 0, stands_since: stands ? at : null };
}

/** The holder's clock stands still from that moment on, or goes on. */
export function standingFloor(floor: FloorView, stands: boolean, at: WallTime): FloorView {
	const { stands_since: since } = floor;
	if (since === null) return stands && floor.holder ? { ...floor, stands_since: at } : floor;
	if (stands) return floor;
	return { ...floor, stands_since: null, stood_ms: floor.stood_ms + Math.max(0, at - since) };
}

/** How long the holder has spoken at `now`, by the server's clock, in milliseconds; 0 where nobody speaks. */
export function spokenFor({ holder, stood_ms, stands_since }: FloorView, now: WallTime): number {
	if (!holder) return 0;
	return Math.max(0, (stands_since ?? now) - holder[1] - stood_ms);
}

/** Whether that microphone is open in the booth. */
export function isOpen(booth: BoothView, seat: SeatId): boolean {
	return booth.open.some((open) => open.seat === seat);
}

/** The booth that seat works in. Its microphone is the booth's: it has no tile and no voice on the floor. */
export function boothOf(meeting: MeetingState, seat: SeatId): BoothView | undefined {
	return meeting.interpretation.booths.find(({ interpreters }) => interpreters.includes(seat));
}

/** The channels that booths can carry, in the order of the plan, each once; those in sign languages left out. */
export function channelsOf({ booths }: SummitPlan): readonly Language[] {
	return [...new Set(booths.filter(({ signed }) => !signed).flatMap(({ languages }) => languages))];
}

/** Where a seat is: a caucus, or the plenary. */
export function roomOf({ caucuses }: MeetingState, seat: SeatId): string | undefined {
	return caucuses.find(({ inside }) => inside.includes(seat))?.caucus;
}

/** Who is heard for a booth in the room where `listener` is. */
export function liveIn(meeting: MeetingState, booth: BoothView, listener: SeatId): SeatId | undefined {
	if (booth.suspended) return undefined;
	const room = roomOf(meeting, listener);
	return booth.open.find(({ seat }) => roomOf(meeting, seat) === room)?.seat;
}

/** The booth that carries a channel in the room where `listener` is, with who is heard; nothing where nobody does. */
export function carrierOf(
	meeting: MeetingState,
	channel: Language,
	listener: SeatId,
): { readonly booth: BoothView; readonly seat: SeatId } | undefined {
	if (meeting.interpretation.closed.includes(channel)) return undefined;
	const signed = new Set(meeting.plan.booths.filter((booth) => booth.signed).map(({ id }) => id));
	for (const booth of meeting.interpretation.booths) {
		if (booth.outgoing !== channel || signed.has(booth.booth)) continue;
		const seat = liveIn(meeting, booth, listener);
		if (seat !== undefined) return { booth, seat };
	}
	return undefined;
}

/** The language that a seat speaks: what it said it speaks, else the first of its plate. */
export function spokenBy(meeting: MeetingState, seat: SeatId): Language | undefined {
	const { delegations, secretariat } = meeting.plan;
	const planned = [...delegations.flatMap(({ seats }) => seats), ...secretariat].find(({ id }) => id === seat);
	return meeting.interpretation.spoken[seat] ?? planned?.languages[0];
}

/** Whose words are interpreted now: who has the floor, else whose voice is the loudest; nobody's while it is quiet. */
export function speakerOf(meeting: MeetingState): SeatId | undefined {
	const you = roomOf(meeting, meeting.you);
	const holder = meeting.floor.holder?.[0];
	if (holder !== undefined && you === undefined) return holder;
	return meeting.speaking.find((seat) => roomOf(meeting, seat) === you);
}
