import { describe, expect, test } from 'vitest';

import { LastFocus } from './focus';

const button = (): { isConnected: boolean } => ({ isConnected: true });

describe('the focus is gone', () => {
	test('when what had it is taken away, once', () => {
		const [last, give] = [new LastFocus(), button()];
		last.came(give);
		expect(last.isGone()).toBe(false);
		give.isConnected = false;
		expect(last.isGone()).toBe(true);
		expect(last.isGone()).toBe(false);
	});

	test('also in a browser that first says that it left', () => {
		const [last, give] = [new LastFocus(), button()];
		last.came(give);
		give.isConnected = false;
		last.left(give);
		expect(last.isGone()).toBe(true);
	});

	test('but not when the person had gone elsewhere before', () => {
		const [last, give, lower] = [new LastFocus(), button(), button()];
		last.came(give);
		last.left(give);
		give.isConnected = false;
		expect(last.isGone()).toBe(false);
		last.came(lower);
		last.left(give);
		expect(last.isGone()).toBe(false);
		lower.isConnected = false;
		expect(last.isGone()).toBe(true);
	});
});
