/**
 * How often each frame of the own sound is sent, from the browser's counters. What is lost on the way out is asked for again, but that
 * comes a round trip later, and a listener's buffer waits so long only after it has seen it many times. Another copy comes 20 ms later.
 */

type Stats = Record<string, unknown>;

/** How many of the frames before go with each frame: the browser's one, or one more. */
const USUAL = 1;
const MORE = 2;
/** From this share of lost packets on. */
const LOST_TOO_MANY = 0.03;
/** And for so long after. */
const KEPT_MS = 10_000;
/** A round trip so much longer than the shortest means that packets wait: the way is too narrow, and more would make it worse. */
const WAITING_S = 0.1;

export class SoundRedundancy {
	#lossyUntil = -Infinity;
	#shortest = Infinity;
	#depth = USUAL;

	/** How many frames go with each from now on, if that changed; `at` in milliseconds. */
	read(stats: readonly Stats[], at: number): number | undefined {
		const reports = stats.filter(({ type }) => type === 'remote-inbound-rtp');
		const lost = Math.max(0, ...numbers(reports, 'fractionLost'));
		const roundTrip = Math.max(0, ...numbers(reports, 'roundTripTime'));
		if (roundTrip > 0) this.#shortest = Math.min(this.#shortest, roundTrip);
		const isCrowded = roundTrip > this.#shortest + WAITING_S;
		if (isCrowded) this.#lossyUntil = -Infinity;
		else if (lost >= LOST_TOO_MANY) this.#lossyUntil = at + KEPT_MS;
		const depth = at < this.#lossyUntil ? MORE : USUAL;
		const changed = depth !== this.#depth;
		this.#depth = depth;
		return changed ? depth : undefined;
	}
}

function numbers(stats: readonly Stats[], name: string): number[] {
	return stats.map((entry) => entry[name]).filter((value) => typeof value === 'number');
}
