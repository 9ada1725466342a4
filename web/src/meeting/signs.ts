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

/** What a pane shows of a sign language. */
export interface SignPane {
	/** Whose picture is in front. */
	readonly shown: SeatId | undefined;
	/** Everybody whose picture is asked for, in one order, whoever is live. */
	readonly signers: readonly Signer[];
}

/** Where an interpreter's picture is, as the media tell it. */
export type PictureIs = (signer: Signer) => 'arriving' | 'awaited' | 'paused' | 'left_out';

/**
 * The pane that was `before`, now. In front is who is live; or still the former one, while the picture of the new one is on
 * its way, so that no word is lost between the two.
 */
export function paneAfter(before: SignPane, { live, next }: SignChannel, pictureIs: PictureIs): SignPane {
	if (!live) return { shown: undefined, signers: [] };
	const former = before.signers.find(({ seat }) => seat === before.shown && seat !== live.seat);
	const stays =
		former?.camera !== undefined &&
		live.camera !== undefined &&
		pictureIs(live) === 'awaited' &&
		pictureIs(former) === 'arriving';
	const others = next.filter(({ seat }) => !stays || seat !== former.seat);
	const signers = [live, ...others, ...(stays ? [former] : [])];
	return {
		shown: stays ? former.seat : live.seat,
		signers: signers.toSorted((one, other) => (one.seat < other.seat ? -1 : 1)),
	};
}
