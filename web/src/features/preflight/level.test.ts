import { expect, test } from 'vitest';

import { levelVerdict } from './level';

test('a microphone is off, silent, good or loud', () => {
	expect(levelVerdict(0.5, false)).toBe('off');
	expect(levelVerdict(0, true)).toBe('silent');
	expect(levelVerdict(0.4, true)).toBe('good');
	expect(levelVerdict(1, true)).toBe('loud');
});
