import { describe, expect, it } from 'vitest';

import { CONSOLE_KEYS, consoleKeyOf } from './keys';

const press = (key: string, more: Partial<Parameters<typeof consoleKeyOf>[0]> = {}) => ({
	key,
	code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
	ctrlKey: false,
	altKey: false,
	metaKey: false,
	shiftKey: false,
	repeat: false,
	...more,
});

describe('the keys of the console', () => {
	it('are each another one', () => {
		expect(new Set(Object.values(CONSOLE_KEYS)).size).toBe(Object.keys(CONSOLE_KEYS).length);
	});

	it('are known by letter, and by position where no Latin letters are written', () => {
		expect(consoleKeyOf(press('m'), true)).toBe('microphone');
		expect(consoleKeyOf(press('ь', { code: 'KeyM' }), true)).toBe('microphone');
		expect(consoleKeyOf(press('&', { code: 'Digit1' }), true)).toBe('incoming_1');
		expect(consoleKeyOf(press('؟'), true)).toBe('help');
	});

	it('tell a handover that is asked for from one that is made', () => {
		expect(consoleKeyOf(press('h'), true)).toBe('handover');
		expect(consoleKeyOf(press('H', { shiftKey: true }), true)).toBe('handover_now');
	});

	it('leave the browser its own, and do nothing when held or switched off', () => {
		expect(consoleKeyOf(press('c', { ctrlKey: true }), true)).toBeUndefined();
		expect(consoleKeyOf(press('c', { repeat: true }), true)).toBeUndefined();
		expect(consoleKeyOf(press('c'), false)).toBeUndefined();
		expect(consoleKeyOf(press('F1', { code: 'F1' }), false)).toBe('signal_slow_down');
	});
});
