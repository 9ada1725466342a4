/** Names this device for the question which of two stays: names only, no words, so that it needs no language. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
	[/Firefox\//, 'Firefox'],
	[/Edg\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/Chrome\//, 'Chromium'],
	[/Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
	[/iPhone/, 'iPhone'],
	[/iPad/, 'iPad'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/Linux/, 'Linux'],
];

/** Such as "Firefox · Linux". */
export function deviceName(userAgent: string): string {
	const names = [BROWSERS, SYSTEMS].map((known) => known.find(([pattern]) => pattern.test(userAgent))?.[1]);
	return names.filter((name) => name !== undefined).join(' · ') || '?';
}
