/** The sizes of what one reads or looks at, and what is there to read and to look at. */
import type { ViewSize } from '../../app/context';
import { captionLanguages } from '../../captions/captions';
import type { MeetingState } from '../../meeting/state';
import { signLanguages } from '../../meeting/signs';
import type { Language } from '../../wire/types';

export const SIZES: readonly ViewSize[] = ['small', 'medium', 'large'];

/** The next size; after the largest comes the smallest. */
export function sizeAfter(size: ViewSize): ViewSize {
	return SIZES[(SIZES.indexOf(size) + 1) % SIZES.length] ?? size;
}

/** Whether this summit has captions or interpretation into sign languages at all. */
export function hasCaptions(meeting: Pick<MeetingState, 'plan'>): boolean {
	return captionLanguages(meeting).length > 0 || signLanguages(meeting.plan).length > 0;
}

/** The sign languages that somebody chose, as far as this summit has them. */
export function signsShown({ plan }: Pick<MeetingState, 'plan'>, chosen: readonly Language[]): readonly Language[] {
	return signLanguages(plan).filter((language) => chosen.includes(language));
}

/** What is chosen once a language was put on the screen or taken off it; what other summits have stays chosen. */
export function signsWith(chosen: readonly Language[], language: Language, shown: boolean): readonly Language[] {
	const others = chosen.filter((other) => other !== language);
	return shown ? [...others, language] : others;
}
