/**
 * What a listener hears: the floor, or a channel with the floor under it, and why. Pure: what the person wishes, what the meeting is,
 * and how long the booth has said nothing come in; gains, words and troubles come out.
 */
import { BOOTH_SILENT_MS, blend, isSameLanguage } from '../audio/blend';
import type { Blend } from '../audio/blend';
import type { BoothId, Language, SeatId, Source, SuspensionReason } from '../wire/types';
import { boothOf, carrierOf, channelsOf, liveIn, roomOf, spokenBy } from './interpretation';
import { ownSeat } from './selectors';
import type { MeetingState } from './state';

/** What a person wishes to hear; remembered in the browser. */
export interface Wishes {
	/** The channel; null: the floor only; undefined: never chosen. */
	readonly channel: Language | null | undefined;
	/** Keep to the channel, whatever is spoken. */
	readonly locked: boolean;
	/** How loud the floor is under the channel, 0 to 1. */
	readonly floorLevel: number;
	/** What the person understands; undefined: what stands on the plate. */
	readonly understood: readonly Language[] | undefined;
}

/** Why a channel is not heard as it was chosen. */
export type ListeningTrouble =
	/** The booth has said nothing for seconds while the floor spoke. */
	| { readonly why: 'silent' }
	| { readonly why: 'suspended'; readonly reason: SuspensionReason }
	| { readonly why: 'closed' }
	/** Nobody's microphone is open in a booth that works into it. */
	| { readonly why: 'not_carried' };

/** What a listener hears now. */
export interface Hearing {
	/** The channel that was chosen; none: the floor only. */
	readonly choice: Language | undefined;
	readonly locked: boolean;
	readonly floorLevel: number;
	readonly understood: readonly Language[];
	/** Who speaks, and in what language. */
	readonly speaker: SeatId | undefined;
	readonly spoken: Language | undefined;
	/** Who is heard on the channel, or renders for everybody. */
	readonly interpreter: SeatId | undefined;
	readonly blend: Blend;
	/** The language in the listener's ear. */
	readonly language: Language | undefined;
	readonly trouble: ListeningTrouble | undefined;
}

/** How a channel is, in the room where one is. */
export interface ChannelState {
	readonly channel: Language;
	readonly state: 'live' | 'suspended' | 'closed' | 'not_carried';
	/** Who is heard on it. */
	readonly interpreter: SeatId | undefined;
	/** Why it is suspended. */
	readonly reason: SuspensionReason | undefined;
}

/** Whether one chooses what one hears: not in a booth, where the console does; not who receives nothing that is said. */
export function mayListen(meeting: MeetingState): boolean {
	const isInBooth = boothOf(meeting, meeting.you) !== undefined;
	return channelsOf(meeting.plan).length > 0 && !isInBooth && ownSeat(meeting).role !== 'technician';
}

/** How a channel is, in the room where one is. */
export function channelState(meeting: MeetingState, channel: Language): ChannelState {
	const known = { channel, interpreter: undefined, reason: undefined };
	if (meeting.interpretation.closed.includes(channel)) return { ...known, state: 'closed' };
	const carrier = carrierOf(meeting, channel, meeting.you);
	if (carrier) return { ...known, state: 'live', interpreter: carrier.seat };
	const suspended = meeting.interpretation.booths.find((booth) => booth.outgoing === channel && booth.suspended);
	if (suspended?.suspended) return { ...known, state: 'suspended', reason: suspended.suspended.reason };
	return { ...known, state: 'not_carried' };
}

/** All channels as they are, in the order of the plan. */
export function channelStates(meeting: MeetingState): readonly ChannelState[] {
	return channelsOf(meeting.plan).map((channel) => channelState(meeting, channel));
}

/** What one understands: what one said, else what stands on one's plate. */
export function understoodBy(meeting: MeetingState, { understood }: Wishes): readonly Language[] {
	return understood ?? ownSeat(meeting).languages;
}

/**
 * The channel that was chosen. Who never chose, or chose at another summit what there is not here, has the one in the first of their
 * languages: they hear the floor whenever they understand it.
 */
