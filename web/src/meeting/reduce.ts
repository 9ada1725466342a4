/**
 * The one place where the page's state changes: `reduce(state, input)` is pure and total. An input that makes no sense
 * (an event already known, a message before the welcome) changes nothing.
 */
import type {
	Bye,
	CaucusView,
	Delivery,
	Event,
	MeetingView,
	Mid,
	Phase,
	Presence,
	ServerMessage,
	Slot,
	SummitPlan,
	WallTime,
} from '../wire/types';
import {
	foldInterpretation,
	freeFloor,
	givenFloor,
	isSuspended,
	noInterpretation,
	standingFloor,
} from './interpretation';
import type { Input, MeetingState, Notice, Problem, Stage, State } from './state';

/** The state after `input`. */
export function reduce(state: State, input: Input): State {
	switch (input.type) {
		case 'arrived':
			return { ...state, problem: null, meeting: emptyMeeting(input.summit, input.you, input.plan) };
		case 'message':
			return afterMessage(state, input.message, input.at);
		case 'connection':
			return afterConnection(state, input.connection, input.at);
		case 'clock':
			return reveal({ ...state, clockOffset: input.offset }, input.at);
		case 'tick':
			return reveal(state, input.at);
		case 'media_renewed':
			return { ...state, meeting: state.meeting && { ...state.meeting, slots: {}, paused: [], reduced: [] } };
		case 'entered':
			return { ...state, entered: true };
		case 'left':
			return { ...state, left: true, pending: [] };
		case 'returned':
			return { ...state, left: false, entered: false };
		case 'problem':
			return { ...state, problem: input.problem };
		case 'asked':
			return { ...state, pending: [...state.pending, { id: input.id, action: input.action }] };
		case 'given_up':
			return afterGivenUp(state, input.id, input.sent);
		case 'dismissed':
			return { ...state, notices: state.notices.filter(({ id }) => id !== input.id) };
	}
}

/** Which view is shown. */
export function stageOf(state: State): Stage {
	if (state.problem) return { name: 'problem', problem: state.problem };
	if (state.left) return { name: 'left' };
	if (state.over || state.meeting?.phase.state === 'ended') return { name: 'ended' };
	if (state.seatTaken) return { name: 'seat_taken', ...state.seatTaken };
	if (!state.meeting) return { name: 'opening' };
	if (!state.entered) return { name: 'preflight' };
	return { name: state.meeting.phase.state === 'plenary' && state.meeting.revealed ? 'plenary' : 'lobby' };
}

/** When this computer's clock will show the reveal, while it is still ahead. */
export function revealDueAt(state: State): number | undefined {
	const meeting = state.meeting;
	if (!meeting || meeting.revealed || meeting.phase.state !== 'plenary') return undefined;
	return meeting.phase.revealed_at - state.clockOffset;
}

function emptyMeeting(summit: string, you: string, plan: SummitPlan): MeetingState {
	return {
		summit,
		you,
		plan,
		phase: { state: 'lobby', ready: [] },
		sequence: 0,
		presence: {},
		departed: [],
		devices: {},
		floor: freeFloor([]),
		agenda: null,
		interpretation: noInterpretation(plan),
		interpreting: [],
		audience: {},
		signal: null,
		caucuses: [],
		whispering: [],
		sources: [],
		speaking: [],
		quality: {},
		slots: {},
		paused: [],
		reduced: [],
		revealed: false,
	};
}

/** The plenary is shown once its instant has come by the server's clock, and stays. */
function reveal(state: State, at: number): State {
	const due = revealDueAt(state);
	if (!state.meeting || due === undefined || at < due) return state;
	return { ...state, meeting: { ...state.meeting, revealed: true } };
}

function afterConnection(state: State, connection: State['connection'], at: number): State {
	if (connection === state.connection) return state;
	const lostAt = connection === 'lost' ? (state.lostAt ?? at) : connection === 'open' ? null : state.lostAt;
	return { ...state, connection, lostAt };
}

