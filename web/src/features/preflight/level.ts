/** How a microphone sounds, in one word, from its loudness. */

export type LevelVerdict = 'off' | 'silent' | 'good' | 'loud';

/** Below this nothing but the room is heard. */
const SILENT_BELOW = 0.04;
/** Above this the voice distorts. */
const LOUD_ABOVE = 0.95;

/** `level` is 0 to 1. */
export function levelVerdict(level: number, on: boolean): LevelVerdict {
	if (!on) return 'off';
	if (level < SILENT_BELOW) return 'silent';
	return level > LOUD_ABOVE ? 'loud' : 'good';
}
