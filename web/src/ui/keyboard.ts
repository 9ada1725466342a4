/**
 * The keys of the page, in one place. A key is known by its letter, or by its position where the keyboard writes no
 * Latin letters, so that M mutes on a Russian, Greek or Arabic keyboard too.
 */

/** What a key does in the room. */
export type Shortcut =
	| 'microphone'
	| 'camera'
	| 'hand'
	| 'share'
	| 'chat'
	| 'whisper'
	| 'caucus'
	| 'captions'
	| 'signs'
	| 'floor'
	| 'agenda'
	| 'security'
	| 'language'
	| 'channels'
	| 'devices'
	| 'line'
	| 'people'
	| 'previous'
	| 'next'
	| 'help';

/** The letter of each shortcut, or the name of its key, as printed on the sheet. */
export const KEYS: Readonly<Record<Shortcut, string>> = {
	microphone: 'M',
	camera: 'V',
	hand: 'H',
	share: 'S',
	chat: 'C',
	whisper: 'W',
	caucus: 'K',
	captions: 'T',
	signs: 'G',
	floor: 'F',
	agenda: 'A',
	security: 'E',
	language: 'L',
	channels: 'I',
	devices: 'D',
	line: 'N',
	people: 'P',
	previous: 'PageUp',
	next: 'PageDown',
	help: '?',
};

/** The parts of a key press that matter; a `KeyboardEvent` is one. */
export interface KeyPress {
	readonly key: string;
	readonly code: string;
	readonly ctrlKey: boolean;
	readonly altKey: boolean;
	readonly metaKey: boolean;
	readonly repeat: boolean;
}

/** The key of a shortcut, as its button names it; none while the person has switched the keys off. */
export function keyOf(shortcut: Shortcut, on: boolean): string | undefined {
	return on ? KEYS[shortcut] : undefined;
}

/** What a button does, with its key where it has one. */
export function withKey(label: string, key: string | undefined): string {
	return key === undefined ? label : `${label} (${key})`;
}

/**
 * Which shortcut was pressed, if any; `on`: the person has not switched the keys off. Held keys and combinations with
 * Ctrl, Alt or Meta are none.
 */
export function shortcutOf(press: KeyPress, on: boolean): Shortcut | undefined {
	if (!on) return undefined;
	if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return undefined;
	const isLatin = /^[a-z?]$/i.test(press.key);
	const letter = isLatin ? press.key.toUpperCase() : press.code.replace(/^Key/, '');
	const entries = Object.entries(KEYS) as [Shortcut, string][];
	return entries.find(([, key]) => key === letter || (key === '?' && press.key === '؟'))?.[0];
}

/** Whether the person is writing or choosing there, so that letters are not shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable="true"]') !== null;
}
