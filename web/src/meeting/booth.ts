/** What an interpreter's console shows and may ask for, derived from the meeting: the server's rules told again. Pure. */
import { BOOTH_SILENT_MS, isSameLanguage } from '../audio/blend';
import type {
	Booth,
	BoothView,
	Handover,
	Language,
	SeatId,
	Source,
	SourceId,
	SummitPlan,
	WallTime,
} from '../wire/types';
import { boothOf, carrierOf, channelsOf, isOpen, liveIn, speakerOf, spokenBy } from './interpretation';
import { isConsecutive, renderer } from './listening';
import { caucusOf, inSameRoom, presenceOf } from './selectors';
import type { Action, MeetingState } from './state';

/** Where a sound in a booth comes from. */
export type Heard = 'floor' | 'relay' | 'partner';

/** How the own microphone is, for its lamp. `second`: it is open, and the partner is heard, who opened first. */
export type Lamp = 'open' | 'second' | 'waiting' | 'suspended' | 'closed' | 'shut';

/**
 * What must not go unnoticed in the booth: both microphones are open, nobody's is while the floor speaks, or it is open and
 * nothing is said while the floor speaks.
 */
export type Alarm = 'both' | 'nobody' | 'silent';

/** How long the cause of an alarm lasts before it is one, in milliseconds: a breath between two speakers is none. */
export const ALARM_AFTER_MS: Readonly<Record<Alarm, number>> = { both: 0, nobody: 1000, silent: BOOTH_SILENT_MS };

/** A handover that is counted down takes so long, in seconds. */
export const COUNTDOWN_S = 10;

const MINUTE_MS = 60_000;
/** A shift is nearly over, and it is over: what working rules of the profession ask for. */
const SHIFT_WARN_MS = 25 * MINUTE_MS;
const SHIFT_OVER_MS = 30 * MINUTE_MS;

/** How a booth was prepared. */
export function plannedBooth({ booths }: SummitPlan, { booth }: BoothView): Booth | undefined {
	return booths.find(({ id }) => id === booth);
}

/** Everybody else who works in the booth. */
export function partnersOf(meeting: MeetingState, booth: BoothView): readonly SeatId[] {
	return booth.interpreters.filter((seat) => seat !== meeting.you);
}

/** Who could take over, or could be taken over from: the partner whose microphone is open in this room, else one who is here. */
export function reliefOf(meeting: MeetingState, booth: BoothView): SeatId | undefined {
	const near = partnersOf(meeting, booth).filter(
		(seat) => presenceOf(meeting, seat).state === 'here' && inSameRoom(meeting, seat),
	);
	return near.find((seat) => isOpen(booth, seat)) ?? near[0];
}

/** The microphones of the booth that are open in the room where one is, the first one opened first. */
export function openHere(meeting: MeetingState, { open }: BoothView): readonly SeatId[] {
	return open.map(({ seat }) => seat).filter((seat) => inSameRoom(meeting, seat));
}

/**
 * Whether a booth that works into `outgoing` from `relay` would hear itself: following what every booth takes relay from leads
 * back to a language that was passed. A booth that is shut counts.
 */
export function wouldLoop(
	meeting: MeetingState,
	{ booth }: BoothView,
	outgoing: Language,
	relay: Language | null,
): boolean {
	const [passed, next] = [new Set([outgoing]), relay === null ? [] : [relay]];
	for (let channel = next.pop(); channel !== undefined; channel = next.pop()) {
		if (channel === outgoing) return true;
		if (passed.has(channel)) continue;
		passed.add(channel);
		for (const other of meeting.interpretation.booths) {
			if (other.booth !== booth && other.outgoing === channel && other.relay !== null) next.push(other.relay);
		}
	}
	return false;
}

/** What the booth takes relay from, and what it hears by the rule: null is the floor. */
export interface Incoming {
	readonly wanted: Language | null;
	readonly heard: Language | null;
	/** The interpreter who is heard; none on the floor. */
	readonly by: SeatId | undefined;
}