function afterMessage(state: State, message: ServerMessage, at: number): State {
	switch (message.type) {
		case 'welcome':
			return afterWelcome(state, message, at);
		case 'seat_taken':
			return { ...state, seatTaken: { device: message.device, since: message.since } };
		case 'bye':
			return afterBye(state, message.reason, at);
		case 'reply':
			return afterReply(state, message);
		// What is sealed is no business of the meeting: the seal hears these by itself.
		case 'pong':
		case 'media.answer':
		case 'cert.issued':
		case 'cert.denied':
		case 'cert.waiting':
		case 'cert.revoked':
		case 'seal.groups':
		case 'seal.packages_wanted':
		case 'seal.suspect':
		case 'media.layers':
		case 'mls.wanted':
		case 'mls.committed':
		case 'mls.welcome':
		case 'mls.group_info':
		case 'mls.switch':
		case 'mls.void':
		case 'mls.app':
			return state;
		case 'event':
		case 'presence':
		case 'source.opened':
		case 'source.closed':
		case 'speaking':
		case 'quality':
		case 'whispering':
		case 'interpreting':
		case 'booth.signal':
		case 'channel.audience':
		case 'media.slots': {
			if (!state.meeting) return state;
			const meeting = afterNews(state.meeting, message, at);
			return meeting === state.meeting ? state : reveal({ ...state, meeting }, at);
		}
	}
}

function afterWelcome(state: State, welcome: Extract<ServerMessage, { type: 'welcome' }>, at: number): State {
	const { summit, you, plan, meeting: view, now, media } = welcome;
	const before = state.meeting;
	const meeting: MeetingState = {
		...emptyMeeting(summit, you, plan),
		...viewed(view, before),
		departed: before ? departedAfter(before, defined(view.presence)) : [],
		slots: media && before ? before.slots : {},
		paused: media && before ? before.paused : [],
		reduced: media && before ? before.reduced : [],
		revealed: (before?.revealed ?? false) && view.phase.state === 'plenary',
	};
	// Before the first pong the welcome is the best reading of the server's clock.
	const clockOffset = before && state.clockOffset !== 0 ? state.clockOffset : now - at;
	return reveal(
		{
			...state,
			connection: 'open',
			lostAt: null,
			lostBecause: null,
			problem: null,
			seatTaken: null,
			clockOffset,
			meeting,
		},
		at,
	);
}

function viewed(
	view: MeetingView,
	before: MeetingState | null,
): Omit<MeetingView, 'presence' | 'quality'> & Pick<MeetingState, 'presence' | 'devices' | 'quality'> {
	// The generated types make the values of maps optional; a map that came as JSON has none that are undefined.
	const presence = defined(view.presence);
	const devices = Object.entries(presence).reduce(
		(known, [seat, where]) => withDevices(known, seat, where),
		before?.devices ?? {},
	);
	return { ...view, presence, devices, quality: defined(view.quality) };
}

function defined<V>(map: { [key in string]?: V }): Record<string, V> {
	return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, V] => entry[1] !== undefined));
}

const PROBLEM_OF_BYE: Partial<Record<Bye, Problem>> = {
	link_refused: 'link_refused',
	malformed: 'malformed',
	protocol: 'protocol',
	taken_over: 'taken_over',
};

function afterBye(state: State, reason: Bye, at: number): State {
	if (reason === 'left') return { ...state, left: true };
	if (reason === 'ended') {
		return { ...state, over: true, meeting: state.meeting && ended(state.meeting, at + state.clockOffset) };
	}
	if (reason === 'restart' || reason === 'too_slow') return { ...state, lostBecause: reason };
	const problem = PROBLEM_OF_BYE[reason];
	return problem ? { ...state, problem } : state;
}

function ended(meeting: MeetingState, at: WallTime): MeetingState {
	if (meeting.phase.state === 'ended') return meeting;
	const over = {
		caucuses: [],
		whispering: [],
		interpreting: [],
		signal: null,
		sources: [],
		speaking: [],
		slots: {},
		paused: [],
		reduced: [],
	};
	return { ...meeting, ...over, phase: { state: 'ended', at } };
}

function afterReply(state: State, reply: Extract<ServerMessage, { type: 'reply' }>): State {
	const asked = state.pending.find(({ id }) => id === reply.id);
	if (!asked) return state;
	const pending = state.pending.filter(({ id }) => id !== reply.id);
	if (reply.outcome.result === 'done') return { ...state, pending };
	const notice: Notice = { id: reply.id, action: asked.action.type, kind: 'refused', why: reply.outcome.why };
	return { ...state, pending, notices: withNotice(state.notices, notice) };
}

