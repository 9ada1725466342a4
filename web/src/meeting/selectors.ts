/**
 * What views show of the meeting, derived from its state: pure functions, and the only place where the client knows
 * rules of the meeting. The server decides; these keep buttons away that it would refuse.
 */
import type {
	AgendaItem,
	CaucusView,
	Delegation,
	Devices,
	Presence,
	Quality,
	Seat,
	SeatId,
	SourceId,
	SourceKind,
	WallTime,
} from '../wire/types';
import { boothOf } from './interpretation';
import type { Action, MeetingState, State } from './state';

/**
 * Where somebody is, as seen from where one is oneself: in the same room, in a caucus that one is not in, or called to
 * the caucus one is in and not there yet.
 */
export type Whereabouts = 'same_room' | 'in_caucus' | 'called';

/** One person's tile. There is one for every seat of a delegation, also while it is empty: so nothing ever jumps. */
export interface Tile {
	readonly seat: Seat;
	/** None for the secretariat's. */
	readonly delegation: Delegation | undefined;
	/** It is one's own. */
	readonly you: boolean;
	readonly presence: Presence;
	/** Was here, and is gone. */
	readonly departed: boolean;
	/** The camera's picture, when it may be received and is on. */
	readonly camera: SourceId | undefined;
	/** Here, and the microphone is off. */
	readonly muted: boolean;
	readonly speaking: boolean;
	readonly hasFloor: boolean;
	/** 1 for who is next; none when the hand is down. */
	readonly place: number | undefined;
	readonly chair: boolean;
	readonly whereabouts: Whereabouts;
	/** Heard by the own party only. */
	readonly whispering: boolean;
	/** How the connection is, where known. */
	readonly quality: Quality | undefined;
	/** The picture comes smaller than its tile, because the own line is narrow. */
	readonly reduced: boolean;
}

/** One side's tiles, in the order of its file. */
export interface Side {
	readonly delegation: Delegation;
	/** It is one's own. */
	readonly own: boolean;
	readonly principal: Tile;
	/** Everybody else of the delegation. */
	readonly advisers: readonly Tile[];
}

/** What is on the table. */
export interface SharedDocument {
	readonly source: SourceId;
	readonly by: Seat;
	readonly you: boolean;
	/** Where who shows it is. */
	readonly presence: Presence;
}

/** One delegation as seen from the lobby of another, or of the secretariat. */
export interface Readiness {
	readonly delegation: Delegation;
	readonly own: boolean;
	readonly ready: boolean;
}

/** What this person may do now. */
export interface Rights {
	/** Say "ready" for the delegation, or take it back. */
	readonly ready: boolean;
	readonly raiseHand: boolean;
	readonly lowerHand: boolean;
	readonly yieldFloor: boolean;
	/** Give the floor, also to who did not ask; who has it then has spoken. */
	readonly giveFloor: boolean;
	/** Lower others' hands, end a speech, open an item of the agenda. */
	readonly preside: boolean;
	readonly endSummit: boolean;
	readonly shareScreen: boolean;
	/** Call people to a caucus. */
	readonly openCaucus: boolean;
	readonly leaveCaucus: boolean;
	/** Speak to the own party only. */
	readonly whisper: boolean;
	/** Open and close channels, say who works in which booth, let a suspended one go on. */
	readonly lookAfterBooths: boolean;
	/** Have what is said rendered while or after it is said. */
	readonly setInterpretationMode: boolean;
}

const ABSENT: Presence = { state: 'absent' };

/** All seats with their delegations, in the order of the plan. */
export function allSeats(meeting: Pick<MeetingState, 'plan'>): { seat: Seat; delegation: Delegation | undefined }[] {
	const sides = meeting.plan.delegations.flatMap((delegation) =>
		delegation.seats.map((seat) => ({ seat, delegation })),
	);
	return [...sides, ...meeting.plan.secretariat.map((seat) => ({ seat, delegation: undefined }))];
}

export function seatOf(meeting: MeetingState, id: SeatId): Seat | undefined {
	return allSeats(meeting).find(({ seat }) => seat.id === id)?.seat;
}

export function delegationOf(meeting: MeetingState, id: SeatId): Delegation | undefined {
	return meeting.plan.delegations.find((side) => side.seats.some((seat) => seat.id === id));
}

