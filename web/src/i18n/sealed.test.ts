import { afterEach, describe, expect, test } from 'vitest';

import { FILE_TROUBLES, SEAL_TROUBLES } from '../app/context';
import { setLocale, type Locale } from './locale.svelte';
import {
	admittedWords,
	attestationWords,
	fileTroubleWords,
	ownAdmittedWords,
	roleWords,
	sealStatusWords,
	sealTroubleWords,
} from './sealed';

afterEach(() => setLocale('en'));

const STATUSES = ['checking', 'waiting', 'joining', 'sealed', 'paused', 'broken'] as const;
const ATTESTATIONS = ['agreed', 'waiting', 'missing', 'mismatch', undefined] as const;

describe.each<Locale>(['en', 'fr', 'ru', 'es', 'ar', 'zh'])('in %s', (locale) => {
	test('every trouble has a sentence and a cure, and no two troubles have the same sentence', () => {
		setLocale(locale);
		const words = SEAL_TROUBLES.map(sealTroubleWords);
		for (const { title, body } of words) {
			expect(title).toMatch(/[.。]$/);
			expect(body).toMatch(/[.。]$/);
		}
		expect(new Set(words.map(({ title }) => title)).size).toBe(SEAL_TROUBLES.length);
	});

	test('no word is a key or is left in English', () => {
		const all = (): string[] => [
			...SEAL_TROUBLES.flatMap((code) => Object.values(sealTroubleWords(code)) as string[]),
			...FILE_TROUBLES.map(fileTroubleWords),
			...STATUSES.map(sealStatusWords),
			...ATTESTATIONS.map(attestationWords),
			roleWords('principal'),
			ownAdmittedWords({ by: 'root' }),
			admittedWords({ by: 'registrar', key: ['12345', '67890'] }, 0),
		];
		setLocale('en');
		const english = new Set(all());
		setLocale(locale);
		for (const words of all()) {
			expect(words).not.toMatch(/^(seal|trouble|cure|file|role)_/);
			if (locale !== 'en') expect(english.has(words), words).toBe(false);
		}
	});
});

test('the digits of a registrar’s key keep their order in a line from right to left', () => {
	setLocale('ar');
	const words = admittedWords({ by: 'registrar', key: ['12345', '67890'] }, 0);
	expect(words).toContain('\u206612345 67890\u2069');
});
