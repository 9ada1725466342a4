/** Puts a sound to the left or right with the same power wherever it is, as `StereoPannerNode` does (Web Audio API, 1.33). */

/** What goes where: `left = l·leftToLeft + r·rightToLeft`, `right = l·leftToRight + r·rightToRight`. */
export interface PanGains {
	readonly leftToLeft: number;
	readonly leftToRight: number;
	readonly rightToLeft: number;
	readonly rightToRight: number;
}

/** For one channel: 3 dB less on either side in the middle. @param pan −1 is left, 0 the middle, 1 right */
export function panMono(pan: number): { readonly left: number; readonly right: number } {
	const angle = ((within(pan) + 1) / 2) * (Math.PI / 2);
	return { left: Math.cos(angle), right: Math.sin(angle) };
}

/** For two channels, which stay as they are in the middle. @param pan −1 is left, 0 the middle, 1 right */
export function panStereo(pan: number): PanGains {
	const place = within(pan);
	const angle = (place <= 0 ? place + 1 : place) * (Math.PI / 2);
	const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
	return place <= 0
		? { leftToLeft: 1, leftToRight: 0, rightToLeft: cos, rightToRight: sin }
		: { leftToLeft: cos, leftToRight: sin, rightToLeft: 0, rightToRight: 1 };
}

function within(pan: number): number {
	return Math.min(1, Math.max(-1, pan));
}