export function choiceOf(meeting: MeetingState, wishes: Wishes): Language | undefined {
	const { channel: wished } = wishes;
	if (wished === null) return undefined;
	const channels = channelsOf(meeting.plan);
	if (wished !== undefined && channels.includes(wished)) return wished;
	for (const own of understoodBy(meeting, wishes)) {
		const channel = channels.find((known) => isSameLanguage(known, own));
		if (channel !== undefined) return channel;
	}
	return undefined;
}

/** What comes after a choice, by one key: the floor, then each channel. */
export function nextChoice(meeting: MeetingState, choice: Language | undefined): Language | undefined {
	const channels = channelsOf(meeting.plan);
	return choice === undefined ? channels[0] : channels[channels.indexOf(choice) + 1];
}

/**
 * Who is to be heard: who has the floor, else whose voice is the loudest; oneself never. While it is quiet, who spoke last in this
 * room, so that nothing is turned up and down between two words.
 */
export function lastSpeaker(meeting: MeetingState, before: SeatId | undefined): SeatId | undefined {
	const room = roomOf(meeting, meeting.you);
	const isOther = (seat: SeatId): boolean => seat !== meeting.you && roomOf(meeting, seat) === room;
	const holder = meeting.floor.holder?.[0];
	if (holder !== undefined && room === undefined && isOther(holder)) return holder;
	return meeting.speaking.find(isOther) ?? (before !== undefined && isOther(before) ? before : undefined);
}

/** What is said is rendered afterwards, for everybody. A caucus is interpreted as ever. */
export function isConsecutive(meeting: MeetingState): boolean {
	return meeting.interpretation.mode === 'consecutive' && roomOf(meeting, meeting.you) === undefined;
}

/** Who renders now, in consecutive mode. */
export function renderer(meeting: MeetingState): { readonly seat: SeatId; readonly language: Language } | undefined {
	if (!isConsecutive(meeting) || meeting.interpretation.rendering === null) return undefined;
	const signed = new Set(meeting.plan.booths.filter((booth) => booth.signed).map(({ id }) => id));
	for (const booth of meeting.interpretation.booths) {
		const seat = signed.has(booth.booth) ? undefined : liveIn(meeting, booth, meeting.you);
		if (seat !== undefined) return { seat, language: booth.outgoing };
	}
	return undefined;
}

/** What a listener hears. `speaker`: of {@link lastSpeaker}. `boothSilent`: of {@link isSilent}. */
export function hearing(
	meeting: MeetingState,
	wishes: Wishes,
	speaker: SeatId | undefined,
	boothSilent: boolean,
): Hearing {
	const choice = choiceOf(meeting, wishes);
	const understood = understoodBy(meeting, wishes);
	const { locked, floorLevel } = wishes;
	const spoken = speaker === undefined ? undefined : spokenBy(meeting, speaker);
	const known = { choice, locked, floorLevel, understood, speaker, spoken };
	if (isConsecutive(meeting)) {
		const renders = renderer(meeting);
		const all: Blend = { floor: 1, channel: 1, heard: renders ? 'channel' : 'floor', instead: undefined };
		const language = renders?.language ?? spoken;
		return { ...known, interpreter: renders?.seat, blend: all, language, trouble: undefined };
	}
	const state = choice === undefined ? undefined : channelState(meeting, choice);
	// Of a language nothing is interpreted into itself: the floor is that channel then, for who keeps to it too.
	const isItself = spoken !== undefined && choice !== undefined && isSameLanguage(spoken, choice);
	const blended = blend({
		spoken,
		understood,
		chosen: choice,
		locked: locked && !isItself,
		carried: state?.state === 'live',
		boothSilent,
		floorLevel,
	});
	const understands = spoken !== undefined && understood.some((language) => isSameLanguage(language, spoken));
	const needsNone = isItself || (understands && !locked);
	return {
		...known,
		interpreter: state?.interpreter,
		blend: blended,
		language: blended.heard === 'channel' ? choice : spoken,
		trouble: needsNone || !state ? undefined : troubleOf(state, spoken, boothSilent),
	};
}

