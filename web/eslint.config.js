import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

export default typescript.config(
	{ ignores: ['dist', 'node_modules', 'src/paraglide', 'src/wire/types.ts', 'project.inlang'] },
	js.configs.recommended,
	...typescript.configs.strict,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
	},
	{
		files: ['*.config.{js,ts}', 'e2e/**', 'bench/**', 'interop/**', 'vectors/**'],
		languageOptions: { globals: { ...globals.node } },
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		rules: {
			// State is replaced as a whole and never changed in place, so plain collections are right.
			'svelte/prefer-svelte-reactivity': 'off',
			// The compiler, through svelte-check, is the judge of what it would have warned about.
			'svelte/no-unused-svelte-ignore': 'off',
		},
	},
	{
		rules: {
			eqeqeq: 'error',
			'no-console': 'error',
			'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
		},
	},
	// A program of the terminal, which says what it found.
	{ files: ['vectors/main.mjs'], rules: { 'no-console': 'off' } },
);
