/**
 * How far the server's clock is from this computer's. The answer with the shortest round trip is the most exact; old
 * answers are forgotten, so that a computer that was asleep or set its clock finds the way back.
 */

interface Reading {
	/** The server's clock minus this computer's, in milliseconds. */
	readonly offset: number;
	readonly roundTrip: number;
}

/** Readings kept; with a ping every 2 s, half a minute. */
const READINGS_MAX = 15;

export class Clock {
	#readings: Reading[] = [];

	/** A pong came at `received` for a ping of `sent`, with the server's clock at `now`; returns the best offset. */
	read(sent: number, received: number, now: number): number {
		const roundTrip = Math.max(0, received - sent);
		this.#readings = [...this.#readings, { offset: now - (sent + received) / 2, roundTrip }].slice(-READINGS_MAX);
		return this.#readings.reduce((best, reading) => (reading.roundTrip < best.roundTrip ? reading : best)).offset;
	}

	/** Another network, other round trips: begin anew. */
	forget(): void {
		this.#readings = [];
	}
}
