/**
 * Keeps the focus from being thrown away: a button that has done its work may vanish, and the focus with it; a person
 * at the keyboard would begin again at the top of the page, and a screen reader would fall silent.
 */
import type { Attachment } from 'svelte/attachments';

/** What has the focus, as far as it is known, also after it was taken out of the page. */
export class LastFocus<E extends { readonly isConnected: boolean }> {
	#element: E | undefined;

	came(element: E): void {
		this.#element = element;
	}

	/** To be called a moment after the focus left: some browsers say so also of what was taken away. */
	left(element: E): void {
		if (element.isConnected && element === this.#element) this.#element = undefined;
	}

	/** Whether what had the focus was taken away; said once. */
	isGone(): boolean {
		if (!this.#element || this.#element.isConnected) return false;
		this.#element = undefined;
		return true;
	}
}

/** Where what has the focus vanishes from the element, `refuge` in it, such as its heading, takes the focus. */
export function keepFocus(refuge: string): Attachment<HTMLElement> {
	return (container) => {
		const last = new LastFocus<EventTarget & { isConnected: boolean }>();
		const came = ({ target }: FocusEvent): void => {
			if (target instanceof Node) last.came(target);
		};
		const left = ({ target }: FocusEvent): void => {
			if (target instanceof Node) queueMicrotask(() => last.left(target));
		};
		const changes = new MutationObserver(() => {
			// Wherever else the person went meanwhile, there the focus stays.
			if (!last.isGone() || document.activeElement !== document.body) return;
			container.querySelector<HTMLElement>(refuge)?.focus({ preventScroll: true });
		});
		container.addEventListener('focusin', came);
		container.addEventListener('focusout', left);
		changes.observe(container, { childList: true, subtree: true });
		return () => {
			container.removeEventListener('focusin', came);
			container.removeEventListener('focusout', left);
			changes.disconnect();
		};
	};
}
