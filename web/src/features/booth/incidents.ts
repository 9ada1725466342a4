/** Sounds that hurt, as an interpreter notes them: what was heard just before the key, for a report. Pure. */
import type { Loudness } from '../../app/context';
import type { Heard } from '../../meeting/booth';

export interface Incident {
	readonly at: number;
	/** Of the loudest sound as it came, in dBFS; −∞ where nothing was heard. */
	readonly peak: number;
	readonly source: Heard | undefined;
	/** The most that limiter and onset suppressor took back, in decibels. */
	readonly reduction: number;
}

/** The loudest of what was heard lately, and the most that was taken back. */
export function incidentOf(lately: readonly Loudness[], at: number): Incident {
	const loudest = lately.reduce<Loudness | undefined>(
		(most, entry) => (most === undefined || entry.peak > most.peak ? entry : most),
		undefined,
	);
	return {
		at,
		peak: loudest?.peak ?? -Infinity,
		source: loudest?.source,
		reduction: lately.reduce((most, { reduction }) => Math.max(most, reduction), 0),
	};
}

/** A table that any program opens; in English and with UTC, for those who look after the line. */
export function reportOf(incidents: readonly Incident[]): string {
	const lines = incidents.map(({ at, peak, reduction, source }) =>
		[
			new Date(at).toISOString(),
			Number.isFinite(peak) ? peak.toFixed(1) : '-',
			reduction.toFixed(1),
			source ?? '-',
		].join('\t'),
	);
	return ['time (UTC)\tpeak as it came (dBFS)\tgain reduction (dB)\tsource', ...lines, ''].join('\n');
}
