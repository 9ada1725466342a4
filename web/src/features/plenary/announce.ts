/**
 * What a screen reader says of what happened in the room: the difference between two states of the meeting, in words.
 * Voices, microphones and cameras are not announced: they would never be silent.
 */
import { languageName, m, number, qualityMeaning, suspensionWords, text } from '../../i18n';
import { allSeats, caucusOf, presenceOf } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { SeatId } from '../../wire/types';

type Change = (before: MeetingState, after: MeetingState) => string[];

function nameOf(meeting: MeetingState, id: SeatId): string {
	const seat = allSeats(meeting).find((entry) => entry.seat.id === id)?.seat;
	return seat ? text(seat.name) : '';
}

/** More arrivals at once than this are counted, not named. */
const NAMES_MAX = 3;

const presence: Change = (before, after) => {
	const news = eachPresence(before, after);
	if (news.length <= NAMES_MAX) return news;
	const seats = allSeats(after);
	const count = seats.filter(({ seat }) => presenceOf(after, seat.id).state === 'here').length;
	return [m.lobby_here({ count: number(count), total: number(seats.length) })];
};

const eachPresence: Change = (before, after) =>
	allSeats(after).flatMap(({ seat }) => {
		const [was, is] = [presenceOf(before, seat.id).state, presenceOf(after, seat.id).state];
		if (seat.id === after.you || was === is) return [];
		const name = text(seat.name);
		if (is === 'here') return [m.plenary_arrived({ name })];
		if (is === 'reconnecting') return [m.plenary_dropped({ name })];
		return was === 'here' || was === 'reconnecting' ? [m.plenary_departed({ name })] : [];
	});

const floor: Change = (before, after) => {
	const [was, is] = [before.floor.holder?.[0], after.floor.holder?.[0]];
	if (was === is) return [];
	if (is === undefined) return [m.floor_freed()];
	return [is === after.you ? m.floor_yours() : m.floor_has({ name: nameOf(after, is) })];
};

const hands: Change = (before, after) =>
	after.floor.queue
		.filter((id) => !before.floor.queue.includes(id))
		.map((id) =>
			id === after.you
				? m.floor_place({ place: number(after.floor.queue.indexOf(id) + 1) })
				: m.floor_asked({ name: nameOf(after, id) }),
		);

const agenda: Change = (before, after) => {
	const item = after.plan.agenda.find(({ id }) => id === after.agenda);
	return item && before.agenda !== after.agenda ? [m.agenda_opened({ title: text(item.title) })] : [];
};

/** Who went to another room. Of a caucus one is in: who came in and who left. */
const caucuses: Change = (before, after) => {
	const [own, ownBefore] = [caucusOf(after)?.caucus, caucusOf(before)?.caucus];
	if (own !== ownBefore) return [own === undefined ? m.caucus_you_back() : m.caucus_band()];
	return allSeats(after).flatMap(({ seat }) => {
		const [is, was] = [caucusOf(after, seat.id)?.caucus, caucusOf(before, seat.id)?.caucus];
		const name = text(seat.name);
		if (is === was) return [];
		if (own === undefined) return [is === undefined ? m.caucus_came_back({ name }) : m.caucus_went_in({ name })];
		if (is === own) return [m.caucus_joined({ name })];
		return was === own ? [m.caucus_left({ name })] : [];
	});
};

const whispers: Change = (before, after) =>
	allSeats(after).flatMap(({ seat }) => {
		const [is, was] = [after.whispering.includes(seat.id), before.whispering.includes(seat.id)];
		if (is === was) return [];
		if (seat.id === after.you) return [is ? m.whisper_you_on() : m.whisper_you_off()];
		return is ? [m.whisper_said({ name: text(seat.name) })] : [];
	});

/** A booth that cannot work, and that it can again, are everybody's affair: the speaker's clock stands meanwhile. */
const booths: Change = (before, after) =>
	after.interpretation.booths.flatMap(({ booth, outgoing, suspended: is }) => {
		const was = before.interpretation.booths.find((known) => known.booth === booth)?.suspended ?? null;
		const language = languageName(outgoing);
		if (is && !was) return [m.suspension_said({ language, reason: suspensionWords(is.reason) })];
		return was && !is ? [m.suspension_over({ language })] : [];
	});

const interpretationMode: Change = (before, after) => {
	const [was, is] = [before.interpretation.mode, after.interpretation.mode];
	if (was === is) return [];
	return [is === 'consecutive' ? m.interpretation_consecutive_now() : m.interpretation_simultaneous_now()];
};

/** What is wrong with the own line, and that it is well again; of a line that was always well nothing is said. */
const ownLine: Change = (before, after) => {
	const [was, is] = [before.quality[before.you], after.quality[after.you]];
	if (!is || (was?.grade === is.grade && was.symptom === is.symptom)) return [];
	const wasWell = was === undefined || was.grade === 'good';
	return is.grade === 'good' && wasWell ? [] : [qualityMeaning(is, true)];
};

/** The sentences, in order of weight; `before` is nothing at first. Before the reveal nothing is said. */
export function announcements(before: MeetingState | undefined, after: MeetingState): string[] {
	if (!before?.revealed) return after.revealed ? [m.plenary_opened()] : [];
	return [caucuses, whispers, floor, booths, interpretationMode, agenda, hands, ownLine, presence].flatMap((change) =>
		change(before, after),
	);
}
