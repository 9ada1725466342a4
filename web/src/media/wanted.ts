/**
 * Collects which pictures are on the screen and how large, and says so when that has changed for good: layouts settle
 * in several steps, and the server need not follow each.
 */
import type { SourceId, Wanted } from '../wire/types';

/** How long sizes must rest before they are told. */
const SETTLE_MS = 100;

export class WantedPictures {
	readonly #tell: (videos: Wanted[]) => void;
	/** One entry per element on the screen. */
	readonly #shown = new Map<object, Wanted>();
	/** Where each source sits, for those shown equally large. */
	#order: ReadonlyMap<SourceId, number> = new Map();
	#pinned: readonly SourceId[] = [];
	#expected: readonly Wanted[] = [];
	#told = '';
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(tell: (videos: Wanted[]) => void) {
		this.#tell = tell;
	}

	/** That element shows this source at this height, in device pixels; 0 is out of sight. */
	show(element: object, source: SourceId, height: number): void {
		if (height > 0) this.#shown.set(element, { source, height: Math.min(Math.round(height), 65_535) });
		else this.#shown.delete(element);
		this.#schedule();
	}

	hide(element: object): void {
		this.#shown.delete(element);
		this.#schedule();
	}

	/** Pictures that will be on the screen in a moment, so that they are there at that moment. */
	expect(pictures: readonly Wanted[]): void {
		this.#expected = pictures;
		this.#schedule();
	}

	/**
	 * What is pinned comes first, on a narrow line, too. Among pictures of one size the order of the seats decides, when
	 * there are more than can be received.
	 */
	arrange(sources: readonly SourceId[], pinned: readonly SourceId[]): void {
		this.#order = new Map(sources.map((source, place) => [source, place]));
		this.#pinned = pinned;
		this.#schedule();
	}

	/** Says all again: to a server that has forgotten. */
	tellAgain(): void {
		this.#told = '';
		this.#schedule();
	}

	/** Each source once, in its largest size: what is pinned, then the largest; of one size, in the order of the seats. */
	current(): Wanted[] {
		const heights = new Map<SourceId, number>();
		for (const { source, height } of [...this.#expected, ...this.#shown.values()]) {
			heights.set(source, Math.max(height, heights.get(source) ?? 0));
		}
		const all = [...heights].map(([source, height]) => ({ source, height }));
		const place = ({ source }: Wanted): number => this.#order.get(source) ?? this.#order.size + source;
		const rank = ({ source }: Wanted): number => (this.#pinned.includes(source) ? 0 : 1);
		const before = (one: Wanted, other: Wanted): number =>
			rank(one) - rank(other) || other.height - one.height || place(one) - place(other);
		return all.sort(before);
	}

	#schedule(): void {
		if (this.#timer !== undefined) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			const videos = this.current();
			const text = JSON.stringify(videos);
			if (text === this.#told) return;
			this.#told = text;
			this.#tell(videos);
		}, SETTLE_MS);
	}
}
