/**
 * Texts of the summit's file, dates, times and lengths in the language in use, by `Intl`. Messages of the page itself
 * are in `messages/`.
 */
import type { Localized } from '../wire/types';
import { locale } from './locale.svelte';

/** The text in a language, else in the same language of another region or script, else in English, else the first. */
export function inLanguage(texts: Localized, language: string): string {
	const tags = Object.keys(texts).sort();
	const tag =
		tags.find((known) => known === language) ??
		tags.find((known) => known.split('-')[0] === language) ??
		tags.find((known) => known === 'en') ??
		tags[0];
	return (tag && texts[tag]) ?? '';
}

/** A text of the summit's file in the language in use. */
export const text = (texts: Localized): string => inLanguage(texts, locale.current);

/** Digits and calendar of the language, but always the Gregorian calendar, which both sides' papers use. */
const tag = (): string => `${locale.current}-u-ca-gregory`;

/** A time of day, such as 14:05, in a time zone (the computer's, where none is given). */
export function timeOfDay(at: number, timeZone?: string): string {
	return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(at);
}

/** The city of a time zone, as its IANA name has it: `Europe/Vienna` is Vienna. */
export const zoneCity = (timeZone: string): string => (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ');

/** The computer's time zone. */
export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether `Intl` knows the time zone. */
export function isTimeZone(timeZone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone });
		return true;
	} catch {
		return false;
	}
}

/** A whole number in the digits of the language. */
export const number = (value: number): string => new Intl.NumberFormat(tag()).format(value);

const withUnit = (value: number, unit: string): string =>
	new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 3 }).format(
		value,
	);

/** Milliseconds, such as 40 ms, to three digits. */
export const milliseconds = (value: number): string => withUnit(value, 'millisecond');

/** Bits per second, such as 64 kb/s or 1.5 Mb/s, to three digits. */
export const bitRate = (bps: number): string =>
	bps < 1_000_000 ? withUnit(bps / 1000, 'kilobit-per-second') : withUnit(bps / 1_000_000, 'megabit-per-second');

/** A share of 0 to 1, such as 2.5 %, to a tenth. */
export const share = (value: number): string =>
	new Intl.NumberFormat(tag(), { style: 'percent', maximumFractionDigits: 1 }).format(value);

/** Several things in a row: "a, b and c". */
export const listOf = (words: readonly string[]): string =>
	new Intl.ListFormat(locale.current, { type: 'conjunction' }).format(words);

/** A length of time as a clock shows it: 2:31, 1:02:31. */
export function clockLength(milliseconds: number): string {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	const part = (value: number, digits: number): string =>
		new Intl.NumberFormat(tag(), { minimumIntegerDigits: digits, useGrouping: false }).format(value);
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
	const tail = `${part(minutes, hours > 0 ? 2 : 1)}:${part(seconds % 60, 2)}`;
	return hours > 0 ? `${part(hours, 1)}:${tail}` : tail;
}
