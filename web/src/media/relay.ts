/** The relay that the server has inside of its TLS, as the browser wants to be told. */
import type { Relay } from '../wire/types';

/** The port of a page whose address names none. */
const HTTPS_PORT = '443';

/** None where the server has none. `page`: where this page came from, and the relay is unless the server says otherwise. */
export function iceServersOf(relay: Relay | undefined, page: Pick<Location, 'hostname' | 'port'>): RTCIceServer[] {
	if (!relay) return [];
	const address = relay.address ?? `${page.hostname}:${page.port || HTTPS_PORT}`;
	return [{ urls: `turns:${address}?transport=tcp`, username: relay.user, credential: relay.password }];
}
