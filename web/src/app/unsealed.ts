/** A seal before there is one: nothing is known, nothing is sealed, nothing can be written. */
import type { ClientSeal } from './context';

export const noSeal: ClientSeal = {
	status: 'checking',
	trouble: undefined,
	troubleOf: undefined,
	code: undefined,
	parties: [],
	group: undefined,
	roster: [],
	own: undefined,
	codeCompared: false,
	markCompared: () => undefined,
	revoked: [],
	dismissRevoked: () => undefined,
	whispering: false,
	whisper: () => undefined,
	chat: {
		threads: [],
		send: () => undefined,
		sendFile: () => undefined,
		download: () => undefined,
		cancel: () => undefined,
		retry: () => undefined,
		openPair: () => Promise.resolve(undefined),
		read: () => undefined,
	},
};
