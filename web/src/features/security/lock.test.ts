import { expect, test } from 'vitest';

import { SEAL_TROUBLES, type SealStatus } from '../../app/context';
import { lockOf, mayReload, troublePlace } from './lock';

const seal = (status: SealStatus) => ({ status, trouble: undefined });

test.each<[SealStatus, ReturnType<typeof lockOf>]>([
	['checking', 'checking'],
	['joining', 'checking'],
	['sealed', 'sealed'],
	['waiting', 'problem'],
	['paused', 'problem'],
	['broken', 'problem'],
])('the lock of what is %s says "%s"', (status, lock) => {
	expect(lockOf(seal(status))).toBe(lock);
});

test('what is broken is told as a page before one is in, and over the room afterwards', () => {
	expect(troublePlace('preflight', seal('broken'))).toBe('page');
	expect(troublePlace('lobby', seal('broken'))).toBe('banner');
	expect(troublePlace('plenary', seal('broken'))).toBe('banner');
	expect(troublePlace('ended', seal('broken'))).toBeUndefined();
});

test('who waits or rests is told in the room, and in the pre-flight by its check', () => {
	for (const status of ['waiting', 'paused'] as const) {
		expect(troublePlace('plenary', seal(status))).toBe('banner');
		expect(troublePlace('preflight', seal(status))).toBeUndefined();
	}
	expect(troublePlace('plenary', seal('sealed'))).toBeUndefined();
	expect(troublePlace('plenary', seal('joining'))).toBeUndefined();
});

test('nobody is told to try again what another try does not change', () => {
	expect(mayReload('denied_used')).toBe(false);
	expect(mayReload('no_ed25519')).toBe(false);
	expect(mayReload('manifest_incomplete')).toBe(true);
	expect(SEAL_TROUBLES.filter(mayReload).length).toBeGreaterThan(0);
});
