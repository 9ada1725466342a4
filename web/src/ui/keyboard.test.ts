import { expect, test } from 'vitest';

import { keyOf, shortcutOf, withKey, type KeyPress } from './keyboard';

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
	expect(shortcutOf(press('m', 'KeyM'), true)).toBe('microphone');
	expect(shortcutOf(press('M', 'Semicolon'), true)).toBe('microphone');
	expect(shortcutOf(press('?', 'Slash'), true)).toBe('help');
	expect(shortcutOf(press('x', 'KeyX'), true)).toBeUndefined();
});

test('where the keyboard writes no Latin letters, the position counts', () => {
	expect(shortcutOf(press('ь', 'KeyM'), true)).toBe('microphone');
	expect(shortcutOf(press('ر', 'KeyV'), true)).toBe('camera');
	expect(shortcutOf(press('؟', 'Slash'), true)).toBe('help');
});

test('held keys and combinations belong to the browser', () => {
	expect(shortcutOf(press('m', 'KeyM', { repeat: true }), true)).toBeUndefined();
	expect(shortcutOf(press('d', 'KeyD', { ctrlKey: true }), true)).toBeUndefined();
});

test('keys that are switched off do nothing, and no button names them', () => {
	expect(shortcutOf(press('m', 'KeyM'), false)).toBeUndefined();
	expect(shortcutOf(press('?', 'Slash'), false)).toBeUndefined();
	expect(withKey('Mute', keyOf('microphone', true))).toBe('Mute (M)');
	expect(withKey('Mute', keyOf('microphone', false))).toBe('Mute');
});
