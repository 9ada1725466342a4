/** Which family of browsers this is: needed only to say where its permission settings are. */

export type BrowserFamily = 'chromium' | 'firefox' | 'safari';

/** Read from the user agent; whatever is not known is treated as Chromium, the most common. */
export function browserFamily(userAgent: string): BrowserFamily {
	if (/Firefox|FxiOS/.test(userAgent)) return 'firefox';
	if (/Chrom(e|ium)|CriOS|Edg/.test(userAgent)) return 'chromium';
	return /Safari/.test(userAgent) ? 'safari' : 'chromium';
}