/** One's own seat. */
export function ownSeat(meeting: MeetingState): Seat {
	const seat = seatOf(meeting, meeting.you);
	if (!seat) throw new Error('the plan lacks the own seat');
	return seat;
}

export function presenceOf(meeting: MeetingState, id: SeatId): Presence {
	return meeting.presence[id] ?? ABSENT;
}

export function isChair(meeting: MeetingState, id: SeatId): boolean {
	return meeting.plan.chair.includes(id);
}

/** Whether a seat, one's own unless told, may speak and show: an observer watches, a technician looks after the line. */
export function hasVoice(meeting: MeetingState, { id, role }: Seat = ownSeat(meeting)): boolean {
	return (role !== 'captioner' && role !== 'observer' && role !== 'technician') || isChair(meeting, id);
}

/** Whether a seat, one's own unless told, may have the floor. The voice of who works in a booth is the booth's. */
export function mayHaveFloor(meeting: MeetingState, seat: Seat = ownSeat(meeting)): boolean {
	return hasVoice(meeting, seat) && !boothOf(meeting, seat.id);
}

/** Whether one looks after channels and booths: the chair does, and who looks after the line. */
export function looksAfterBooths(meeting: MeetingState): boolean {
	return isChair(meeting, meeting.you) || ownSeat(meeting).role === 'technician';
}

/** The caucus that a seat, one's own unless told, is in. */
export function caucusOf(meeting: MeetingState, id: SeatId = meeting.you): CaucusView | undefined {
	return meeting.caucuses.find(({ inside }) => inside.includes(id));
}

/** Whether two people, one of them oneself unless told, see and hear each other: both in no caucus, or in the same. */
export function inSameRoom(meeting: MeetingState, id: SeatId, other: SeatId = meeting.you): boolean {
	return caucusOf(meeting, id)?.caucus === caucusOf(meeting, other)?.caucus;
}

/** The caucuses to which one was called by somebody else and is not in; none while one is in another. */
export function callsToYou(meeting: MeetingState): readonly CaucusView[] {
	if (caucusOf(meeting)) return [];
	return meeting.caucuses.filter(({ called }) => called[0] !== meeting.you && called.includes(meeting.you));
}

/** Who may be called to a caucus: everybody else at the table who receives what is said. */
export function mayBeCalled(meeting: MeetingState): readonly Tile[] {
	return allSeats(meeting)
		.filter(({ seat }) => seat.id !== meeting.you && seat.role !== 'technician' && !caucusOf(meeting, seat.id))
		.map(({ seat, delegation }) => tile(meeting, seat, delegation))
		.filter(({ presence }) => presence.state === 'here' || presence.state === 'reconnecting');
}

function whereaboutsOf(meeting: MeetingState, id: SeatId): Whereabouts {
	if (inSameRoom(meeting, id)) return 'same_room';
	return caucusOf(meeting) ? 'called' : 'in_caucus';
}

/**
 * Everybody at the table one sits at: all, or who was called to the caucus one is in. Who works in a booth sits there, and who
 * writes captions sits aside.
 */
function isAtTable(meeting: MeetingState, id: SeatId): boolean {
	const caucus = caucusOf(meeting);
	if (seatOf(meeting, id)?.role === 'captioner' && !isChair(meeting, id)) return false;
	return !boothOf(meeting, id) && (!caucus || caucus.called.includes(id));
}

/** The source of that kind which a seat publishes now. */
export function sourceOf(meeting: MeetingState, id: SeatId, kind: SourceKind): SourceId | undefined {
	return meeting.sources.find((source) => source.seat === id && source.kind === kind)?.id;
}

/** Of those who are here, or were a moment ago; who is coming back is taken to be as before. */
function devicesOf(meeting: MeetingState, id: SeatId): Devices | undefined {
	const presence = presenceOf(meeting, id);
	if (presence.state === 'here') return presence.devices;
	if (presence.state !== 'reconnecting') return undefined;
	return meeting.devices[id] ?? { microphone: true, camera: true };
}

