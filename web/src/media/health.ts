/**
 * Judges, once a second, whether the media connection still lives, and what to do when it does not: look for another
 * way through the network (`restart`), or begin with a new connection (`fresh`). Pure: a reading in, a remedy out.
 */

/** What is seen of the connection at one moment. */
export interface Reading {
	/** This computer's clock, in milliseconds. */
	readonly at: number;
	readonly state: RTCPeerConnectionState;
	/**
	 * Anything the server sent so far: packets, reports, answers to connectivity checks. None in a browser that does not
	 * count those answers: to who only listens, a healthy server may then send nothing for as long as nobody speaks.
	 */
	readonly heard: number | undefined;
}

export type Remedy = 'none' | 'restart' | 'fresh';

/** A first connection takes a second; after so long it will not come. */
const CONNECT_WITHIN_MS = 8000;
/** Short disturbances heal by themselves. */
const DISTURBED_MAX_MS = 1500;
/**
 * Browsers check the way at least every 6 s (RFC 7675), and the server answers. One answer may be lost; such a silence
 * is two checks without any, and means that the server has forgotten the connection.
 */
const SILENCE_MAX_MS = 13_000;
/** How long a remedy may take before the next one. */
const REMEDY_WITHIN_MS = 4000;

export class Health {
	#startedAt: number;
	#heard: number | undefined;
	#heardAt: number;
	#troubledSince: number | undefined;
	#restartedAt: number | undefined;

	constructor(at: number) {
		this.#startedAt = at;
		this.#heardAt = at;
	}

	/** The last reading found nothing wrong. */
	get isWell(): boolean {
		return this.#troubledSince === undefined;
	}

	/** Another way is looked for from now on: the time that this may take begins. */
	restarts(at: number): void {
		this.#restartedAt = at;
	}

	judge(reading: Reading): Remedy {
		if (reading.heard !== this.#heard) {
			this.#heard = reading.heard;
			this.#heardAt = reading.at;
		}
		if (this.#isWell(reading)) {
			this.#troubledSince = undefined;
			this.#restartedAt = undefined;
			return 'none';
		}
		return this.#remedy(reading);
	}

	/** Where silence says nothing, the browser's own word counts. */
	#isWell({ at, state, heard }: Reading): boolean {
		return state === 'connected' && (heard === undefined || at - this.#heardAt < SILENCE_MAX_MS);
	}

	#remedy({ at, state }: Reading): Remedy {
		this.#troubledSince ??= at;
		if (this.#restartedAt !== undefined) return at - this.#restartedAt < REMEDY_WITHIN_MS ? 'none' : 'fresh';
		switch (state) {
			case 'new':
			case 'connecting':
				return at - this.#startedAt < CONNECT_WITHIN_MS ? 'none' : 'fresh';
			case 'disconnected':
				if (at - this.#troubledSince < DISTURBED_MAX_MS) return 'none';
				break;
			case 'connected':
			case 'failed':
				break;
			case 'closed':
				return 'fresh';
		}
		this.#restartedAt = at;
		return 'restart';
	}
}

/** What counts as heard, by the type of the entry. Browsers report different parts of it, so all are added up. */
const COUNTED: Readonly<Record<string, string>> = {
	'inbound-rtp': 'packetsReceived',
	'remote-inbound-rtp': 'roundTripTimeMeasurements',
	'candidate-pair': 'responsesReceived',
};

/** Counts everything the server sent; none where the answers to connectivity checks are not counted. */
export function heardIn(stats: Iterable<Record<string, unknown>>): number | undefined {
	let sum = 0;
	let countsAnswers = false;
	for (const entry of stats) {
		const value = entry[COUNTED[String(entry['type'])] ?? ''];
		if (typeof value !== 'number') continue;
		sum += value;
		countsAnswers ||= entry['type'] === 'candidate-pair';
	}
	return countsAnswers ? sum : undefined;
}
