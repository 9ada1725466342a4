/** What the page and the mixer's worklet tell each other. */
import type { FadeCurve } from './dsp/smoothed-gain';
import type { Hearing } from './mixer';

/** The name under which the worklet is registered. */
export const MIXER = 'sommet-mixer';

/** So many sounds can be heard at once: an input of the worklet for each, whether it is used or not. */
export const PLACES = 32;

export type ToMixer =
	| { readonly type: 'hear'; readonly place: number; readonly wish: Partial<Hearing> }
	| {
			readonly type: 'fade';
			readonly place: number;
			readonly gain: number;
			readonly ms: number;
			readonly curve: FadeCurve;
	  }
	| { readonly type: 'clear'; readonly place: number }
	| { readonly type: 'ceiling'; readonly decibels: number }
	/** It is not needed any more. */
	| { readonly type: 'end' };

/** About ten times a second: the most that was taken back since the last time, in decibels. */
export interface FromMixer {
	readonly reduction: number;
}
