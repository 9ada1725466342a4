/**
 * Where sound stops to be good for interpreters, and where it cannot be interpreted. An interpreter listens while
 * speaking, and so needs more than somebody who only listens. [V]: read in a public source; [GK]:
 * generally known, not read by us; ours: chosen and measured by us.
 * Standards whose text is paywalled are not quoted here: nothing below claims compliance with any.
 */

/** What is good, and what is usable at least. Beyond it is not interpretable. */
export interface Limit {
	readonly good: number;
	readonly usable: number;
}

/**
 * The highest frequency in use, in hertz; more is better. The aim is 125 to 15,000 Hz (Canada's and the United Nations'
 * guidance for interpreted meetings [V]); it is seen in bands of {@link BAND_HERTZ}, so that 15,000 Hz is seen as 14,500
 * at least, and a voice has little there. Below 7,000 Hz is telephony: narrow-band has 3,400 (ITU-T G.712), wide-band
 * 7,000 (ITU-T G.722), and "s", "f" and "th" are one sound.
 */
export const BANDWIDTH_HERTZ: Limit = { good: 13_500, usable: 7000 };

/**
 * Speech above what is heard in its pauses, in decibels; more is better. Listeners who do nothing else follow at 15 (the
 * aim for classrooms in ANSI S12.60); who speaks meanwhile has the own voice in the ear as well: 25 is ours.
 */
export const SIGNAL_TO_NOISE_DB: Limit = { good: 25, usable: 15 };

/**
 * The share of speech that is cut off at the top; less is better. One sample in 10,000 is a pop now and then. At one in a
 * hundred every loud syllable is distorted, and with it the spectrum of its consonants. Ours.
 */
export const CLIPPED_SHARE: Limit = { good: 0.0001, usable: 0.01 };

/**
 * What is lost on the way, as a share; less is better. Sound is sent twice, so that what is scattered is repaired: up to
 * one in twenty was measured to be without gaps that are heard (story lossy-5). Ours.
 */
export const LOSS_SHARE: Limit = { good: 0.01, usable: 0.05 };

/**
 * There and back, in milliseconds; less is better. ITU-T G.114: up to 150 ms one way disturbs nobody, above 400 ms is not
 * to be planned with [GK]. Far is never a reason to refuse, so that there is no end to what is usable.
 */
export const ROUND_TRIP_MS: Limit = { good: 300, usable: Infinity };

/** So loud before a word was spoken is too much noise already: 10 dB below speech at its normal level, in dBFS. Ours. */
export const LOUD_NOISE_DBFS = -36;

/** Sound is looked at in pieces of so many samples at 48 kHz, 43 ms: a short syllable. */
export const PIECE = 2048;
/** And at bands of such a width, in hertz: as fine as can be averaged well. */
export const BAND_HERTZ = 500;
/** What is lower is rumble of the room and not part of what interpreters need, in hertz. */
export const LOWEST_HERTZ = 125;
/** So long is remembered, in seconds: a few sentences. */
export const WINDOW_SECONDS = 10;
/** Less speech than this tells nothing, in seconds: it may have had no "s". */
export const SPEECH_SECONDS = 1.5;
/** Of the pieces so many, the softest, are what is heard in pauses. */
export const PAUSE_SHARE = 0.1;
/** A piece is speech when it is so much above the pauses, in decibels. */
export const SPEECH_ABOVE_DB = 6;
/** And louder than this, in dBFS: below, not even a far voice is understood. */
export const SOFTEST_SPEECH_DBFS = -60;
/** A band is in use when speech has there so much more than the pauses, in decibels: as much of the voice as of noise. */
export const BAND_ABOVE_NOISE_DB = 3;
/**
 * And no more than this below the strongest band, in decibels. Voices have 37 dB less at 15 kHz than at 500 Hz (Byrne et
 * al. 1994, as a density [GK]); what converters of sampling rates leave above their band is 60 dB below and more.
 */
export const BAND_BELOW_PEAK_DB = 50;
/** A whistle in the room may hide one band. Two on end without a voice are where it ends. */
export const GAP_BANDS = 2;
/** What is cut off lies within this of the top, as a factor of full scale, */
export const CLIPPED_LEVEL = 0.985;
/** at so many samples on end. */
export const CLIPPED_RUN = 3;
/** Or, where something turned the volume down afterwards: so many samples on end that are equal, near the top of all. */
export const FLAT_RUN = 4;