function afterGivenUp(state: State, id: string, sent: boolean): State {
	const asked = state.pending.find((pending) => pending.id === id);
	if (!asked) return state;
	const pending = state.pending.filter((other) => other.id !== id);
	// The end was asked for and has come: there is nothing to tell.
	if (state.over && asked.action.type === 'summit.end') return { ...state, pending };
	const notice: Notice = { id, action: asked.action.type, kind: sent ? 'uncertain' : 'not_done' };
	return { ...state, pending, notices: withNotice(state.notices, notice) };
}

/** The same words are not said twice, one below the other: the later takes the place of the earlier. */
function withNotice(known: State['notices'], notice: Notice): State['notices'] {
	const why = (one: Notice): string => (one.kind === 'refused' ? one.why : '');
	const isSame = (one: Notice): boolean =>
		one.action === notice.action && one.kind === notice.kind && why(one) === why(notice);
	return [...known.filter((one) => !isSame(one)), notice];
}

type News = Extract<
	ServerMessage,
	{
		type:
			| 'event'
			| 'presence'
			| 'source.opened'
			| 'source.closed'
			| 'speaking'
			| 'quality'
			| 'whispering'
			| 'interpreting'
			| 'booth.signal'
			| 'channel.audience'
			| 'media.slots';
	}
>;

function afterNews(meeting: MeetingState, news: News, at: number): MeetingState {
	switch (news.type) {
		case 'event':
			if (news.sequence <= meeting.sequence) return meeting;
			return { ...afterEvent(interpreted(meeting, news.event, news.at), news.event, news.at), sequence: news.sequence };
		case 'presence': {
			const presence = withPresence(meeting.presence, news.seat, news.presence);
			return {
				...meeting,
				presence,
				departed: departedAfter(meeting, presence),
				devices: withDevices(meeting.devices, news.seat, news.presence),
				quality: withQuality(meeting.quality, news.seat, news.presence),
			};
		}
		case 'source.opened':
			return { ...meeting, sources: [...meeting.sources.filter(({ id }) => id !== news.source.id), news.source] };
		case 'source.closed':
			return { ...meeting, sources: meeting.sources.filter(({ id }) => id !== news.source) };
		case 'speaking':
			return { ...meeting, speaking: news.seats };
		case 'quality':
			return { ...meeting, quality: { ...meeting.quality, [news.seat]: news.quality } };
		case 'whispering':
			return { ...meeting, whispering: news.seats };
		case 'interpreting':
			return { ...meeting, interpreting: news.seats };
		case 'booth.signal':
			return { ...meeting, signal: { signal: news.signal, at } };
		case 'channel.audience':
			return { ...meeting, audience: defined(news.listeners) };
		case 'media.slots':
			return {
				...meeting,
				slots: withSlots(meeting.slots, news.slots),
				paused: withDelivery(meeting.paused, news.slots, 'paused'),
				reduced: withDelivery(meeting.reduced, news.slots, 'reduced'),
			};
	}
}

function withPresence(known: MeetingState['presence'], seat: string, presence: Presence): MeetingState['presence'] {
	const others = Object.entries(known).filter(([other]) => other !== seat);
	return Object.fromEntries(presence.state === 'absent' ? others : [...others, [seat, presence]]);
}

/** Who had come in and is absent now; who is somewhere again is no longer gone. */
function departedAfter(before: MeetingState, now: MeetingState['presence']): readonly string[] {
	const known = Object.entries(before.presence).filter(([, { state }]) => state !== 'arriving');
	const gone = new Set([...before.departed, ...known.map(([seat]) => seat)]);
	return [...gone].filter((seat) => now[seat] === undefined);
}

/** Whose connection is lost for a moment still has a camera, and its picture goes on. */
function withDevices(known: MeetingState['devices'], seat: string, presence: Presence): MeetingState['devices'] {
	if (presence.state === 'reconnecting') return known;
	const others = Object.entries(known).filter(([other]) => other !== seat);
	return Object.fromEntries(presence.state === 'here' ? [...others, [seat, presence.devices]] : others);
}

/** Who comes again comes on another line: what was said of the one before no longer holds. */
function withQuality(known: MeetingState['quality'], seat: string, presence: Presence): MeetingState['quality'] {
	if (presence.state !== 'absent' || known[seat] === undefined) return known;
	return Object.fromEntries(Object.entries(known).filter(([other]) => other !== seat));
}

function withSlots(known: MeetingState['slots'], changed: readonly Slot[]): MeetingState['slots'] {
	const mids = new Set(changed.map(({ mid }) => mid));
	const kept = Object.entries(known).filter(([mid]) => !mids.has(mid));
	const used = changed.flatMap(({ mid, source }) => (source === null ? [] : [[mid, source] as const]));
	return Object.fromEntries([...kept, ...used]);
}