function troubleOf(
	{ state, reason }: ChannelState,
	spoken: Language | undefined,
	boothSilent: boolean,
): ListeningTrouble | undefined {
	if (state === 'suspended' && reason !== undefined) return { why: 'suspended', reason };
	if (state === 'closed') return { why: 'closed' };
	// While nobody speaks there is nothing to interpret.
	if (state === 'not_carried') return spoken === undefined ? undefined : { why: 'not_carried' };
	return boothSilent ? { why: 'silent' } : undefined;
}

/** How loud a source is for who hears that, 0 to 1. */
export function gainOf(meeting: MeetingState, now: Hearing | undefined, source: Source | undefined): number {
	if (!now || !source) return 1;
	if (source.kind !== 'microphone' || !boothOf(meeting, source.seat)) return now.blend.floor;
	// Who was heard on the channel before it was changed is not heard any more, though the sound may still come.
	return isConsecutive(meeting) || source.seat === now.interpreter ? now.blend.channel : 0;
}

/** Into which languages what a seat says is interpreted now, in the room where one is. */
export function interpretedInto(meeting: MeetingState, seat: SeatId): readonly Language[] {
	const spoken = spokenBy(meeting, seat);
	return channelStates(meeting)
		.filter(({ state, channel }) => state === 'live' && !(spoken !== undefined && isSameLanguage(channel, spoken)))
		.map(({ channel }) => channel);
}

/** Languages to choose among: those one speaks, those there are channels for, and those spoken here, each once. */
export function languagesHere(meeting: MeetingState): readonly Language[] {
	const { delegations, secretariat } = meeting.plan;
	const seats = [...delegations.flatMap((side) => side.seats), ...secretariat];
	const all = [
		...ownSeat(meeting).languages,
		...channelsOf(meeting.plan),
		...seats.flatMap(({ languages }) => languages),
	];
	return [...new Set(all)];
}

/** For how long the floor has spoken since the booth said its last word. */
export interface Silence {
	readonly booth: BoothId | undefined;
	/** Counted up to the last change, in milliseconds. */
	readonly spokenMs: number;
	/** Since when the floor speaks and the booth says nothing, by this computer's clock; none while it is quiet. */
	readonly since: number | null;
}

/** Nothing was said yet. */
export const NO_SILENCE: Silence = { booth: undefined, spokenMs: 0, since: null };

/** The silence of the booth that carries a channel, after the meeting became as it is. */
export function silenceAfter(
	before: Silence,
	meeting: MeetingState,
	channel: Language | undefined,
	at: number,
): Silence {
	const carrier = channel === undefined ? undefined : carrierOf(meeting, channel, meeting.you);
	if (!carrier) return NO_SILENCE;
	const { booth } = carrier.booth;
	const room = roomOf(meeting, meeting.you);
	const floorSpeaks = meeting.speaking.some((seat) => seat !== meeting.you && roomOf(meeting, seat) === room);
	const boothSpeaks = carrier.booth.interpreters.some((seat) => meeting.interpreting.includes(seat));
	// A booth does not interpret a language into itself.
	const speaker = lastSpeaker(meeting, undefined);
	const spoken = speaker === undefined ? undefined : spokenBy(meeting, speaker);
	const isItself = spoken !== undefined && channel !== undefined && isSameLanguage(spoken, channel);
	if (boothSpeaks || isItself) return { booth, spokenMs: 0, since: null };
	const known = before.booth === booth ? before : { ...NO_SILENCE, booth };
	// Between two words of the speaker the count stands; it does not begin anew.
	if (floorSpeaks) return known.since === null ? { ...known, since: at } : known;
	return { booth, spokenMs: silentFor(known, at), since: null };
}

/** For how long the floor has spoken into a silent booth, in milliseconds. */
export function silentFor({ spokenMs, since }: Silence, at: number): number {
	return spokenMs + (since === null ? 0 : Math.max(0, at - since));
}

/** Whether the booth counts as silent. */
export function isSilent(silence: Silence, at: number): boolean {
	return silentFor(silence, at) >= BOOTH_SILENT_MS;
}

/** When it will, if nothing changes; none if it does already, or will not. */
export function silentAt(silence: Silence, at: number): number | undefined {
	if (silence.since === null || isSilent(silence, at)) return undefined;
	return at + BOOTH_SILENT_MS - silentFor(silence, at);
}
