/** How booths, languages and sounds are called. */
import { languageName, locale, m } from '../../i18n';
import type { Heard, Preset } from '../../meeting/booth';
import type { BoothView, BoothSignal, SummitPlan, SuspensionReason } from '../../wire/types';

/** The floor, or the name of a channel. */
export const incomingName = (channel: Preset): string => (channel === null ? m.console_floor() : languageName(channel));

/** A booth, by what it works into. */
export function boothName({ booths }: SummitPlan, { booth, outgoing }: BoothView): string {
	const languages = booths.find(({ id }) => id === booth)?.languages ?? [outgoing];
	return languages.map(languageName).join(' – ');
}

export const HEARD: Readonly<Record<Heard, () => string>> = {
	floor: m.console_floor,
	relay: m.console_relay,
	partner: m.console_partner,
};

export const SIGNALS: Readonly<Record<BoothSignal, () => string>> = {
	slow_down: m.console_signal_slow_down,
	repeat: m.console_signal_repeat,
	numbers: m.console_signal_numbers,
	microphone: m.console_signal_microphone,
};

export const REASONS: Readonly<Record<SuspensionReason, () => string>> = {
	bad_sound: m.console_reason_bad_sound,
	no_relief: m.console_reason_no_relief,
	too_fast: m.console_reason_too_fast,
	no_document: m.console_reason_no_document,
	technical: m.console_reason_technical,
};

/** Decibels to a tenth, with their sign, unless told otherwise. */
export const decibels = (value: number, signDisplay: 'exceptZero' | 'never' = 'exceptZero'): string =>
	`${new Intl.NumberFormat(locale.current, { maximumFractionDigits: 1, signDisplay }).format(value)} dB`;
