/** Interpretation into sign languages: the camera of who is live in a signed booth is the channel. Pure. */
import type { BoothView, Language, SeatId, SourceId, SummitPlan } from '../wire/types';
import { liveIn } from './interpretation';
import { presenceOf, sourceOf } from './selectors';
import type { MeetingState } from './state';

/** One interpreter's camera. */
export interface Signer {
	readonly seat: SeatId;
	/** None while the camera is off. */
	readonly camera: SourceId | undefined;
}

/** A sign language as it is in the room where one is. */
export interface SignChannel {
	readonly language: Language;
	/** `nobody`: no booth that works into it has its microphone open. */
	readonly state: 'live' | 'nobody' | 'suspended' | 'closed';
	/** Who signs for all; none unless live. */
	readonly live: Signer | undefined;
	/** Who may sign in a moment, so that their picture is there when they do. */
	readonly next: readonly Signer[];
}

const signedBooths = ({ booths }: SummitPlan): SummitPlan['booths'] => booths.filter(({ signed }) => signed);

/** The sign languages that booths can work into, in the order of the plan, each once. */
export function signLanguages(plan: SummitPlan): readonly Language[] {
	return [...new Set(signedBooths(plan).flatMap(({ languages }) => languages))];
}

function boothsInto({ plan, interpretation }: MeetingState, language: Language): readonly BoothView[] {
	const signed = new Set(signedBooths(plan).map(({ id }) => id));
	return interpretation.booths.filter(({ booth, outgoing }) => signed.has(booth) && outgoing === language);
}

function signer(meeting: MeetingState, seat: SeatId): Signer {
	const presence = presenceOf(meeting, seat);
	const isOn = presence.state === 'here' && presence.devices.camera;
	return { seat, camera: isOn ? sourceOf(meeting, seat, 'camera') : undefined };
}

/** Who signs in that language now, as one sees it from where one is. */
export function signChannel(meeting: MeetingState, language: Language): SignChannel {
	const without = (state: SignChannel['state']): SignChannel => ({ language, state, live: undefined, next: [] });
	if (meeting.interpretation.closed.includes(language)) return without('closed');
	const booths = boothsInto(meeting, language);
	for (const booth of booths) {
		const live = liveIn(meeting, booth, meeting.you);
		if (live === undefined) continue;
		// With two microphones open the second takes over as soon as the first is closed.
		const { handover, open } = booth;
		const soon = new Set([...open.map(({ seat }) => seat), ...(handover ? [handover.from, handover.to] : [])]);
		soon.delete(live);
		const next = [...soon].map((seat) => signer(meeting, seat));
		return { language, state: 'live', live: signer(meeting, live), next };
	}
	return without(booths.some(({ suspended }) => suspended) ? 'suspended' : 'nobody');
}

/** The cameras of those who sign: their pictures come before all others, wherever they are shown. */
export function signingCameras(meeting: MeetingState): readonly SourceId[] {
	const signing = signLanguages(meeting.plan).map((language) => signChannel(meeting, language));
	return signing.flatMap(({ live, next }) => [live, ...next].flatMap((signer) => signer?.camera ?? []));
}

/**
 * Whose picture is shown: who is live; or still the former one, while the picture of the new one is on its way, so that no
 * word is lost between the two. `isComing` and `isThere` tell that of an interpreter's picture.
 */
export function signerShown(
	before: SeatId | undefined,
	{ live }: SignChannel,
	isComing: (seat: SeatId) => boolean,
	isThere: (seat: SeatId) => boolean,
): SeatId | undefined {
	if (!live || before === undefined || before === live.seat) return live?.seat;
	const isAwaited = live.camera !== undefined && isComing(live.seat);
	return isAwaited && isThere(before) ? before : live.seat;
}
