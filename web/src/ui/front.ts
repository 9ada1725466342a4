/**
 * Keeps one element in front of everything, to be seen, heard and pressed. A dialog makes all that is outside of it
 * inert, also what lies above it, and a full screen hides all that is outside of it: so while there is one, the element
 * lives inside it.
 */
import type { Attachment } from 'svelte/attachments';

/** The open dialogs, the latest last. */
const dialogs: Element[] = [];
const elements = new Set<() => void>();

/** A dialog was opened; what is given closes it. */
export function opened(dialog: Element): () => void {
	dialogs.push(dialog);
	arrange();
	return () => {
		dialogs.splice(dialogs.indexOf(dialog), 1);
		arrange();
	};
}

/** Keeps the element in front for as long as it lives. */
export const keepInFront: Attachment<HTMLElement> = (element) => {
	const home = document.createComment('');
	element.before(home);
	const place = (): void => {
		const host = dialogs.at(-1) ?? document.fullscreenElement;
		if (element.parentNode === (host ?? home.parentNode)) return;
		if (host) host.append(element);
		else home.after(element);
	};
	elements.add(place);
	document.addEventListener('fullscreenchange', place);
	place();
	return () => {
		elements.delete(place);
		document.removeEventListener('fullscreenchange', place);
		home.remove();
	};
};

function arrange(): void {
	for (const place of elements) place();
}
