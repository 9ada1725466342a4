/** By which way sound and picture travel to the server, from the browser's own counters. */
import type { Way } from '../app/context';

type Stats = Record<string, unknown>;

/** The way of the pair of addresses that is in use; none while there is none. */
export function wayIn(stats: readonly Stats[]): Way | undefined {
	const byId = new Map(stats.map((entry) => [entry['id'], entry]));
	const pair = byId.get(stats.find(isTransport)?.['selectedCandidatePairId']) ?? stats.find(isSelected);
	const local = byId.get(pair?.['localCandidateId']);
	return local && wayOf(local);
}

/** The way that begins at a local address. */
export function wayOf(local: Stats): Way {
	if (local['candidateType'] === 'relay') return 'relay';
	return local['protocol'] === 'tcp' ? 'tcp' : 'udp';
}

const isTransport = (entry: Stats): boolean => entry['type'] === 'transport';

/** Firefox marks the pair itself. */
const isSelected = (entry: Stats): boolean => entry['type'] === 'candidate-pair' && entry['selected'] === true;
