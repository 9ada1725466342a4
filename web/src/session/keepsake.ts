/**
 * What a tab remembers over a reload: its session, and that the person had come in. Kept per tab, so that two seats
 * can be tried in two tabs of one browser; never in a cookie.
 */

/** What is remembered. The token is a secret: it is this person. */
export interface Keepsake {
	readonly token: string;
	/** The person had pressed "Join". */
	readonly entered: boolean;
	/** The secret of the personal link, until it was proved to the registrar: without it a reload before that is the end. */
	readonly secret?: string;
}

const KEY = 'sommet.session';

/** None in a browser that refuses to remember anything: then a reload asks for the link again. */
function tabStorage(): Storage | undefined {
	try {
		return sessionStorage;
	} catch {
		return undefined;
	}
}

export function readKeepsake(storage = tabStorage()): Keepsake | undefined {
	try {
		const value: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
		return isKeepsake(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

export function writeKeepsake(keepsake: Keepsake, storage = tabStorage()): void {
	try {
		storage?.setItem(KEY, JSON.stringify(keepsake));
	} catch {
		// Full or forbidden: the page works all the same, until it is reloaded.
	}
}

export function forgetKeepsake(storage = tabStorage()): void {
	storage?.removeItem(KEY);
}

function isKeepsake(value: unknown): value is Keepsake {
	if (typeof value !== 'object' || value === null) return false;
	const { token, entered } = value as Record<string, unknown>;
	return typeof token === 'string' && typeof entered === 'boolean';
}
