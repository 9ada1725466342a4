/** Whom this person pinned: for this person only, and remembered in this tab over a reload. */
import type { SeatId } from '../wire/types';

/** Pinned at once; one more lets the first one go. */
export const PINS_MAX = 3;

const KEY = 'sommet.pins';

interface Stored {
	/** Seats of another summit may have the same names. */
	readonly summit: string;
	readonly seats: readonly SeatId[];
}

/** The pins of a tab. */
export class Pins {
	#stored: Stored = $state.raw(read());

	/** Who is pinned in that summit, the last one last. */
	in(summit: string): readonly SeatId[] {
		return this.#stored.summit === summit ? this.#stored.seats : [];
	}

	/** Pins somebody, or no longer. */
	set(summit: string, seat: SeatId, on: boolean): void {
		const others = this.in(summit).filter((other) => other !== seat);
		this.#stored = { summit, seats: on ? [...others, seat].slice(-PINS_MAX) : others };
		try {
			sessionStorage.setItem(KEY, JSON.stringify(this.#stored));
		} catch {
			// A browser that stores nothing forgets them at a reload, and that is all.
		}
	}
}

function read(): Stored {
	const none: Stored = { summit: '', seats: [] };
	try {
		const value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Stored> | null;
		const isStored =
			typeof value?.summit === 'string' &&
			Array.isArray(value.seats) &&
			value.seats.every((seat) => typeof seat === 'string');
		return isStored ? { summit: value.summit ?? '', seats: value.seats?.slice(-PINS_MAX) ?? [] } : none;
	} catch {
		return none;
	}
}
