import { defineConfig } from 'vitest/config';

/** `npm run interop`: not among the unit tests, because it needs a program that cargo builds (`cargo x interop`). */
export default defineConfig({
	test: {
		environment: 'node',
		include: ['interop/**/*.test.ts'],
		// Each test starts processes and waits for real keys, and machines that build at the same time are slow.
		testTimeout: 60_000,
	},
});
