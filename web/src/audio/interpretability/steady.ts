/** A verdict that does not flicker: another one counts once it was found a few times on end. */
import type { Verdict } from './grade';

/** So often, half a second each: a pause between two sentences changes nothing. */
const TIMES = 4;

/** What two verdicts have in common when they say the same to a person. */
const wordsOf = ({ grade, findings }: Verdict): string => [grade, ...findings.map(({ reason }) => reason)].join(' ');

export class Steady {
	#shown: Verdict = { grade: undefined, findings: [] };
	#next = '';
	#times = 0;

	/** The verdict to show. The first grade counts at once: somebody waits for it. */
	take(found: Verdict): Verdict {
		const words = wordsOf(found);
		this.#times = words === this.#next ? this.#times + 1 : 1;
		this.#next = words;
		const isFirst = this.#shown.grade === undefined && found.grade !== undefined;
		if (words !== wordsOf(this.#shown) && (isFirst || this.#times >= TIMES)) this.#shown = found;
		return this.#shown;
	}
}
