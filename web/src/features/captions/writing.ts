/** What a captioner's strip shows and does; decided here so that it can be tested without a page. */
import type { OwnLine } from '../../captions/captions';
import { mayCorrect } from '../../captions/captions';
import { allSeats, hasVoice, seatOf } from '../../meeting/selectors';
import { speakerOf } from '../../meeting/interpretation';
import type { MeetingState } from '../../meeting/state';
import type { Seat, SeatId, WallTime } from '../../wire/types';

/** So many of the own lines stay in sight. */
const LINES_SHOWN = 3;

/** Whose words one types: of who speaks when a line is begun, of nobody who is named, or of one person. */
export type SpeakerChoice = 'now' | 'none' | SeatId;

/** Whose words can be typed: everybody with a voice, but for interpreters, who say what others said. */
export function speakers(meeting: MeetingState): readonly Seat[] {
	const seats = allSeats(meeting).map(({ seat }) => seat);
	return seats.filter((seat) => seat.role !== 'interpreter' && hasVoice(meeting, seat));
}

/** Whose words a line has that is begun now. */
export function speakerFor(meeting: MeetingState, choice: SpeakerChoice): SeatId | null {
	if (choice === 'none') return null;
	if (choice === 'now') return speakerOf(meeting) ?? null;
	return seatOf(meeting, choice) ? choice : null;
}

export function linesInSight(own: readonly OwnLine[]): readonly OwnLine[] {
	return own.slice(-LINES_SHOWN);
}

/** The line that the arrow corrects: the last one, while it can be. */
export function lineToCorrect(own: readonly OwnLine[], now: WallTime): OwnLine | undefined {
	const last = own.at(-1);
	return last && mayCorrect(last, now) ? last : undefined;
}
