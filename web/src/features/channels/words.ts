/** What a listener hears, in words, and what is said of it when it changes: pure functions. */
import { languageName, m, suspensionWords, text } from '../../i18n';
import type { Hearing } from '../../meeting/listening';
import { seatOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { SeatId } from '../../wire/types';

export function nameOf(meeting: MeetingState, id: SeatId): string {
	const seat = seatOf(meeting, id);
	return seat ? text(seat.name) : '';
}

/** What is in the ear, in a word or two: "French", "Floor: English". */
export function heardLabel({ blend, language }: Hearing): string {
	if (language === undefined) return m.channel_floor();
	return blend.heard === 'channel' ? languageName(language) : m.channel_floor_of({ language: languageName(language) });
}

/** What is in the ear, and who interprets, in a sentence. */
export function heardWords(meeting: MeetingState, { blend, language, interpreter }: Hearing): string {
	if (blend.heard === 'channel' && language !== undefined && interpreter !== undefined) {
		return m.channel_heard({ language: languageName(language), name: nameOf(meeting, interpreter) });
	}
	return language === undefined
		? m.channel_heard_floor()
		: m.channel_heard_floor_of({ language: languageName(language) });
}

/** Which channel was chosen. */
export function choiceWords({ choice }: Hearing): string {
	return choice === undefined ? m.channel_chosen_floor() : m.channel_chosen({ language: languageName(choice) });
}

/** Why the channel is not heard; nothing while all is well. */
export function troubleWords({ trouble, choice }: Hearing): string | undefined {
	if (!trouble || choice === undefined) return undefined;
	const language = languageName(choice);
	switch (trouble.why) {
		case 'silent':
			return m.channel_trouble_silent({ language });
		case 'suspended':
			return m.channel_trouble_suspended({ language, reason: suspensionWords(trouble.reason) });
		case 'closed':
			return m.channel_trouble_closed({ language });
		case 'not_carried':
			return m.channel_trouble_none({ language });
	}
}

/**
 * What a screen reader says when what is heard changes. Trouble is not said here: its banner is. A pause in which nobody knows what is
 * spoken changes nothing that would be worth a word.
 */
export function hearingNews(
	meeting: MeetingState,
	before: Hearing | undefined,
	after: Hearing | undefined,
): readonly string[] {
	if (!before || !after) return [];
	const chosen = before.choice === after.choice ? [] : [choiceWords(after)];
	const isOther =
		before.blend.heard !== after.blend.heard ||
		before.language !== after.language ||
		(after.blend.heard === 'channel' && before.interpreter !== after.interpreter);
	const isNews = chosen.length > 0 || (isOther && after.language !== undefined);
	return isNews ? [...chosen, heardWords(meeting, after)] : [];
}
