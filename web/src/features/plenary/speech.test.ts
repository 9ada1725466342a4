import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Speech } from './speech';

let shown: string[];
let speech: Speech;

beforeEach(() => {
	vi.useFakeTimers();
	shown = [];
	speech = new Speech((text) => shown.push(text));
});

afterEach(() => vi.useRealTimers());

test('what is said is a change of a region that was empty', () => {
	speech.say(['The plenary is open.']);
	expect(shown).toEqual(['']);
	vi.runAllTimers();
	expect(shown).toEqual(['', 'The plenary is open.']);
});

test('the same sentence again is a change, too', () => {
	for (let time = 0; time < 2; time += 1) {
		speech.say(['The floor is free again.']);
		vi.runAllTimers();
	}
	expect(shown).toEqual(['', 'The floor is free again.', '', 'The floor is free again.']);
});

test('sentences that come together are said together, in order', () => {
	speech.say(['One.']);
	speech.say([]);
	vi.advanceTimersByTime(100);
	speech.say(['Two.', 'Three.']);
	vi.runAllTimers();
	expect(shown.at(-1)).toBe('One. Two. Three.');
});

test('nothing is said after the end', () => {
	speech.say(['One.']);
	speech.stop();
	vi.runAllTimers();
	expect(shown).toEqual(['']);
});
