import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { inLanguage } from './format';
import { firstSpoken } from './locale.svelte';

type Plural = { match: Record<string, string> }[];
type Messages = Record<string, string | Plural>;

const read = (locale: string): Messages =>
	JSON.parse(readFileSync(new URL(`../../messages/${locale}.json`, import.meta.url), 'utf8')) as Messages;

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1] ?? '').sort();

const english = read('en');

test.each(['fr', 'ru', 'es', 'ar', 'zh'])(
	'%s says everything that English says, with the same placeholders',
	(locale) => {
		const translated = read(locale);
		expect(Object.keys(translated)).toEqual(Object.keys(english));
		for (const [key, original] of Object.entries(english)) {
			const translation = translated[key];
			if (typeof original !== 'string' || typeof translation !== 'string') continue;
			expect(translation.trim(), key).not.toBe('');
			expect(placeholders(translation), key).toEqual(placeholders(original));
		}
	},
);

test.each(['en', 'fr', 'ru', 'es', 'ar', 'zh'])('%s has words for every plural category of its own', (locale) => {
	const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
	for (const [key, message] of Object.entries(read(locale))) {
		if (typeof message === 'string') continue;
		const given = message.flatMap(({ match }) => Object.keys(match).map((form) => form.replace('form=', '')));
		expect(given.sort(), key).toEqual([...categories].sort());
	}
});

test('a name falls back to a regional form, then to English, then to the first', () => {
	expect(inLanguage({ en: 'Talks', 'zh-Hans': '会谈' }, 'zh')).toBe('会谈');
	expect(inLanguage({ en: 'Talks', fr: 'Entretiens' }, 'ru')).toBe('Talks');
	expect(inLanguage({ ru: 'Переговоры', fr: 'Entretiens' }, 'ar')).toBe('Entretiens');
});

test('the first language that the page speaks is taken', () => {
	expect(firstSpoken(['de-AT', 'fr-CH', 'en'])).toBe('fr');
	expect(firstSpoken(['de', 'it'])).toBeUndefined();
});
