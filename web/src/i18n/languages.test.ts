import { expect, test } from 'vitest';

import { directionOf, nameOfLanguage, nameOfSignLanguage } from './languages';

test('languages have names, and those that nobody knows keep their tag', () => {
	expect(nameOfLanguage('ru')).toBe('Russian');
	expect(nameOfLanguage('qqq')).toBe('Qqq');
	expect(nameOfLanguage('not a tag')).toBe('Not a tag');
});

test('sign languages have names, whether browsers know them or not', () => {
	expect(nameOfSignLanguage('fsl')).toBe('French Sign Language');
	expect(nameOfSignLanguage('ase')).toBe('American Sign Language');
	expect(nameOfSignLanguage('xki')).toMatch(/^Sign language \(xki\)$|Kenyan/);
});

test('what is written from the right is told by language and script', () => {
	expect(['ar', 'ar-EG', 'he', 'fa'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'rtl']);
	expect(['en', 'ru', 'zh-Hans', 'az-Latn'].map(directionOf)).toEqual(['ltr', 'ltr', 'ltr', 'ltr']);
	expect(['az-Arab', 'pa-Arab'].map(directionOf)).toEqual(['rtl', 'rtl']);
	expect(directionOf('ur-Latn')).toBe('ltr');
});
