import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { SealedLines } from '../seal/lines';
import { ConnectionLost } from '../session/session';
import type { MediaConnection } from '../app/context';
import { MediaLink } from './link';

/** A peer connection that agrees to everything and carries nothing. */
class FakePeer {
	connectionState: RTCPeerConnectionState = 'new';
	onconnectionstatechange: () => void = () => undefined;
	localDescription: { sdp: string } | null = null;
	readonly restartIce = vi.fn();
	readonly setConfiguration = vi.fn();
	/** What the way in use begins with. */
	local: object | undefined;
	readonly setRemoteDescription = vi.fn(() => Promise.resolve());
	/** Of its m-lines. */
	readonly kinds: string[] = [];

	addTransceiver(kind: string): unknown {
		const mid = String(this.kinds.push(kind) - 1);
		const replaceTrack = (): Promise<void> => Promise.resolve();
		return { mid, sender: { replaceTrack }, receiver: { track: { kind } } };
	}

	setLocalDescription(): Promise<void> {
		this.localDescription = { sdp: 'v=0 offer' };
		return Promise.resolve();
	}

	getStats(): Promise<Map<string, unknown>> {
		const pair = { id: 'P', type: 'candidate-pair', selected: true, localCandidateId: 'L' };
		return Promise.resolve(new Map(this.local ? Object.entries({ P: pair, L: { id: 'L', ...this.local } }) : []));
	}

	becomes(state: RTCPeerConnectionState): void {
		this.connectionState = state;
		this.onconnectionstatechange();
	}

	close(): void {
		this.connectionState = 'closed';
	}
}

let peers: FakePeer[];
/** The offers, in order: whether each was the first of its connection. */
let offers: boolean[];
let states: MediaConnection[];
/** What the server was told, in order. */
let said: string[];
let offer: (fresh: boolean) => Promise<string>;
let link: MediaLink;

const latest = (): FakePeer => {
	const peer = peers.at(-1);
	if (!peer) throw new Error('no connection was made');
	return peer;
};

beforeEach(() => {
	vi.useFakeTimers();
	[peers, offers, states, said] = [[], [], [], []];
	offer = () => Promise.resolve('v=0 answer');
	vi.stubGlobal(
		'RTCPeerConnection',
		class extends FakePeer {
			constructor(readonly configuration: RTCConfiguration) {
				super();
				peers.push(this);
			}
		},
	);
	vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => null });
	link = new MediaLink({
		lines: new SealedLines({ install: () => 0, tell: () => undefined, counts: () => Promise.resolve(new Map()) }),
		offer: (_sdp, _tracks, fresh) => {
			offers.push(fresh);
			return offer(fresh).then((answer) => {
				said.push('answer');
				return answer;
			});
		},
		publish: ({ kind }, active) => {
			said.push(`${kind}: ${active ? 'shared' : 'over'}`);
			return Promise.resolve();
		},
		voiceBps: () => 32_000,
		onQuality: () => undefined,
		onState: (state) => states.push(state),
		onWay: () => undefined,
		onLook: () => undefined,
		onLines: () => undefined,
		onBypassed: () => undefined,
	});
});

