import { expect, test } from 'vitest';

import { noticeWords } from './words';

test('a notice says what was not done before it says why', () => {
	const given = { id: 'r1', action: 'floor.give' } as const;
	expect(noticeWords({ ...given, kind: 'refused', why: 'not_chair' })).toBe(
		'Giving the floor: Only the chair may do this.',
	);
	expect(noticeWords({ ...given, kind: 'not_done' })).toMatch(/^Giving the floor: /);
	expect(noticeWords({ ...given, action: 'summit.end', kind: 'uncertain' })).toMatch(/^Ending the summit: /);
});