/** What the booth hears: what it asked for, else the first pivot of the plan that is carried, else the floor. */
export function incomingOf(meeting: MeetingState, booth: BoothView): Incoming {
	const wanted = booth.relay;
	if (wanted === null) return { wanted, heard: null, by: undefined };
	for (const channel of [wanted, ...(plannedBooth(meeting.plan, booth)?.relay ?? [])]) {
		const carrier = carrierOf(meeting, channel, meeting.you);
		if (carrier && !wouldLoop(meeting, booth, booth.outgoing, channel)) {
			return { wanted, heard: channel, by: carrier.seat };
		}
	}
	return { wanted, heard: null, by: undefined };
}

/** The other booths that take relay from this one. */
export function takersOf(meeting: MeetingState, booth: BoothView): readonly BoothView[] {
	const others = meeting.interpretation.booths.filter((other) => other.booth !== booth.booth);
	return others.filter(({ relay }) => relay === booth.outgoing);
}

/** What a key of the incoming side selects; null is the floor. */
export type Preset = Language | null;

/** The three keys: what was assigned where that still can be had, else the floor and the best two pivots. */
export function presetsOf(
	meeting: MeetingState,
	booth: BoothView,
	assigned: Readonly<Record<number, Preset | undefined>>,
): readonly Preset[] {
	const planned = plannedBooth(meeting.plan, booth);
	const others = channelsOf(meeting.plan).filter((channel) => !planned?.languages.includes(channel));
	const pivots = (planned?.relay ?? []).filter((channel) => others.includes(channel));
	const usual: readonly Preset[] = [null, ...new Set([...pivots, ...others])];
	return [0, 1, 2].flatMap((place) => {
		const wish = assigned[place];
		if (wish === null || (wish !== undefined && channelsOf(meeting.plan).includes(wish))) return [wish];
		return usual.slice(place, place + 1);
	});
}

/** How the own microphone is. */
export function lampOf(meeting: MeetingState, booth: BoothView): Lamp {
	if (!isOpen(booth, meeting.you)) return 'shut';
	if (booth.suspended) return 'suspended';
	if (meeting.interpretation.closed.includes(booth.outgoing)) return 'closed';
	if (liveIn(meeting, booth, meeting.you) !== meeting.you) return 'second';
	// In consecutive mode nobody but the partner hears it until the speaker has passed the turn, and then one does for everybody.
	return isConsecutive(meeting) && renderer(meeting)?.seat !== meeting.you ? 'waiting' : 'open';
}

/** Whether anybody in the room speaks who is no interpreter. */
function floorSpeaks(meeting: MeetingState): boolean {
	return meeting.speaking.some((seat) => inSameRoom(meeting, seat) && !boothOf(meeting, seat));
}

/** Why there is an alarm, or will be one where it lasts (see {@link ALARM_AFTER_MS}). */
export function alarmOf(meeting: MeetingState, booth: BoothView): Alarm | undefined {
	const open = openHere(meeting, booth);
	if (open.length > 1) return 'both';
	if (booth.suspended || !floorSpeaks(meeting) || meeting.interpretation.mode === 'consecutive') return undefined;
	// Into the language that is spoken there is nothing to interpret.
	const speaker = speakerOf(meeting);
	const spoken = speaker === undefined ? undefined : spokenBy(meeting, speaker);
	if (spoken !== undefined && isSameLanguage(spoken, booth.outgoing)) return undefined;
	const [first] = open;
	if (first === undefined) return 'nobody';
	return meeting.interpreting.includes(first) ? undefined : 'silent';
}

/** How long the own microphone has been open, and what that means; none while it is shut. */
export function shiftOf(
	booth: BoothView,
	seat: SeatId,
	now: WallTime,
): { readonly length: number; readonly state: 'working' | 'nearly_over' | 'over' } | undefined {
	const since = booth.open.find((open) => open.seat === seat)?.since;
	if (since === undefined) return undefined;
	const length = Math.max(0, now - since);
	const state = length >= SHIFT_OVER_MS ? 'over' : length >= SHIFT_WARN_MS ? 'nearly_over' : 'working';
	return { length, state };
}

