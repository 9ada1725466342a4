/** Decibels and what they mean as factors. Levels are in dBFS: 0 is the largest that a sample can be. */

/** The factor of so many decibels: 0 is 1, −20 is a tenth. */
export function toGain(decibels: number): number {
	return 10 ** (decibels / 20);
}

/** The decibels of a factor; −Infinity for 0. */
export function toDecibels(gain: number): number {
	return 20 * Math.log10(gain);
}

/** The decibels of a power, such as a mean of squares; −Infinity for 0. */
export function powerToDecibels(power: number): number {
	return 10 * Math.log10(power);
}
