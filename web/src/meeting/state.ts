/**
 * The meeting as this page knows it: one immutable value, made by `reduce` from what the session tells it.
 * What views derive from it (tiles, queue, who may do what) is in `selectors.ts`; nothing here touches the network.
 */
import type {
	AgendaItemId,
	Bye,
	CaucusView,
	Devices,
	BoothSignal,
	FloorView,
	InterpretationView,
	Language,
	Mid,
	Phase,
	Presence,
	Quality,
	Refusal,
	Request,
	RequestId,
	SeatId,
	Sequence,
	ServerMessage,
	Source,
	SourceId,
	SummitId,
	SummitPlan,
	WallTime,
} from '../wire/types';

/** Why a person cannot go on; each has its page with what to do about it. */
export type Problem =
	/** There is no link in the address and no session in this tab. */
	| 'no_link'
	/** The link was withdrawn, has expired, or never was one. */
	| 'link_refused'
	/** Too many tries; wait a moment. */
	| 'too_many'
	/** The server cannot work now; trying again may help. */
	| 'unavailable'
	/** The server cannot be reached. */
	| 'network'
	/** Page and server are of different versions; reload. */
	| 'protocol'
	/** Page and server did not understand each other. */
	| 'malformed'
	/** The seat went on at another device. */
	| 'taken_over'
	/** A party has not signed the manifest yet. */
	| 'not_agreed'
	/** The browser lacks what a meeting needs (WebRTC with encoded transforms, or a secure context). */
	| 'browser'
	/** Something left that was not sealed, and everything was stopped. */
	| 'bypassed';

/** Where a person is on the way through the product; each stage is one view. */
export type Stage =
	| { readonly name: 'opening' }
	| { readonly name: 'problem'; readonly problem: Problem }
	| { readonly name: 'seat_taken'; readonly device: string; readonly since: WallTime }
	| { readonly name: 'preflight' }
	| { readonly name: 'lobby' }
	| { readonly name: 'plenary' }
	| { readonly name: 'ended' }
	| { readonly name: 'left' };

/** The wire to the server. `lost` means: coming back by itself. */
export type Connection = 'connecting' | 'open' | 'lost';

/** What a person can ask for with a button. */
export type Action = Extract<
	Request,
	{
		type:
			| 'lobby.ready'
			| 'floor.raise'
			| 'floor.lower'
			| 'floor.give'
			| 'floor.yield'
			| 'agenda.open'
			| 'caucus.open'
			| 'caucus.enter'
			| 'caucus.leave'
			| 'pair.open'
			| 'whisper'
			| 'booth.assign'
			| 'booth.microphone'
			| 'booth.outgoing'
			| 'booth.relay'
			| 'booth.handover'
			| 'booth.handover_accept'
			| 'booth.handover_end'
			| 'booth.suspend'
			| 'booth.resume'
			| 'booth.signal'
			| 'channel.set'
			| 'channel.listen'
			| 'interpretation.mode'
			| 'interpretation.turn'
			| 'seat.speaks'
			| 'summit.end';
	}
>;

/** What a person must be told about something asked for. */
export type Notice = { readonly id: RequestId; readonly action: Action['type'] } & (
	| { readonly kind: 'refused'; readonly why: Refusal }
	/** The connection was away too long: it was not sent, so it was not done. */
	| { readonly kind: 'not_done' }
	/** The connection was lost before the answer, and too long: the meeting as shown is what counts. */
	| { readonly kind: 'uncertain' }
);

