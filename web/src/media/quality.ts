/**
 * Puts the connection into a word and a reason, from the browser's own counters. Everybody sees the word beside one's
 * tile, so it changes only when two readings agree.
 */
import type { Grade, Quality, Symptom } from '../wire/types';

type Stats = Record<string, unknown>;

/** What two readings of the counters, two seconds apart, say. */
export interface Measures {
	/** Shares of packets, 0 to 1. */
	readonly downloadLoss: number;
	readonly uploadLoss: number;
	/** In seconds. */
	readonly roundTrip: number;
	/** What keeps the own picture small, as the browser sees it. */
	readonly limitedBy: 'none' | 'cpu' | 'bandwidth';
}

/** Counters that only grow; their differences are what counts. */
interface Counters {
	readonly received: number;
	readonly lost: number;
}

const NOTHING: Counters = { received: 0, lost: 0 };
/** Above the first number a listener notices, above the second words are lost. */
const LOSS_LIMITS = [0.03, 0.1] as const;
/** A new connection finds its rate in the first ten seconds; until then a small picture says nothing. */
const WARM_UP_READINGS = 5;
const ROUND_TRIP_LIMITS = [0.3, 0.8] as const;

/** Reads the counters of one connection again and again. */
export class QualityMeter {
	#counters = NOTHING;
	#readings = 0;
	#candidate: Quality | undefined;
	#told: Quality | undefined;

	/** The next reading is told even if it is as before: to a server that has forgotten. */
	forget(): void {
		this.#told = undefined;
	}

	/** The quality, if it changed and the reading before agrees. */
	read(stats: readonly Stats[]): Quality | undefined {
		const counters = count(stats);
		const measured = measure(stats, this.#counters, counters);
		this.#readings += 1;
		const quality = judge(this.#readings > WARM_UP_READINGS ? measured : { ...measured, limitedBy: 'none' });
		this.#counters = counters;
		const agrees = isSame(quality, this.#candidate);
		this.#candidate = quality;
		if (!agrees || isSame(quality, this.#told)) return undefined;
		this.#told = quality;
		return quality;
	}
}

/** The worst of all symptoms decides. */
export function judge(measures: Measures): Quality {
	const graded: [Symptom, Grade][] = [
		['download_loss', grade(measures.downloadLoss, LOSS_LIMITS)],
		['upload_loss', grade(measures.uploadLoss, LOSS_LIMITS)],
		['delay', grade(measures.roundTrip, ROUND_TRIP_LIMITS)],
		['computer', measures.limitedBy === 'cpu' ? 'fair' : 'good'],
		['upload_rate', measures.limitedBy === 'bandwidth' ? 'fair' : 'good'],
	];
	for (const level of ['poor', 'fair'] as const) {
		const symptom = graded.find(([, found]) => found === level)?.[0];
		if (symptom) return { grade: level, symptom };
	}
	return { grade: 'good', symptom: null };
}

function grade(value: number, [fair, poor]: readonly [number, number]): Grade {
	if (value > poor) return 'poor';
	return value > fair ? 'fair' : 'good';
}

function measure(stats: readonly Stats[], before: Counters, now: Counters): Measures {
	const received = Math.max(0, now.received - before.received);
	const lost = Math.max(0, now.lost - before.lost);
	const remote = ofType(stats, 'remote-inbound-rtp');
	// A layer that rests because nobody receives it says nothing of the line.
	const sent = ofType(stats, 'outbound-rtp').filter(({ active }) => active !== false);
	const limits = sent.map((entry) => entry['qualityLimitationReason']);
	return {
		downloadLoss: received + lost === 0 ? 0 : lost / (received + lost),
		uploadLoss: largest(remote, 'fractionLost'),
		roundTrip: largest(remote, 'roundTripTime'),
		limitedBy: limits.includes('cpu') ? 'cpu' : limits.includes('bandwidth') ? 'bandwidth' : 'none',
	};
}

function count(stats: readonly Stats[]): Counters {
	const inbound = ofType(stats, 'inbound-rtp');
	return { received: sum(inbound, 'packetsReceived'), lost: sum(inbound, 'packetsLost') };
}

function ofType(stats: readonly Stats[], type: string): Stats[] {
	return stats.filter((entry) => entry['type'] === type);
}

function numbers(stats: readonly Stats[], name: string): number[] {
	return stats.map((entry) => entry[name]).filter((value) => typeof value === 'number');
}

function sum(stats: readonly Stats[], name: string): number {
	return numbers(stats, name).reduce((total, value) => total + value, 0);
}

function largest(stats: readonly Stats[], name: string): number {
	return Math.max(0, ...numbers(stats, name));
}

function isSame(one: Quality | undefined, other: Quality | undefined): boolean {
	return one?.grade === other?.grade && one?.symptom === other?.symptom;
}
