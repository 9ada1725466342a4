/**
 * The figures of a connection, for whoever looks after the line: what the browser counted between two looks, as rates and
 * shares. Pure: two readings of the counters in, rows out. A figure that a browser does not count is left out.
 */
import type { Way } from '../app/context';
import type { Mid, SourceId, SourceKind } from '../wire/types';
import { CAMERA_ENCODINGS } from './codecs';
import { wayOf } from './way';

type Stats = Record<string, unknown>;

/** What the m-lines are for; the counters do not say it. */
export interface Lines {
	/** What is sent on an m-line. */
	readonly kindOf: (mid: Mid) => SourceKind | undefined;
	/** What a receiving m-line carries now. */
	readonly sourceOf: (mid: Mid) => SourceId | undefined;
}

/** What an answer to a connectivity check took in milliseconds; rates in bits per second. */
export interface ConnectionFigures {
	readonly way: Way | undefined;
	readonly roundTripMs: number | undefined;
	readonly sendBps: number | undefined;
	readonly receiveBps: number | undefined;
	/** What the browser holds that it could send. */
	readonly availableBps: number | undefined;
}

/** What every stream of sound or pictures has. */
interface Stream {
	readonly mid: Mid;
	readonly bps: number | undefined;
	/** Share of packets, 0 to 1; of what is sent, as the server reports it. */
	readonly loss: number | undefined;
}

interface Moving {
	readonly width: number | undefined;
	readonly height: number | undefined;
	readonly fps: number | undefined;
}

/** One layer of what is sent, or a sound. */
export interface SentFigures extends Stream, Moving {
	readonly kind: SourceKind;
	/** Which layer, where there are several. */
	readonly layer: string | undefined;
	/** False: nobody receives this layer, so it is not made. */
	readonly active: boolean;
	/** What keeps the picture smaller than the camera's. */
	readonly limitedBy: 'none' | 'cpu' | 'bandwidth' | 'other' | undefined;
}

export interface SoundFigures extends Stream {
	readonly source: SourceId;
	readonly jitterMs: number | undefined;
	/** Share of the sound that the browser made up because it did not come, 0 to 1. */
	readonly madeUp: number | undefined;
}

export interface PictureFigures extends Stream, Moving {
	readonly source: SourceId;
	readonly jitterMs: number | undefined;
	/** How often the picture stood still since the look before. */
	readonly freezes: number | undefined;
	/** What one picture took to decode. */
	readonly decodeMs: number | undefined;
}

export interface Figures {
	/** This computer's clock, in milliseconds since 1970. */
	readonly at: number;
	readonly connection: ConnectionFigures;
	readonly sent: readonly SentFigures[];
	readonly sounds: readonly SoundFigures[];
	readonly pictures: readonly PictureFigures[];
}

/** What happened from one reading of the counters to another. */
export function figuresOf(before: readonly Stats[], now: readonly Stats[], lines: Lines, at: number): Figures {
	const earlier = new Map(before.map((entry) => [entry['id'], entry]));
	const looks = now.map((entry): Look => ({ now: entry, before: earlier.get(entry['id']) }));
	const inbound = looks.filter((look) => look.now['type'] === 'inbound-rtp').sort(byMid);
	const received = inbound.flatMap((look) => {
		const mid = midOf(look.now);
		const source = mid === undefined ? undefined : lines.sourceOf(mid);
		return mid === undefined || source === undefined ? [] : [{ look, stream: { ...streamIn(look, mid), source } }];
	});
	return {
		at,
		connection: connectionIn(looks),
		sent: sentIn(looks, lines),
		sounds: received
			.filter(({ look }) => look.now['kind'] === 'audio')
			.map(({ look, stream }) => ({ ...stream, ...jitterIn(look), madeUp: madeUpIn(look) })),
		pictures: received
			.filter(({ look }) => look.now['kind'] === 'video')
			.map(({ look, stream }) => ({
				...stream,
				...movingIn(look),
				...jitterIn(look),
				freezes: grown(look, 'freezeCount'),
				decodeMs: scaled(ratio(grown(look, 'totalDecodeTime'), grown(look, 'framesDecoded')), 1000, 1),
			})),
	};
}

/** One entry of the counters, and the same entry at the look before. */
interface Look {
	readonly now: Stats;
	readonly before: Stats | undefined;
}

