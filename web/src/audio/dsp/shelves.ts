/**
 * Bass and treble as shelves.
 * Source: R. Bristow-Johnson, Audio EQ Cookbook (W3C Working Group Note, 2021), low shelf and high shelf with slope 1.
 */
import { PASS } from './biquad';
import type { Coefficients } from './biquad';

/** The most that bass and treble are raised or lowered, in decibels. */
export const SHELF_MAX_DB = 12;
/** Below this is bass, in hertz: what makes a voice boom. */
export const BASS_HERTZ = 250;
/** Above this is treble, in hertz: what makes consonants clear. */
export const TREBLE_HERTZ = 3000;

/** Raises what lies below `hertz` by `decibels`, or lowers it. */
export function lowShelf(rate: number, hertz: number, decibels: number): Coefficients {
	return shelf(rate, hertz, decibels, 1);
}

/** Raises what lies above `hertz` by `decibels`, or lowers it. */
export function highShelf(rate: number, hertz: number, decibels: number): Coefficients {
	return shelf(rate, hertz, decibels, -1);
}

/** Both shelves have the same formulas but for the sign of the cosine; see the cookbook. */
function shelf(rate: number, hertz: number, decibels: number, side: 1 | -1): Coefficients {
	const wanted = Math.min(SHELF_MAX_DB, Math.max(-SHELF_MAX_DB, decibels));
	if (wanted === 0) return PASS;
	const a = 10 ** (wanted / 40);
	const turn = (2 * Math.PI * hertz) / rate;
	const cos = side * Math.cos(turn);
	const slope = Math.sqrt(2 * a) * Math.sin(turn);
	const a0 = a + 1 + (a - 1) * cos + slope;
	return {
		b0: (a * (a + 1 - (a - 1) * cos + slope)) / a0,
		b1: (side * 2 * a * (a - 1 - (a + 1) * cos)) / a0,
		b2: (a * (a + 1 - (a - 1) * cos - slope)) / a0,
		a1: (side * -2 * (a - 1 + (a + 1) * cos)) / a0,
		a2: (a + 1 + (a - 1) * cos - slope) / a0,
	};
}