/** The summit as this participant may see it. */
export interface MeetingState {
	readonly summit: SummitId;
	readonly you: SeatId;
	readonly plan: SummitPlan;
	readonly phase: Phase;
	/** The last event this state contains. */
	readonly sequence: Sequence;
	/** Absent seats, and those not visible yet, are left out. */
	readonly presence: Readonly<Record<SeatId, Presence>>;
	/** Who was here while this page watched, and is gone. */
	readonly departed: readonly SeatId[];
	/** Camera and microphone of those who are here, and of those who were a moment ago and are coming back. */
	readonly devices: Readonly<Record<SeatId, Devices>>;
	readonly floor: FloorView;
	readonly agenda: AgendaItemId | null;
	/** Booths and channels. */
	readonly interpretation: InterpretationView;
	/** Which interpreters' voices are heard now. */
	readonly interpreting: readonly SeatId[];
	/** How many listen to each channel; told to booths, chairs and technicians. */
	readonly audience: Readonly<Record<Language, number>>;
	/** The last word from a booth to who speaks, and when it came, by this computer's clock. */
	readonly signal: { readonly signal: BoothSignal; readonly at: number } | null;
	/** The caucuses that are open, the oldest first. */
	readonly caucuses: readonly CaucusView[];
	/** Who of the own party whispers to it. */
	readonly whispering: readonly SeatId[];
	readonly sources: readonly Source[];
	/** Whose voice is heard now, loudest first. */
	readonly speaking: readonly SeatId[];
	readonly quality: Readonly<Record<SeatId, Quality>>;
	/** What each receiving m-line carries. */
	readonly slots: Readonly<Record<Mid, SourceId>>;
	/** Those whose picture does not come, because the line is too narrow. */
	readonly paused: readonly Mid[];
	/** Those whose picture comes smaller than its tile, for the same reason. */
	readonly reduced: readonly Mid[];
	/** The instant of the reveal has come on this screen. */
	readonly revealed: boolean;
}

/** Everything the page knows. */
/** Good-byes that are not for good. */
export type Passing = Extract<Bye, 'restart' | 'too_slow'>;

export interface State {
	readonly connection: Connection;
	/** Since when the connection is lost, by this computer's clock. */
	readonly lostAt: number | null;
	/** What the server said when it ended a connection that comes back by itself; until it is back. */
	readonly lostBecause: Passing | null;
	/** The server's clock minus this computer's, in milliseconds. */
	readonly clockOffset: number;
	/** The person pressed "Join" (in this page or before a reload of it). */
	readonly entered: boolean;
	/** The person pressed "Leave". */
	readonly left: boolean;
	/** The summit is over, even if this page never saw it. */
	readonly over: boolean;
	readonly problem: Problem | null;
	readonly seatTaken: { readonly device: string; readonly since: WallTime } | null;
	/** None until the link was exchanged. */
	readonly meeting: MeetingState | null;
	/** What was asked for and is not answered yet. */
	readonly pending: readonly { readonly id: RequestId; readonly action: Action }[];
	readonly notices: readonly Notice[];
}

/** What changes the state. `at` is always this computer's clock, in milliseconds since 1970. */
export type Input =
	| { readonly type: 'arrived'; readonly summit: SummitId; readonly you: SeatId; readonly plan: SummitPlan }
	| { readonly type: 'message'; readonly message: ServerMessage; readonly at: number }
	| { readonly type: 'connection'; readonly connection: Connection; readonly at: number }
	| { readonly type: 'clock'; readonly offset: number; readonly at: number }
	| { readonly type: 'tick'; readonly at: number }
	/** The server agreed to a new media connection; what its m-lines carry is said next. */
	| { readonly type: 'media_renewed' }
	| { readonly type: 'entered' }
	| { readonly type: 'left' }
	| { readonly type: 'returned' }
	| { readonly type: 'problem'; readonly problem: Problem | null }
	| { readonly type: 'asked'; readonly id: RequestId; readonly action: Action }
	| { readonly type: 'given_up'; readonly id: RequestId; readonly sent: boolean }
	| { readonly type: 'dismissed'; readonly id: RequestId };

/** What the page knows when it opens. */
export const initial: State = {
	connection: 'connecting',
	lostAt: null,
	lostBecause: null,
	clockOffset: 0,
	entered: false,
	left: false,
	over: false,
	problem: null,
	seatTaken: null,
	meeting: null,
	pending: [],
	notices: [],
};