function tile(meeting: MeetingState, seat: Seat, delegation: Delegation | undefined): Tile {
	const presence = presenceOf(meeting, seat.id);
	const here = devicesOf(meeting, seat.id);
	const place = meeting.floor.queue.indexOf(seat.id);
	const whereabouts = whereaboutsOf(meeting, seat.id);
	const camera = here?.camera && whereabouts === 'same_room' ? sourceOf(meeting, seat.id, 'camera') : undefined;
	/** The floor is the plenary's: in a caucus nobody has it or waits for it. */
	const plenary = caucusOf(meeting) === undefined;
	return {
		seat,
		delegation,
		you: seat.id === meeting.you,
		presence,
		departed: meeting.departed.includes(seat.id),
		camera,
		muted: here !== undefined && !here.microphone,
		speaking: meeting.speaking.includes(seat.id) && here?.microphone === true && whereabouts === 'same_room',
		hasFloor: plenary && meeting.floor.holder?.[0] === seat.id,
		place: plenary && place >= 0 ? place + 1 : undefined,
		chair: isChair(meeting, seat.id),
		whereabouts,
		whispering: meeting.whispering.includes(seat.id),
		// Of a connection that is lost, what was last said of it is no longer true.
		quality: presence.state === 'here' && whereabouts === 'same_room' ? meeting.quality[seat.id] : undefined,
		reduced: camera !== undefined && meeting.reduced.some((mid) => meeting.slots[mid] === camera),
	};
}

/**
 * The order of the alternat: each side finds itself first, the others follow in the agreed order, beginning after it.
 * The secretariat sees the agreed order.
 */
export function inAlternatOrder(meeting: MeetingState): readonly Delegation[] {
	const sides = meeting.plan.delegations;
	const own = sides.findIndex((side) => side.seats.some((seat) => seat.id === meeting.you));
	return own <= 0 ? sides : [...sides.slice(own), ...sides.slice(0, own)];
}

/** The sides in alternat order, each with its tiles; in a caucus, of who was called to it. */
export function sides(meeting: MeetingState): readonly Side[] {
	return inAlternatOrder(meeting).flatMap((delegation) => {
		const seated = delegation.seats.filter((seat) => isAtTable(meeting, seat.id));
		const tiles = seated.map((seat) => tile(meeting, seat, delegation));
		const principal = tiles.find(({ seat }) => seat.role === 'principal') ?? tiles[0];
		if (!principal) return [];
		const own = tiles.some(({ you }) => you);
		return [{ delegation, own, principal, advisers: tiles.filter((other) => other !== principal) }];
	});
}

/** The tiles of the secretariat. */
export function secretariat(meeting: MeetingState): readonly Tile[] {
	const seated = meeting.plan.secretariat.filter((seat) => isAtTable(meeting, seat.id));
	return seated.map((seat) => tile(meeting, seat, undefined));
}

/** The own delegation's tiles for the lobby; the secretariat's for its members. */
export function lobbyTiles(meeting: MeetingState): readonly Tile[] {
	const own = delegationOf(meeting, meeting.you);
	return own ? own.seats.map((seat) => tile(meeting, seat, own)) : secretariat(meeting);
}

/** Who asked for the floor, first come first. */
export function queue(meeting: MeetingState): readonly Tile[] {
	return meeting.floor.queue.flatMap((id) => {
		const found = allSeats(meeting).find(({ seat }) => seat.id === id);
		return found ? [tile(meeting, found.seat, found.delegation)] : [];
	});
}

/** Who may be given the floor without having asked for it: everybody else who is here and may have it. */
export function mayBeGiven(meeting: MeetingState): readonly Tile[] {
	return allSeats(meeting)
		.filter(({ seat }) => mayHaveFloor(meeting, seat))
		.map(({ seat, delegation }) => tile(meeting, seat, delegation))
		.filter(({ presence, hasFloor, place }) => presence.state === 'here' && !hasFloor && place === undefined)
		.filter(({ seat }) => !caucusOf(meeting, seat.id));
}

/** Who speaks, and since when by the server's clock. */
export function speaker(meeting: MeetingState): { tile: Tile; since: WallTime } | undefined {
	const holder = meeting.floor.holder;
	if (!holder) return undefined;
	const found = allSeats(meeting).find(({ seat }) => seat.id === holder[0]);
	return found && { tile: tile(meeting, found.seat, found.delegation), since: holder[1] };
}

/** The screen shared last; earlier ones come back when it is closed. */
export function sharedDocument(meeting: MeetingState): SharedDocument | undefined {
	const source = meeting.sources.findLast(({ kind, seat }) => kind === 'screen' && inSameRoom(meeting, seat));
	const by = source && seatOf(meeting, source.seat);
	if (!source || !by) return undefined;
	return { source: source.id, by, you: by.id === meeting.you, presence: presenceOf(meeting, by.id) };
}

