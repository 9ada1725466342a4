import { expect, test } from 'vitest';

import { directionOf, languageName, signLanguageName } from './languages';

test('languages have names, and those that nobody knows keep their tag', () => {
	expect(languageName('ru')).toBe('Russian');
	expect(languageName('qqq')).toBe('Qqq');
	expect(languageName('not a tag')).toBe('Not a tag');
});

test('sign languages have names, whether browsers know them or not', () => {
	expect(signLanguageName('fsl')).toBe('French Sign Language');
	expect(signLanguageName('ase')).toBe('American Sign Language');
	expect(signLanguageName('xki')).toMatch(/^Sign language \(xki\)$|Kenyan/);
});

test('what is written from the right is told by language and script', () => {
	expect(['ar', 'ar-EG', 'he', 'fa'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'rtl']);
	expect(['en', 'ru', 'zh-Hans', 'az-Latn'].map(directionOf)).toEqual(['ltr', 'ltr', 'ltr', 'ltr']);
	expect(['az-Arab', 'pa-Arab'].map(directionOf)).toEqual(['rtl', 'rtl']);
	expect(directionOf('ur-Latn')).toBe('ltr');
});
