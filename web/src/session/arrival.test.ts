import { describe, expect, test } from 'vitest';

import { deviceName } from './device';
import { ExchangeError, exchange } from './exchange';
import { forgetKeepsake, readKeepsake, writeKeepsake } from './keepsake';
import { secretIn } from './link';

describe('the link', () => {
	test.each([
		['#/join/3q2-7wAAAAA_x', '3q2-7wAAAAA_x'],
		['#/join/', undefined],
		['#/join/a/b', undefined],
		['#/', undefined],
		['', undefined],
	])('in %j the secret is %j', (hash, secret) => {
		expect(secretIn(hash)).toBe(secret);
	});
});

describe('the exchange', () => {
	const answering =
		(status: number, body: unknown): typeof fetch =>
		() =>
			Promise.resolve(new Response(JSON.stringify(body), { status }));

	test('gives a session', async () => {
		const arrival = { token: 't', summit: 's', you: 'y', plan: {} };
		await expect(exchange('secret', answering(201, arrival))).resolves.toEqual(arrival);
	});

	test.each([
		[403, { code: 'link-refused' }, 'link_refused'],
		[429, { code: 'too-many' }, 'too_many'],
		[503, { code: 'unavailable' }, 'unavailable'],
		[502, 'no problem details', 'unavailable'],
	])('%i %j is the problem "%s"', async (status, body, problem) => {
		await expect(exchange('secret', answering(status, body))).rejects.toEqual(new ExchangeError(problem as 'network'));
	});

	test('without a network is the problem "network"', async () => {
		const offline: typeof fetch = () => Promise.reject(new TypeError('failed'));
		await expect(exchange('secret', offline)).rejects.toMatchObject({ problem: 'network' });
	});
});

describe('what a tab remembers', () => {
	const storage = (): Storage => {
		const items = new Map<string, string>();
		return {
			getItem: (key: string) => items.get(key) ?? null,
			setItem: (key: string, value: string) => void items.set(key, value),
			removeItem: (key: string) => void items.delete(key),
		} as Storage;
	};

	test('is there after a reload, until it is forgotten', () => {
		const tab = storage();
		expect(readKeepsake(tab)).toBeUndefined();
		writeKeepsake({ token: 't', entered: true }, tab);
		expect(readKeepsake(tab)).toEqual({ token: 't', entered: true });
		forgetKeepsake(tab);
		expect(readKeepsake(tab)).toBeUndefined();
	});

	test.each(['', '{', '{"token":1}', 'null'])('and broken (%j) is nothing', (text) => {
		const tab = storage();
		tab.setItem('sommet.session', text);
		expect(readKeepsake(tab)).toBeUndefined();
	});
});

test.each([
	['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox · Linux'],
	['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0', 'Edge · Windows'],
	['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1', 'Safari · iPhone'],
	['something new', '?'],
])('a device is named without words', (userAgent, name) => {
	expect(deviceName(userAgent)).toBe(name);
});