/** Each delegation's readiness, in alternat order. */
export function readiness(meeting: MeetingState): readonly Readiness[] {
	const phase = meeting.phase;
	return inAlternatOrder(meeting).map((delegation) => ({
		delegation,
		own: delegation.seats.some((seat) => seat.id === meeting.you),
		ready: phase.state !== 'lobby' || phase.ready.includes(delegation.id),
	}));
}

/** The items of the agenda, with the one under discussion marked. */
export function agenda(meeting: MeetingState): readonly { item: AgendaItem; open: boolean }[] {
	return meeting.plan.agenda.map((item) => ({ item, open: item.id === meeting.agenda }));
}

/** What this person may do now. */
export function rights(meeting: MeetingState): Rights {
	const you = meeting.you;
	// Who comes back keeps what was allowed before: the server waits with its answer, and no button flickers.
	const { state } = presenceOf(meeting, you);
	const here = state === 'here' || state === 'reconnecting';
	const plenary = here && meeting.phase.state === 'plenary' && meeting.revealed;
	const raised = meeting.floor.queue.includes(you);
	const speaking = meeting.floor.holder?.[0] === you;
	// Who is in a caucus is not at the table.
	const away = caucusOf(meeting) !== undefined;
	const preside = plenary && isChair(meeting, you) && !away;
	const speaks = hasVoice(meeting);
	const others = delegationOf(meeting, you)?.seats ?? meeting.plan.secretariat;
	return {
		ready: here && meeting.phase.state === 'lobby' && ownSeat(meeting).role === 'principal',
		raiseHand: plenary && mayHaveFloor(meeting) && !raised && !speaking && !away,
		lowerHand: plenary && raised,
		yieldFloor: plenary && speaking,
		giveFloor: preside,
		preside,
		endSummit: here && meeting.phase.state !== 'ended' && isChair(meeting, you),
		shareScreen: plenary && speaks,
		openCaucus: plenary && speaks && !away,
		leaveCaucus: plenary && away,
		whisper: plenary && speaks && !away && others.length > 1,
		lookAfterBooths: plenary && looksAfterBooths(meeting),
		setInterpretationMode: plenary && isChair(meeting, you),
	};
}

/** All sources, in the order of their seats: the alternat's, so that no side is favoured on all screens. */
export function inSeatOrder(meeting: MeetingState): readonly SourceId[] {
	const seats = [...inAlternatOrder(meeting).flatMap((side) => side.seats), ...meeting.plan.secretariat];
	return seats.flatMap(({ id }) => meeting.sources.filter(({ seat }) => seat === id).map((source) => source.id));
}

/** Whether one of these was asked for and is not answered yet. */
export function isAsked(state: State, ...actions: readonly Action[]): boolean {
	const texts = new Set(actions.map((action) => JSON.stringify(action)));
	return state.pending.some(({ action }) => texts.has(JSON.stringify(action)));
}

/** How many other people may ever show a camera at the table. */
export function othersWithCamera(meeting: MeetingState): number {
	return allSeats(meeting).filter(({ seat }) => seat.id !== meeting.you && mayHaveFloor(meeting, seat)).length;
}

/**
 * Whether that source may be heard on this screen now. The server sends the other sides from a second before the
 * reveal, so that all is there at its instant; until then only one's own side is heard. Between the plenary and a
 * caucus nothing is heard either way.
 */
export function mayHear(meeting: MeetingState, id: SourceId): boolean {
	const source = meeting.sources.find((known) => known.id === id);
	if (!source) return meeting.revealed && !caucusOf(meeting);
	if (meeting.revealed) return inSameRoom(meeting, source.seat);
	return delegationOf(meeting, source.seat)?.id === delegationOf(meeting, meeting.you)?.id;
}

/** The cameras that will be on the screen at the reveal; none once it has come, or while it is not decided. */
export function camerasAtReveal(meeting: MeetingState): readonly SourceId[] {
	if (meeting.phase.state !== 'plenary' || meeting.revealed) return [];
	const others = meeting.sources.filter(
		({ kind, seat }) => kind === 'camera' && seat !== meeting.you && !boothOf(meeting, seat),
	);
	return others.map(({ id }) => id);
}
