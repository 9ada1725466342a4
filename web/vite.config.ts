import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server; `SOMMET_SERVER=https://host:port npm run dev` says otherwise. */
const server = process.env['SOMMET_SERVER'] ?? 'http://127.0.0.1:8443';

/**
 * Compiles the messages. Which language is spoken is decided in `src/i18n`, not by the compiled code. Tests find the
 * messages compiled (`npm run messages`): the plugin would watch them and never let the test run end.
 */
const messages = process.env['VITEST']
	? []
	: [
			paraglideVitePlugin({
				project: './project.inlang',
				outdir: './src/paraglide',
				strategy: ['globalVariable', 'baseLocale'],
			}),
		];

export default defineConfig({
	plugins: [...messages, svelte()],
	// The page's policy allows no inline script or style and no data: URL, so nothing may be inlined.
	build: {
		outDir: 'dist',
		target: 'es2023',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	worker: { format: 'es' },
	server: { proxy: { '/api': { target: server, ws: true, secure: false } } },
	test: {
		environment: 'node',
		include: ['src/**/*.test.ts'],
		restoreMocks: true,
		// Tests of sealing wait for real keys, and machines that build at the same time are slow.
		testTimeout: 30_000,
	},
});
