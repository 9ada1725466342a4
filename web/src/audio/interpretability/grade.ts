/** Whether a microphone can be interpreted, in one word, and why. */
import { unwanted } from '../profiles';
import type { Processing, Profile } from '../profiles';
import type { Measure } from './measure';
import {
	BANDWIDTH_HERTZ,
	CLIPPED_SHARE,
	LOSS_SHARE,
	LOUD_NOISE_DBFS,
	ROUND_TRIP_MS,
	SIGNAL_TO_NOISE_DB,
} from './thresholds';
import type { Limit } from './thresholds';

export type Grade = 'good' | 'usable' | 'not_interpretable';

/**
 * Why it is not good. `narrow_band`: high sounds are missing; `noise`; `clipping`: it is cut off at the top; `processing`:
 * the browser does to the sound what this use does not want; `wireless`; `loss` and `round_trip` on the way to the server.
 */
export type Reason = 'narrow_band' | 'noise' | 'clipping' | 'processing' | 'wireless' | 'loss' | 'round_trip';

export interface Finding {
	readonly reason: Reason;
	/** How bad this alone makes it. */
	readonly grade: Exclude<Grade, 'good'>;
}

/** What is known beside the sound; what is not known is left out and counts for nothing. */
export interface Facts {
	/** What the browser does, see `processingOf`, and what the microphone is for. */
	readonly processing?: Partial<Processing>;
	readonly profile?: Profile;
	readonly wireless?: boolean;
	/** What is lost on the way, 0 to 1. */
	readonly lossShare?: number;
	readonly roundTripMs?: number;
}

export interface Verdict {
	/** None while too little was spoken to tell, and nothing else is wrong. */
	readonly grade: Grade | undefined;
	/** The worst first; of those that are as bad, the one to begin with. */
	readonly findings: readonly Finding[];
}

/** The grade is that of the worst finding. */
export function gradeOf(measure: Measure | undefined, facts: Facts = {}): Verdict {
	const findings = [...ofSound(measure), ...ofFacts(facts)].toSorted(
		(one, other) => Number(other.grade === 'not_interpretable') - Number(one.grade === 'not_interpretable'),
	);
	const isKnown = measure?.speech !== undefined || findings.some(({ reason }) => reason === 'noise');
	return { grade: isKnown ? (findings[0]?.grade ?? 'good') : undefined, findings };
}

function ofSound(measure: Measure | undefined): Finding[] {
	if (!measure) return [];
	const { speech, noiseDbfs } = measure;
	if (!speech) return noiseDbfs > LOUD_NOISE_DBFS ? [{ reason: 'noise', grade: 'not_interpretable' }] : [];
	// Noise hides high sounds: of two that are as bad, it is the one to do something about.
	return [
		...atLeast('noise', speech.signalToNoiseDb, SIGNAL_TO_NOISE_DB),
		...atMost('clipping', speech.clippedShare, CLIPPED_SHARE),
		...atLeast('narrow_band', speech.bandwidthHertz, BANDWIDTH_HERTZ),
	];
}

function ofFacts({ processing = {}, profile, wireless, lossShare, roundTripMs }: Facts): Finding[] {
	const findings: Finding[] = [];
	if (lossShare !== undefined) findings.push(...atMost('loss', lossShare, LOSS_SHARE));
	if (profile && unwanted(processing, profile).length > 0) findings.push({ reason: 'processing', grade: 'usable' });
	if (wireless) findings.push({ reason: 'wireless', grade: 'usable' });
	if (roundTripMs !== undefined) findings.push(...atMost('round_trip', roundTripMs, ROUND_TRIP_MS));
	return findings;
}

function atLeast(reason: Reason, value: number, { good, usable }: Limit): Finding[] {
	if (value >= good) return [];
	return [{ reason, grade: value >= usable ? 'usable' : 'not_interpretable' }];
}

function atMost(reason: Reason, value: number, { good, usable }: Limit): Finding[] {
	return atLeast(reason, -value, { good: -good, usable: -usable });
}

/** What the names of devices without a cable have in common, as far as systems name them so. */
const WIRELESS = /bluetooth|airpods|hands-?free|wireless|\bbuds\b|\bble\b|\bbt\b/i;

/** Whether a device has no cable, by its name; none where the name says nothing. */
export function looksWireless(label: string): true | undefined {
	return WIRELESS.test(label) || undefined;
}