/** Where a handover is, as seen by who looks at it. */
export type HandoverState =
	| { readonly kind: 'none' }
	/** Somebody else of the booth: there is nothing to do for oneself. */
	| { readonly kind: 'others' }
	/** The partner asks; `takes`: oneself would work then. */
	| { readonly kind: 'asked'; readonly takes: boolean }
	| { readonly kind: 'asking'; readonly takes: boolean }
	/** It happens by itself in so many milliseconds. */
	| { readonly kind: 'counting'; readonly takes: boolean; readonly left: number; readonly own: boolean };

/** Where the booth's handover is at `now`, by the server's clock. */
export function handoverOf({ handover }: BoothView, you: SeatId, now: WallTime): HandoverState {
	if (!handover) return { kind: 'none' };
	if (handover.from !== you && handover.to !== you) return { kind: 'others' };
	const [takes, own] = [handover.to === you, handover.by === you];
	if (handover.at !== null) return { kind: 'counting', takes, own, left: Math.max(0, handover.at - now) };
	return { kind: own ? 'asking' : 'asked', takes };
}

/** How to hand over: when the partner accepts, after a countdown, or at once. */
export type HandoverWish = 'ask' | 'count' | 'now';

const isOthers = ({ by }: Handover, you: SeatId): boolean => by !== you;

/** What to ask the server for, in this order; nothing where there is nobody to hand over to or to take over from. */
export function handoverActions(meeting: MeetingState, booth: BoothView, wish: HandoverWish): readonly Action[] {
	const { handover } = booth;
	const { you } = meeting;
	if (handover && handover.from !== you && handover.to !== you) return [];
	if (handover && isOthers(handover, you) && wish !== 'count') return [{ type: 'booth.handover_accept' }];
	if (handover && wish !== 'now') return [];
	const [first] = openHere(meeting, booth);
	const to = first === you ? reliefOf(meeting, booth) : you;
	if (first === undefined || to === undefined) return [];
	const after = wish === 'ask' ? null : wish === 'count' ? COUNTDOWN_S : 0;
	const begin: Action = { type: 'booth.handover', to, after };
	// One that was asked for waits for its answer: it is taken back, and made at once.
	return handover ? [{ type: 'booth.handover_end' }, begin] : [begin];
}

/** How a sound is placed in the interpreter's ear; `gain` is 0 while something else is heard in its place. */
export interface Placed {
	readonly as: Heard;
	readonly gain: number;
}

/** How each sound is placed for who works in that booth. On relay the floor is silent: two voices at once help nobody. */
export function placedFor(meeting: MeetingState, booth: BoothView): (source: SourceId) => Placed | undefined {
	const sources = new Map(meeting.sources.map((source) => [source.id, source]));
	const { by } = incomingOf(meeting, booth);
	const floor: Placed = { as: 'floor', gain: by === undefined ? 1 : 0 };
	return (id) => {
		const source = sources.get(id);
		return source && placed(meeting, booth, source, by, floor);
	};
}

function placed(
	meeting: MeetingState,
	booth: BoothView,
	{ seat, kind }: Source,
	by: SeatId | undefined,
	floor: Placed,
): Placed {
	if (kind !== 'microphone') return floor;
	if (booth.interpreters.includes(seat)) return { as: 'partner', gain: 1 };
	if (seat === by) return { as: 'relay', gain: 1 };
	// Another booth that renders for everybody is heard as the floor is.
	return boothOf(meeting, seat) ? { as: 'floor', gain: 1 } : floor;
}

/** Whether one works in a booth, and with which one: then the console is shown in the place of the room. */
export function ownBooth(meeting: MeetingState): BoothView | undefined {
	return boothOf(meeting, meeting.you);
}

/** Whom one hears now: who has the floor, else whose voice is the loudest; no interpreter. */
export function floorSpeaker(meeting: MeetingState): SeatId | undefined {
	const holder = meeting.floor.holder?.[0];
	if (holder !== undefined && caucusOf(meeting) === undefined) return holder;
	return meeting.speaking.find((seat) => inSameRoom(meeting, seat) && !boothOf(meeting, seat));
}
