/** Whether a microphone can be interpreted, in one import. */
export { watchInterpretability } from './collector';
export type { Listening } from './collector';
export { gradeOf, looksWireless } from './grade';
export type { Facts, Finding, Grade, Reason, Verdict } from './grade';
export { SoundMeter } from './measure';
export type { Measure, SpeechMeasure } from './measure';
