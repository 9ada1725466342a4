/** Names of languages, spoken, written and signed, and the direction in which they are written. */
import { m } from '../paraglide/messages';
import { locale } from './locale.svelte';

/** Browsers know the names of few sign languages; these are those of the languages most summits have. */
const SIGNED: Readonly<Record<string, () => string>> = {
	ase: m.sign_ase,
	bfi: m.sign_bfi,
	csl: m.sign_csl,
	fsl: m.sign_fsl,
	ils: m.sign_ils,
	rsl: m.sign_rsl,
	ssp: m.sign_ssp,
};

const WRITTEN_FROM_RIGHT: readonly string[] = ['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi'];
const SCRIPTS_FROM_RIGHT: readonly string[] = ['adlm', 'arab', 'hebr', 'nkoo', 'syrc', 'thaa'];

function nameIn(language: string): string | undefined {
	try {
		return new Intl.DisplayNames([locale.current], { type: 'language', fallback: 'none' }).of(language);
	} catch {
		// Not a language tag.
		return undefined;
	}
}

function capitalised(name: string): string {
	const [first = ''] = name;
	return first.toLocaleUpperCase(locale.current) + name.slice(first.length);
}

/** What a language is called in the language in use, with a capital where there is one; its tag where nobody knows. */
export const languageName = (language: string): string => capitalised(nameIn(language) ?? language);

/** What a sign language is called. */
export const signLanguageName = (language: string): string =>
	SIGNED[language]?.() ?? capitalised(nameIn(language) ?? m.sign_other({ tag: language }));

/** How a language is written; it does not depend on the browser, and a script that is named in the tag decides. */
export function directionOf(language: string): 'ltr' | 'rtl' {
	const [primary = '', ...subtags] = language.toLowerCase().split('-');
	const script = subtags.find((subtag) => subtag.length === 4 && /^[a-z]+$/.test(subtag));
	const fromRight = script === undefined ? WRITTEN_FROM_RIGHT.includes(primary) : SCRIPTS_FROM_RIGHT.includes(script);
	return fromRight ? 'rtl' : 'ltr';
}
