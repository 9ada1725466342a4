import { expect, test } from 'vitest';

import { iceServersOf } from './relay';

const relay = { address: null, user: '1795500000:42', password: 'secret' };
const credential = { username: '1795500000:42', credential: 'secret' };

test('the relay is where the page came from, by its port or the one of HTTPS', () => {
	const at = (hostname: string, port: string): unknown => iceServersOf(relay, { hostname, port });
	expect(at('summit.example', '')).toEqual([{ urls: 'turns:summit.example:443?transport=tcp', ...credential }]);
	expect(at('[2001:db8::7]', '8443')).toEqual([{ urls: 'turns:[2001:db8::7]:8443?transport=tcp', ...credential }]);
});

test('it is elsewhere where the server says so, and nowhere where there is none', () => {
	const page = { hostname: 'summit.example', port: '' };
	const elsewhere = iceServersOf({ ...relay, address: 'relay.example:8443' }, page);
	expect(elsewhere).toEqual([{ urls: 'turns:relay.example:8443?transport=tcp', ...credential }]);
	expect(iceServersOf(undefined, page)).toEqual([]);
});