function connectionIn(looks: readonly Look[]): ConnectionFigures {
	const byId = new Map(looks.map((look) => [look.now['id'], look]));
	const transport = looks.find(({ now }) => now['type'] === 'transport')?.now;
	// Firefox marks the pair itself.
	const isSelected = ({ now }: Look): boolean => now['type'] === 'candidate-pair' && now['selected'] === true;
	const pair = byId.get(transport?.['selectedCandidatePairId']) ?? looks.find(isSelected);
	const local = byId.get(pair?.now['localCandidateId'])?.now;
	return {
		way: local && wayOf(local),
		roundTripMs: scaled(pair && read(pair.now, 'currentRoundTripTime'), 1000),
		sendBps: pair && rate(pair, 'bytesSent'),
		receiveBps: pair && rate(pair, 'bytesReceived'),
		availableBps: scaled(pair && read(pair.now, 'availableOutgoingBitrate'), 1),
	};
}

function sentIn(looks: readonly Look[], lines: Lines): SentFigures[] {
	const reports = looks.map(({ now }) => now).filter(({ type }) => type === 'remote-inbound-rtp');
	return [...looks].sort(byMid).flatMap((look) => {
		const mid = midOf(look.now);
		const kind = look.now['type'] === 'outbound-rtp' && mid !== undefined ? lines.kindOf(mid) : undefined;
		if (mid === undefined || kind === undefined) return [];
		const report = reports.find(({ localId }) => localId === look.now['id']);
		const { rid, active, qualityLimitationReason } = look.now;
		return [
			{
				mid,
				kind,
				layer: typeof rid === 'string' ? rid : undefined,
				active: active !== false,
				...movingIn(look),
				bps: rate(look, 'bytesSent'),
				loss: scaled(report && read(report, 'fractionLost'), 1, 4),
				limitedBy: LIMITS.find((limit) => limit === qualityLimitationReason),
			},
		];
	});
}

const LIMITS = ['none', 'cpu', 'bandwidth', 'other'] as const;

function streamIn(look: Look, mid: Mid): Stream {
	const [came, lost] = [grown(look, 'packetsReceived'), grown(look, 'packetsLost')];
	const all = came === undefined || lost === undefined ? undefined : came + lost;
	return { mid, bps: rate(look, 'bytesReceived'), loss: scaled(ratio(lost, all), 1, 4) };
}

function movingIn({ now }: Look): Moving {
	return {
		width: read(now, 'frameWidth'),
		height: read(now, 'frameHeight'),
		fps: scaled(read(now, 'framesPerSecond'), 1),
	};
}

const jitterIn = ({ now }: Look): { readonly jitterMs: number | undefined } => ({
	jitterMs: scaled(read(now, 'jitter'), 1000),
});

/** Silence that stands for silence is not counted: nobody misses it. */
function madeUpIn(look: Look): number | undefined {
	const concealed = grown(look, 'concealedSamples');
	const silent = grown(look, 'silentConcealedSamples') ?? 0;
	const heard = concealed === undefined ? undefined : Math.max(0, concealed - silent);
	return scaled(ratio(heard, grown(look, 'totalSamplesReceived')), 1, 4);
}

/** By the number of the m-line, then the smallest layer first: browsers list them as they come. */
function byMid({ now: one }: Look, { now: other }: Look): number {
	return Number(one['mid']) - Number(other['mid']) || layerOf(one) - layerOf(other);
}

const layerOf = (entry: Stats): number => CAMERA_ENCODINGS.findIndex(({ rid }) => rid === entry['rid']);

const midOf = ({ mid }: Stats): Mid | undefined => (typeof mid === 'string' ? mid : undefined);

function read(entry: Stats, name: string): number | undefined {
	const value = entry[name];
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** By how much a counter grew; none where it began anew, or is not counted. */
function grown({ now, before }: Look, name: string): number | undefined {
	const [was, is] = [before && read(before, name), read(now, name)];
	if (was === undefined || is === undefined) return undefined;
	// What came late after all was counted as lost before.
	if (name === 'packetsLost') return Math.max(0, is - was);
	return is < was ? undefined : is - was;
}

/** How fast a counter of bytes grew, in bits per second. */
function rate(look: Look, name: string): number | undefined {
	return scaled(ratio(grown(look, name), grown(look, 'timestamp')), 8000);
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
	if (part === undefined || whole === undefined) return undefined;
	return whole === 0 ? undefined : part / whole;
}

/** Rounded to so many places after the point. */
function scaled(value: number | undefined, factor: number, places = 0): number | undefined {
	return value === undefined ? undefined : Number((value * factor).toFixed(places));
}
