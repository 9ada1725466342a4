/** What was begun and not sent, and which conversation is shown: kept while the panel is closed, for as long as the page. */
import type { GroupId } from '../../wire/types';

class Drafts {
	/** The conversation that is shown; none: the list of them. */
	thread = $state<GroupId | undefined>();
	#texts = $state.raw<Readonly<Record<GroupId, string>>>({});

	of(thread: GroupId): string {
		return this.#texts[thread] ?? '';
	}

	set(thread: GroupId, text: string): void {
		this.#texts = { ...this.#texts, [thread]: text };
	}
}

export const drafts = new Drafts();
