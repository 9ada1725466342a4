/** The worker of MLS: the member with its keys lives here, so that nothing it does makes the page wait. */
import type { Outcome } from '../wire/types';
import { openIdentity } from './identity';
import { Member } from './member';
import { makeEngine } from './mls/engine';
import type { TsMlsKeyPackage, TsMlsState } from './mls/engine';
import type { FromMlsWorker, ToMlsWorker } from './mls-messages';
import { openVault } from './vault';

interface Waiting {
	readonly resolve: (outcome: Outcome) => void;
	readonly reject: (error: Error) => void;
}

const asked = new Map<number, Waiting>();
let asks = 0;
let clockOffset = 0;
let member: Promise<Member<TsMlsState, TsMlsKeyPackage>> | undefined;

const say = (message: FromMlsWorker): void => postMessage(message);

async function start(secret: string | undefined): Promise<Member<TsMlsState, TsMlsKeyPackage>> {
	const vault = await openVault();
	return new Member<TsMlsState, TsMlsKeyPackage>({
		secret,
		vault,
		openIdentity: (summit, seat) => openIdentity(summit, seat, vault),
		makeEngine,
		wall: () => Date.now() + clockOffset,
		now: () => performance.now(),
		later: (work, ms) => {
			const timer = setTimeout(work, ms);
			return () => clearTimeout(timer);
		},
		random: () => Math.random(),
		ask: (request) =>
			new Promise((resolve, reject) => {
				const id = asks++;
				asked.set(id, { resolve, reject });
				say({ type: 'ask', id, request });
			}),
		onKeys: (keys) => say({ type: 'keys', keys }),
		onWritten: (written) => say({ type: 'written', written }),
		onTrouble: (code, group, about) => say({ type: 'trouble', code, group, about }),
		onView: (view) => say({ type: 'view', view }),
	});
}

async function hear(message: ToMlsWorker): Promise<void> {
	switch (message.type) {
		case 'start':
			member ??= start(message.secret);
			return;
		case 'hear':
			return (await member)?.hear(message.message);
		case 'answer': {
			const waiting = asked.get(message.id);
			asked.delete(message.id);
			if (message.outcome) waiting?.resolve(message.outcome);
			else waiting?.reject(new Error('the connection was lost'));
			return;
		}
		case 'write': {
			const { id, group, text } = message;
			const written = (await member)?.write(group, text) ?? Promise.reject(new Error('not started'));
			return written.then(
				() => say({ type: 'wrote', id, done: true }),
				() => say({ type: 'wrote', id, done: false }),
			);
		}
		case 'here':
			return (await member)?.setHere(message.seats);
		case 'clock':
			clockOffset = message.offset;
			return;
		case 'close':
			return (await member)?.close();
	}
}

addEventListener('message', ({ data }: MessageEvent<ToMlsWorker>) => void hear(data));
