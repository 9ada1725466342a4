/**
 * The keys of the console: its own while it is shown, in the place of those of the room. A key is known by its letter, or by its
 * position where the keyboard writes no Latin letters.
 */
import { isTyping } from '../../ui';
import type { KeyPress } from '../../ui/keyboard';
import type { BoothSignal } from '../../wire/types';

/** What a key does in the booth. */
export type ConsoleKey =
	| 'microphone'
	| 'cough'
	| 'incoming_1'
	| 'incoming_2'
	| 'incoming_3'
	| 'outgoing'
	| 'handover'
	| 'handover_now'
	| 'handover_count'
	| `signal_${BoothSignal}`
	| 'incident'
	| 'suspend'
	| 'volume'
	| 'chat'
	| 'pad'
	| 'devices'
	| 'security'
	| 'line'
	| 'help';

/** Each key as printed on the sheet and on its button. */
export const CONSOLE_KEYS: Readonly<Record<ConsoleKey, string>> = {
	microphone: 'M',
	cough: 'C',
	incoming_1: '1',
	incoming_2: '2',
	incoming_3: '3',
	outgoing: 'O',
	handover: 'H',
	handover_now: 'Shift+H',
	handover_count: 'T',
	signal_slow_down: 'Q',
	signal_repeat: 'W',
	signal_numbers: 'E',
	signal_microphone: 'R',
	incident: 'I',
	suspend: 'P',
	volume: 'V',
	chat: 'B',
	pad: 'N',
	devices: 'D',
	security: 'L',
	line: 'F',
	help: '?',
};

/** The same signals for who has switched the keys of one letter off. */
export const FUNCTION_KEYS: Readonly<Record<string, ConsoleKey>> = {
	F1: 'signal_slow_down',
	F2: 'signal_repeat',
	F3: 'signal_numbers',
	F4: 'signal_microphone',
};

/** What keeps its meaning while a dialog is open: whoever is heard must be able to stop that at once. */
export const ALWAYS: readonly ConsoleKey[] = ['microphone', 'cough'];

/** The parts of a press that matter; a `KeyboardEvent` is one. */
export interface ConsolePress extends KeyPress {
	readonly shiftKey: boolean;
}

/** Which key of the console was pressed, if any; `on`: the person has not switched the keys of one letter off. */
export function consoleKeyOf(press: ConsolePress, on: boolean): ConsoleKey | undefined {
	if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return undefined;
	const named = FUNCTION_KEYS[press.key];
	if (named || !on) return named;
	const letter = letterOf(press);
	const wanted = letter === 'H' && press.shiftKey ? CONSOLE_KEYS.handover_now : letter;
	const entries = Object.entries(CONSOLE_KEYS) as [ConsoleKey, string][];
	return entries.find(([, key]) => key === wanted)?.[0];
}

function letterOf({ key, code }: KeyPress): string {
	// French keyboards write digits with Shift: there it is the position that counts.
	const digit = /^(?:Digit|Numpad)([1-3])$/.exec(code)?.[1];
	if (digit !== undefined) return digit;
	if (key === '؟') return '?';
	return /^[a-z?]$/i.test(key) ? key.toUpperCase() : code.replace(/^Key/, '');
}

/** Whether letters are written or choose something there. On a slider only the arrows do. */
export function isWriting(target: EventTarget | null): boolean {
	return isTyping(target) && !(target instanceof HTMLInputElement && target.type === 'range');
}
