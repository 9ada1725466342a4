/** The report of the line: what a technician needs, and nothing that says who met. Pure. */
import type { Figures } from '../../media/figures';
import type { SummitId } from '../../wire/types';

/** The text of the file. Sources and m-lines are numbers, which mean something in this meeting only. */
export function reportOf(summit: SummitId, browser: string, kept: readonly Figures[]): string {
	const entries = kept.map(({ at, ...figures }) => ({ at: new Date(at).toISOString(), ...figures }));
	return `${JSON.stringify({ summit, browser, entries }, undefined, '\t')}\n`;
}
