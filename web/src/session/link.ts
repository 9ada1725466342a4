/** The personal link: `https://host/#/join/<secret>`. The fragment never reaches a server's log. */

/** The secret in a fragment such as `#/join/abc`. */
export function secretIn(hash: string): string | undefined {
	return /^#\/join\/([A-Za-z0-9_-]+)$/.exec(hash)?.[1];
}

/** Takes the secret out of the address bar and out of the history entry. */
export function forgetSecret(): void {
	if (secretIn(location.hash) !== undefined) history.replaceState(null, '', '#/');
}