/** The m-lines whose picture comes in that way. */
function withDelivery(known: readonly Mid[], changed: readonly Slot[], wanted: Delivery): readonly Mid[] {
	const mids = new Set(changed.map(({ mid }) => mid));
	const found = changed.filter(({ delivery }) => delivery === wanted);
	return [...known.filter((mid) => !mids.has(mid)), ...found.map(({ mid }) => mid)];
}

/** The same fold as the server's `Meeting::apply`. */
function afterEvent(meeting: MeetingState, event: Event, at: WallTime): MeetingState {
	const { floor } = meeting;
	switch (event.type) {
		case 'lobby.ready':
			return { ...meeting, phase: withReady(meeting.phase, event.delegation, event.ready) };
		case 'plenary.revealed':
			if (meeting.phase.state !== 'lobby') return meeting;
			return { ...meeting, phase: { state: 'plenary', revealed_at: event.at } };
		case 'floor.raised':
			if (floor.queue.includes(event.seat) || floor.holder?.[0] === event.seat) return meeting;
			return { ...meeting, floor: { ...floor, queue: [...floor.queue, event.seat] } };
		case 'floor.lowered':
			return { ...meeting, floor: { ...floor, queue: without(floor.queue, event.seat) } };
		case 'floor.given':
			return { ...meeting, floor: givenFloor(floor, event.seat, at, isSuspended(meeting.interpretation)) };
		case 'floor.yielded':
			return floor.holder?.[0] === event.seat ? { ...meeting, floor: freeFloor(floor.queue) } : meeting;
		case 'agenda.opened':
			return { ...meeting, agenda: event.item };
		case 'caucus.opened':
			return { ...meeting, caucuses: withCaucus(meeting.caucuses, event.caucus, event.called) };
		case 'caucus.entered':
			return { ...meeting, caucuses: withEntered(meeting.caucuses, event.caucus, event.seat) };
		case 'caucus.left':
			return { ...meeting, caucuses: withLeft(meeting.caucuses, event.caucus, event.seat) };
		case 'booth.assigned':
		case 'booth.microphone':
		case 'booth.outgoing':
		case 'booth.relay':
		case 'booth.handover':
		case 'booth.handed_over':
		case 'booth.handover_ended':
		case 'booth.suspended':
		case 'booth.resumed':
		case 'channel.set':
		case 'interpretation.mode':
		case 'interpretation.turn':
		case 'seat.speaks':
			return meeting;
		case 'summit.ended':
			return ended(meeting, at);
	}
}

/** What an event changes in the booths, and so in the speaker's clock. */
function interpreted(meeting: MeetingState, event: Event, at: WallTime): MeetingState {
	const interpretation = foldInterpretation(meeting.interpretation, event, at);
	if (interpretation === meeting.interpretation) return meeting;
	return { ...meeting, interpretation, floor: standingFloor(meeting.floor, isSuspended(interpretation), at) };
}

type Caucuses = readonly CaucusView[];

function withCaucus(known: Caucuses, caucus: string, called: string[]): Caucuses {
	return known.some((open) => open.caucus === caucus) ? known : [...known, { caucus, called, inside: [] }];
}

/** A person is in one caucus at most. */
function withEntered(known: Caucuses, caucus: string, seat: string): Caucuses {
	if (known.some(({ inside }) => inside.includes(seat))) return known;
	return known.map((open) => (open.caucus === caucus ? { ...open, inside: [...open.inside, seat] } : open));
}

/** The last one who comes back closes it; so does who gives it up before anybody went in. */
function withLeft(known: Caucuses, caucus: string, seat: string): Caucuses {
	return known.flatMap((open) => {
		if (open.caucus !== caucus) return [open];
		const inside = without(open.inside, seat);
		return inside.length === 0 ? [] : [{ ...open, inside }];
	});
}

function without<T>(list: readonly T[], item: T): T[] {
	return list.filter((other) => other !== item);
}

function withReady(phase: Phase, delegation: string, ready: boolean): Phase {
	if (phase.state !== 'lobby') return phase;
	const others = without(phase.ready, delegation);
	if (!ready) return { ...phase, ready: others };
	return phase.ready.includes(delegation) ? phase : { ...phase, ready: [...others, delegation] };
}
