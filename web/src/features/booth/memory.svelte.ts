/** What this browser remembers of an interpreter: how each kind of sound is heard, and what the keys of the incoming side select. */
import { AS_IT_CAME } from '../../audio/mixer';
import type { Hearing } from '../../audio/mixer';
import type { Heard, Preset } from '../../meeting/booth';

const KEY = 'sommet.booth';

export interface Remembered {
	readonly hearing: Readonly<Record<Heard, Hearing>>;
	/** By the place of the key, from 0; null is the floor, and what is not there was never assigned. */
	readonly presets: Readonly<Record<number, Preset | undefined>>;
}

/** Of who never chose: the partner softer and to the right, so that nobody mistakes them for the speaker. */
export const UNTOUCHED: Remembered = {
	hearing: { floor: AS_IT_CAME, relay: AS_IT_CAME, partner: { ...AS_IT_CAME, volume: 0.6, pan: 0.6 } },
	presets: {},
};

/** What was stored, and what was never chosen as it is for everybody. */
export function rememberedIn(stored: string | null): Remembered {
	try {
		const value = JSON.parse(stored ?? '{}') as Partial<Remembered> | null;
		const heard = (of: Heard): Hearing => ({ ...UNTOUCHED.hearing[of], ...value?.hearing?.[of] });
		return {
			hearing: { floor: heard('floor'), relay: heard('relay'), partner: heard('partner') },
			presets: value?.presets ?? {},
		};
	} catch {
		return UNTOUCHED;
	}
}

/** Remembered whenever something is set. */
export class Memory {
	#values: Remembered = $state.raw(read());

	get hearing(): Remembered['hearing'] {
		return this.#values.hearing;
	}

	get presets(): Remembered['presets'] {
		return this.#values.presets;
	}

	hear(heard: Heard, wish: Partial<Hearing>): void {
		const { hearing } = this.#values;
		this.#keep({ hearing: { ...hearing, [heard]: { ...hearing[heard], ...wish } } });
	}

	assign(place: number, preset: Preset): void {
		this.#keep({ presets: { ...this.#values.presets, [place]: preset } });
	}

	#keep(changed: Partial<Remembered>): void {
		this.#values = { ...this.#values, ...changed };
		try {
			localStorage.setItem(KEY, JSON.stringify(this.#values));
		} catch {
			// A browser that stores nothing forgets it at the end of the visit.
		}
	}
}

function read(): Remembered {
	try {
		return rememberedIn(localStorage.getItem(KEY));
	} catch {
		return UNTOUCHED;
	}
}
