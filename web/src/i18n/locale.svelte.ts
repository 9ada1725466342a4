/**
 * Which of the six languages the page speaks now. Reactive: every message in markup changes with it, without a reload
 * and without remounting anything, so that no picture is interrupted. Nothing here translates.
 */
import { getTextDirection, isLocale, locales, overwriteGetLocale } from '../paraglide/runtime';

export type Locale = (typeof locales)[number];

const STORED = 'sommet.language';

/** What the person chose in this browser before, if anything. */
function stored(): Locale | undefined {
	try {
		const tag = localStorage.getItem(STORED);
		return tag && isLocale(tag) ? tag : undefined;
	} catch {
		// Storage may be forbidden; then nothing was remembered.
		return undefined;
	}
}

/** The first of the wanted languages that the page speaks, compared by primary subtag: `fr-CH` finds `fr`. */
export function firstSpoken(wanted: readonly string[]): Locale | undefined {
	for (const tag of wanted) {
		const primary = tag.toLowerCase().split('-')[0] ?? '';
		if (isLocale(primary)) return primary;
	}
	return undefined;
}

const fromBrowser = (): Locale | undefined =>
	typeof navigator === 'undefined' ? undefined : firstSpoken(navigator.languages);

let current = $state<Locale>(stored() ?? fromBrowser() ?? 'en');
let known = (stored() ?? fromBrowser()) !== undefined;

overwriteGetLocale(() => current);
show();

function show(): void {
	if (typeof document === 'undefined') return;
	document.documentElement.lang = current === 'zh' ? 'zh-Hans' : current;
	document.documentElement.dir = getTextDirection(current);
}

/** The language in use. */
export const locale = {
	get current(): Locale {
		return current;
	},
	/** The writing direction of the language in use. */
	get direction(): 'ltr' | 'rtl' {
		return getTextDirection(current) === 'rtl' ? 'rtl' : 'ltr';
	},
};

/** The person chose a language: it is used at once and remembered in this browser. */
export function setLocale(next: Locale): void {
	current = next;
	known = true;
	show();
	try {
		localStorage.setItem(STORED, next);
	} catch {
		// Storage may be forbidden; the choice then lasts as long as the page.
	}
}

/** The seat's languages, best first: for a browser that wants none of the six, and a person who has not chosen one. */
export function preferLocale(languages: readonly string[]): void {
	const found = known ? undefined : firstSpoken(languages);
	if (!found || found === current) return;
	current = found;
	show();
}

/** All languages, each under its own name. */
export function languages(): readonly { locale: Locale; name: string }[] {
	return locales.map((tag) => {
		const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
		return { locale: tag, name: name.charAt(0).toLocaleUpperCase(tag) + name.slice(1) };
	});
}
