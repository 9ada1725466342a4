/**
 * Who sits at the front, where pictures are seen on every page: who was pinned, and in what is left of its places who
 * has the floor or speaks. Whoever is there stays until somebody else needs the place, so that nobody comes and goes
 * with every pause between two words.
 */
import { allSeats, caucusOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { SeatId } from '../../wire/types';

/** Who is in each place; nobody yet in some. */
export type Front = readonly (SeatId | undefined)[];

export interface FrontWish {
	/** How many places there are. */
	readonly places: number;
	/** The last one pinned comes last, and is the last to lose the place where there are fewer. */
	readonly pinned: readonly SeatId[];
	/** Who has the floor, then who speaks. */
	readonly voices: readonly SeatId[];
}

/** The front as it is now, after it was `before`. */
export function frontAfter(before: Front, { places, pinned, voices }: FrontWish): Front {
	const pins = pinned.slice(-places);
	const front: (SeatId | undefined)[] = Array.from({ length: places }, (_, place) => before[place]);
	const isNeeded = (seat: SeatId | undefined): boolean =>
		seat !== undefined && (pins.includes(seat) || voices.includes(seat));
	const place = (seat: SeatId, mayGive: (other: SeatId | undefined) => boolean): void => {
		if (front.includes(seat)) return;
		const free = front.indexOf(undefined);
		const given = free >= 0 ? free : front.findIndex(mayGive);
		if (given >= 0) front[given] = seat;
	};
	// A silent person gives way before one who speaks does.
	for (const seat of pins) {
		place(seat, (other) => !isNeeded(other));
		place(seat, (other) => other !== undefined && !pins.includes(other));
	}
	for (const seat of voices) place(seat, (other) => !isNeeded(other));
	return front;
}

/** Who is heard here: who has the floor first; not oneself, whose own voice is no news. */
export function voicesOf(meeting: MeetingState): readonly SeatId[] {
	const holder = caucusOf(meeting) === undefined ? meeting.floor.holder?.[0] : undefined;
	const known = allSeats(meeting).map(({ seat }) => seat.id);
	const voices = [...(holder === undefined ? [] : [holder]), ...meeting.speaking];
	return [...new Set(voices)].filter((seat) => seat !== meeting.you && known.includes(seat));
}
