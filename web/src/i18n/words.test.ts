import { afterEach, expect, test } from 'vitest';

import { number } from './format';
import { setLocale } from './locale.svelte';
import { minutes, noticeWords } from './words';

afterEach(() => setLocale('en'));

test('a notice says what was not done before it says why', () => {
	const given = { id: 'r1', action: 'floor.give' } as const;
	expect(noticeWords({ ...given, kind: 'refused', why: 'not_chair' })).toBe(
		'Giving the floor: Only the chair may do this.',
	);
	expect(noticeWords({ ...given, kind: 'not_done' })).toMatch(/^Giving the floor: /);
	expect(noticeWords({ ...given, action: 'summit.end', kind: 'uncertain' })).toMatch(/^Ending the summit: /);
});

test('minutes are counted in the digits and the plural of the language', () => {
	expect([1, 2, 1500].map(minutes)).toEqual(['1 minute', '2 minutes', '1,500 minutes']);
	setLocale('ru');
	expect([1, 3, 45, 1500].map(minutes)).toEqual(['1 минута', '3 минуты', '45 минут', '1\u00a0500 минут']);
	setLocale('ar');
	expect([1, 3, 45].map(minutes)).toEqual(['دقيقة واحدة', `${number(3)} دقائق`, `${number(45)} دقيقة`]);
});