afterEach(() => {
	link.stop();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

/** The first connection stands. */
async function isConnected(): Promise<void> {
	link.start(3);
	await vi.advanceTimersByTimeAsync(0);
	latest().becomes('connected');
}

test('in another network another way is looked for at once, and when the session is back if it went too', async () => {
	await isConnected();
	link.moved();
	await vi.advanceTimersByTimeAsync(0);
	expect(offers).toEqual([true, false]);
	offer = () => Promise.reject(new ConnectionLost());
	link.moved();
	await vi.advanceTimersByTimeAsync(0);
	offer = () => Promise.resolve('v=0 answer');
	await link.resume(true);
	expect(offers).toEqual([true, false, false, false]);
	expect(peers).toHaveLength(1);
});

test('more pictures than there are m-lines for get theirs by a further offer, and a new connection has as many at once', async () => {
	const received = (): number => latest().kinds.filter((kind) => kind === 'video').length - 1;
	link.start(40);
	await vi.advanceTimersByTimeAsync(0);
	expect([received(), offers]).toEqual([10, [true]]);
	await link.receive(8);
	await link.receive(14);
	expect([received(), offers]).toEqual([16, [true, false]]);
	await link.receive(12);
	expect(received()).toBe(16);
	await link.resume(false);
	expect([received(), offers]).toEqual([16, [true, false, true]]);
});

test('a screen that is not shared any more before its offer is answered is over when it was', async () => {
	await isConnected();
	let answered: (sdp: string) => void = () => undefined;
	offer = () => new Promise((resolve) => (answered = resolve));
	const shared = link.setScreen({ kind: 'video' } as MediaStreamTrack, null);
	await vi.advanceTimersByTimeAsync(0);
	const over = link.setScreen(null, null);
	await vi.advanceTimersByTimeAsync(0);
	expect(said).toEqual(['answer']);
	answered('v=0 answer');
	await Promise.all([shared, over]);
	expect(said).toEqual(['answer', 'answer', 'screen: over', 'screen_audio: over']);
});

test('the relay of the latest welcome is used by the next connection and by the next search for a way', async () => {
	const [first, second] = [{ urls: 'turns:a.example:443' }, { urls: 'turns:b.example:443' }];
	link.setIceServers([first]);
	await isConnected();
	expect(latest()).toMatchObject({ configuration: { bundlePolicy: 'max-bundle', iceServers: [first] } });
	link.setIceServers([second]);
	link.moved();
	await vi.advanceTimersByTimeAsync(0);
	// Browsers refuse a configuration in which anything else has changed.
	const changed = expect.objectContaining({
		bundlePolicy: 'max-bundle',
		rtcpMuxPolicy: 'require',
		iceServers: [second],
	});
	expect(latest().setConfiguration).toHaveBeenLastCalledWith(changed);
	expect(latest().restartIce).toHaveBeenCalledOnce();
	await link.resume(false);
	expect(latest()).toMatchObject({ configuration: { iceServers: [second] } });
});

test('who falls back to the relay looks for a better way once, and who has no other way does not', async () => {
	await isConnected();
	const goes = async (local: object): Promise<void> => {
		latest().local = local;
		await vi.advanceTimersByTimeAsync(2000);
	};
	await goes({ protocol: 'udp', candidateType: 'relay' });
	expect(latest().restartIce).not.toHaveBeenCalled();
	await goes({ protocol: 'udp', candidateType: 'host' });
	await goes({ protocol: 'udp', candidateType: 'relay' });
	await goes({ protocol: 'udp', candidateType: 'relay' });
	expect(latest().restartIce).toHaveBeenCalledOnce();
});

describe('an offer that was lost with the session', () => {
	test('of another way is made again on the same connection, if the server still has it', async () => {
		await isConnected();
		latest().becomes('failed');
		offer = () => Promise.reject(new ConnectionLost());
		await vi.advanceTimersByTimeAsync(1000);
		expect(offers).toEqual([true, false]);
		offer = () => Promise.resolve('v=0 answer');
		await vi.advanceTimersByTimeAsync(5000);
		await link.resume(true);
		expect(offers).toEqual([true, false, false]);
		expect(peers).toHaveLength(1);
		expect(latest().restartIce).toHaveBeenCalledTimes(2);
		await vi.advanceTimersByTimeAsync(3000);
		expect(peers, 'the other way has its time, from when it could be offered').toHaveLength(1);
		latest().becomes('connected');
		expect(states.at(-1)).toBe('connected');
	});

	test('is a matter of the past where the server has no connection any more', async () => {
		await isConnected();
		latest().becomes('failed');
		offer = () => Promise.reject(new ConnectionLost());
		await vi.advanceTimersByTimeAsync(1000);
		offer = () => Promise.resolve('v=0 answer');
		await link.resume(false);
		expect(offers).toEqual([true, false, true]);
		expect(peers).toHaveLength(2);
	});

	test('and was the first leads to a new connection: nobody knows whether it was answered', async () => {
		offer = () => Promise.reject(new ConnectionLost());
		link.start(3);
		await vi.advanceTimersByTimeAsync(0);
		offer = () => Promise.resolve('v=0 answer');
		await link.resume(true);
		expect(offers).toEqual([true, true]);
		expect(peers).toHaveLength(2);
	});
});
