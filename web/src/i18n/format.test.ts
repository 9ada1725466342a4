import { expect, test } from 'vitest';

import { clockLength, isTimeZone, timeOfDay, zoneCity } from './format';

const NOON = Date.UTC(2031, 4, 6, 12, 5);

test('a length of time reads as a clock', () => {
	expect(clockLength(0)).toBe('0:00');
	expect(clockLength(151_900)).toBe('2:31');
	expect(clockLength(3_751_000)).toBe('1:02:31');
	expect(clockLength(-5)).toBe('0:00');
});

test('a time of day is given in its zone, on 24 hours', () => {
	expect(timeOfDay(NOON, 'UTC')).toBe('12:05');
	expect(timeOfDay(NOON, 'Europe/Vienna')).toBe('14:05');
});

test('a zone is named by its city, and an unknown one is recognised', () => {
	expect(zoneCity('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
	expect(isTimeZone('Europe/Vienna')).toBe(true);
	expect(isTimeZone('Meridia/Capital')).toBe(false);
});
