/** The figures of the line as tables: what is in each cell, in the words and digits of the language. Pure. */
import { bitRate, m, milliseconds, number, share, text } from '../../i18n';
import type { Figures, PictureFigures, SentFigures } from '../../media/figures';
import { allSeats } from '../../meeting/selectors';
import type { MeetingState } from '../../meeting/state';
import type { Mid, SourceId } from '../../wire/types';

/** One stream. */
export interface Row {
	readonly id: string;
	readonly name: string;
	/** What else is to be said of it. */
	readonly note: string | undefined;
	/** One for each column. */
	readonly cells: readonly string[];
}

export interface Column {
	readonly title: string;
	/** What stands in it is longer than a number with its unit. */
	readonly wide: boolean;
}

export interface Group {
	readonly id: 'sent' | 'sounds' | 'pictures';
	readonly title: string;
	readonly columns: readonly Column[];
	readonly rows: readonly Row[];
}

/** In place of what is not known. */
const NONE = '–';

/** Name and value of each figure of the connection. */
export function connectionRows({ connection }: Figures): readonly (readonly [string, string])[] {
	const { way, roundTripMs, sendBps, receiveBps, availableBps } = connection;
	return [
		[m.line_way(), way === 'relay' ? m.line_way_relay() : (way?.toUpperCase() ?? NONE)],
		[m.line_round_trip(), shown(roundTripMs, milliseconds)],
		[m.line_sends(), shown(sendBps, bitRate)],
		[m.line_receives(), shown(receiveBps, bitRate)],
		[m.line_available(), shown(availableBps, bitRate)],
	];
}

/** What is sent and what is received. */
export function groupsOf({ sent, sounds, pictures }: Figures, meeting: MeetingState): readonly Group[] {
	return [
		{
			id: 'sent',
			title: m.line_sent(),
			columns: [...movingColumns(), narrow(m.line_loss()), wide(m.line_limit())],
			rows: sent.map(sentRow),
		},
		{
			id: 'sounds',
			title: m.line_sounds(),
			columns: [wide(m.line_rate()), ...[m.line_loss(), m.line_jitter(), m.line_made_up()].map(narrow)],
			rows: sounds.map(({ mid, source, bps, loss, jitterMs, madeUp }) => ({
				id: mid,
				name: whose(meeting, source),
				note: undefined,
				cells: [shown(bps, bitRate), shown(loss, share), shown(jitterMs, milliseconds), shown(madeUp, share)],
			})),
		},
		{
			id: 'pictures',
			title: m.line_pictures(),
			columns: [...movingColumns(), ...[m.line_loss(), m.line_jitter(), m.line_freezes(), m.line_decode()].map(narrow)],
			rows: pictures.map((picture) => ({
				id: picture.mid,
				name: whose(meeting, picture.source),
				note: deliveryOf(meeting, picture.mid),
				cells: [
					...moving(picture),
					shown(picture.loss, share),
					shown(picture.jitterMs, milliseconds),
					shown(picture.freezes, number),
					shown(picture.decodeMs, milliseconds),
				],
			})),
		},
	];
}

const LIMITS = {
	none: m.line_limit_none,
	cpu: m.line_limit_cpu,
	bandwidth: m.line_limit_bandwidth,
	other: m.line_limit_other,
};

function sentRow(figures: SentFigures): Row {
	const { mid, kind, layer, active, loss, limitedBy } = figures;
	const names = {
		camera: () => (layer === undefined ? m.preflight_camera() : m.line_camera_layer({ layer })),
		microphone: m.preflight_microphone,
		screen: m.line_screen,
		screen_audio: m.line_screen_audio,
	};
	return {
		id: `${mid} ${layer ?? ''}`,
		name: names[kind](),
		note: active ? undefined : m.line_resting(),
		cells: [...moving(figures), shown(loss, share), limitedBy ? LIMITS[limitedBy]() : NONE],
	};
}

const narrow = (title: string): Column => ({ title, wide: false });
const wide = (title: string): Column => ({ title, wide: true });

const movingColumns = (): readonly Column[] => [wide(m.line_size()), narrow(m.line_fps()), wide(m.line_rate())];

/** Size, pictures per second and rate. */
function moving({ width, height, fps, bps }: Pick<PictureFigures, 'width' | 'height' | 'fps' | 'bps'>): string[] {
	// Without grouping: 1280 is no quantity to read, but a name.
	const size = width === undefined || height === undefined ? NONE : `${width}×${height}`;
	return [size, shown(fps, number), shown(bps, bitRate)];
}

function whose(meeting: MeetingState, id: SourceId): string {
	const source = meeting.sources.find((candidate) => candidate.id === id);
	const seat = allSeats(meeting).find((candidate) => candidate.seat.id === source?.seat)?.seat;
	const name = seat ? text(seat.name) : NONE;
	return source?.kind === 'screen' || source?.kind === 'screen_audio' ? m.line_screen_of({ name }) : name;
}

function deliveryOf({ paused, reduced }: MeetingState, mid: Mid): string | undefined {
	if (paused.includes(mid)) return m.line_paused();
	return reduced.includes(mid) ? m.line_reduced() : undefined;
}

function shown(value: number | undefined, words: (value: number) => string): string {
	return value === undefined ? NONE : words(value);
}
