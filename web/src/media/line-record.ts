/** Keeps the figures of the line: those of now, and those of the last ten minutes for a report. Pure: time comes in. */
import type { Mid, SourceId } from '../wire/types';
import { figuresOf, type Figures, type Lines, type PictureFigures } from './figures';

type Stats = Record<string, unknown>;

/** How often there are new figures. */
const LIVE_EVERY_MS = 2000;
/** How often they are kept: each entry is of all that happened since the one before. */
const KEPT_EVERY_MS = 10_000;
/** Ten minutes. */
const KEPT_MAX = 60;
/** A timer that is meant to come every second may come a little early. */
const EARLY_MS = 200;

interface Reading {
	readonly at: number;
	readonly stats: readonly Stats[];
}

export class LineRecord {
	#live: Reading | undefined;
	#kept: Reading | undefined;
	#entries: readonly Figures[] = [];
	/** How often the picture on an m-line stood still since it carries its source. */
	readonly #freezes = new Map<Mid, { source: SourceId; count: number }>();

	/** The last ten minutes, the oldest first. */
	get entries(): readonly Figures[] {
		return this.#entries;
	}

	/** A look at the counters; figures where it is time for new ones. In them freezes are counted from when one sees somebody. */
	take(stats: readonly Stats[], lines: Lines, at: number): Figures | undefined {
		const reading = { at, stats };
		if (isDue(this.#kept, at, KEPT_EVERY_MS)) {
			if (this.#kept) this.#keep(figuresOf(this.#kept.stats, stats, lines, at));
			this.#kept = reading;
		}
		if (!isDue(this.#live, at, LIVE_EVERY_MS)) return undefined;
		const figures = this.#live && figuresOf(this.#live.stats, stats, lines, at);
		this.#live = reading;
		return figures && { ...figures, pictures: figures.pictures.map((picture) => this.#counted(picture)) };
	}

	/** The person left: nothing of that meeting stays. */
	clear(): void {
		this.#live = undefined;
		this.#kept = undefined;
		this.#entries = [];
		this.#freezes.clear();
	}

	#keep(figures: Figures): void {
		this.#entries = [...this.#entries, figures].slice(-KEPT_MAX);
	}

	#counted(picture: PictureFigures): PictureFigures {
		const { mid, source, freezes } = picture;
		const known = this.#freezes.get(mid);
		if (freezes === undefined) return picture;
		const count = (known?.source === source ? known.count : 0) + freezes;
		this.#freezes.set(mid, { source, count });
		return { ...picture, freezes: count };
	}
}

function isDue(last: Reading | undefined, at: number, every: number): boolean {
	return last === undefined || at - last.at >= every - EARLY_MS;
}
