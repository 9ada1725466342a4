import { expect, test } from 'vitest';

import { shortcutOf, type KeyPress } from './keyboard';

const press = (key: string, code: string, more: Partial<KeyPress> = {}): KeyPress => ({
	key,
	code,
	ctrlKey: false,
	altKey: false,
	metaKey: false,
	repeat: false,
	...more,
});

test('a letter is found by what is printed on the key', () => {
	expect(shortcutOf(press('m', 'KeyM'))).toBe('microphone');
	expect(shortcutOf(press('M', 'Semicolon'))).toBe('microphone');
	expect(shortcutOf(press('?', 'Slash'))).toBe('help');
	expect(shortcutOf(press('x', 'KeyX'))).toBeUndefined();
});

test('where the keyboard writes no Latin letters, the position counts', () => {
	expect(shortcutOf(press('ь', 'KeyM'))).toBe('microphone');
	expect(shortcutOf(press('ر', 'KeyV'))).toBe('camera');
	expect(shortcutOf(press('؟', 'Slash'))).toBe('help');
});

test('held keys and combinations belong to the browser', () => {
	expect(shortcutOf(press('m', 'KeyM', { repeat: true }))).toBeUndefined();
	expect(shortcutOf(press('d', 'KeyD', { ctrlKey: true }))).toBeUndefined();
});
