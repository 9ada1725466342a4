/** What a captioner has begun and not sent: kept when the strip goes for a moment, for as long as the page. */
import type { OwnLine } from '../../captions/captions';
import type { SeatId } from '../../wire/types';
import type { SpeakerChoice } from './writing';

class Writing {
	text = $state('');
	choice = $state<SpeakerChoice>('now');
	/** Whose words they are, from the first letter on: a captioner is always a little behind. */
	speaker = $state<SeatId | null>(null);
	/** The line that is being corrected. */
	line = $state.raw<OwnLine | undefined>();
}

export const writing = new Writing();
