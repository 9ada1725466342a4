import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { welcomeAs } from '../meeting/fixtures';
import type { ClientMessage, ServerMessage } from '../wire/types';
import { PageClient } from './client.svelte';

/** What the page said to the server, and the way to answer. */
class FakeSocket {
	static latest: FakeSocket | undefined;
	onopen: () => void = () => undefined;
	onmessage: (event: { data: string }) => void = () => undefined;
	onclose: () => void = () => undefined;
	readyState = 1;
	readonly sent: ClientMessage[] = [];

	constructor() {
		FakeSocket.latest = this;
	}

	send(data: string): void {
		this.sent.push(JSON.parse(data) as ClientMessage);
	}

	close(): void {
		this.readyState = 3;
	}

	says(message: ServerMessage): void {
		this.onmessage({ data: JSON.stringify(message) });
	}
}

/** A worker that does nothing with what it is told. */
class FakeWorker extends EventTarget {
	postMessage(): void {}
	terminate(): void {}
}

/** What the browser tells of the network. */
let network: EventTarget & { type: string | undefined };

/** The browser guesses the network's speed anew, or finds itself on another one. */
function changeNetwork(type: string | undefined): void {
	network.type = type;
	network.dispatchEvent(new Event('change'));
}

/** As much of a browser's page as the client needs to begin. */
function page({ hash = '', keepsake }: { hash?: string; keepsake?: { token: string; entered: boolean } }): void {
	const location = { hash, host: 'summit.example', protocol: 'https:' };
	const items = new Map(keepsake ? [['sommet.session', JSON.stringify(keepsake)]] : []);
	const events = new EventTarget();
	network = Object.assign(new EventTarget(), { type: 'wifi' });
	vi.stubGlobal('isSecureContext', true);
	vi.stubGlobal('location', location);
	vi.stubGlobal('history', { replaceState: (_state: null, _title: string, url: string) => (location.hash = url) });
	vi.stubGlobal('sessionStorage', {
		getItem: (key: string) => items.get(key) ?? null,
		setItem: (key: string, value: string) => void items.set(key, value),
		removeItem: (key: string) => void items.delete(key),
	});
	vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
	vi.stubGlobal('dispatchEvent', events.dispatchEvent.bind(events));
	vi.stubGlobal('navigator', { userAgent: 'Firefox/153.0', connection: network, mediaDevices: devices });
	vi.stubGlobal('Worker', FakeWorker);
	vi.stubGlobal('WebSocket', FakeSocket);
	vi.stubGlobal('HTMLMediaElement', EventTarget);
	vi.stubGlobal('RTCRtpScriptTransform', EventTarget);
	vi.stubGlobal('RTCPeerConnection', EventTarget);
}

/** A browser that asks the person for every device, every time. */
const devices = {
	addEventListener: () => undefined,
	getSupportedConstraints: () => ({}),
	enumerateDevices: () => Promise.resolve([]),
	getUserMedia: () => new Promise<never>(() => undefined),
};

const welcome = welcomeAs('principal');

beforeEach(() => {
	vi.useFakeTimers();
	FakeSocket.latest = undefined;
});

afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

const socket = (): FakeSocket => {
	if (!FakeSocket.latest) throw new Error('no connection was tried');
	return FakeSocket.latest;
};

test('a reloaded tab is in again while the browser still asks for the devices', async () => {
	page({ keepsake: { token: 't', entered: true } });
	const client = new PageClient();
	vi.spyOn(client.media.link, 'start').mockImplementation(() => undefined);
	await client.open();
	expect(client.state.entered).toBe(true);
	socket().onopen();
	socket().says(welcome);
	const entered = socket().sent.find(({ type }) => type === 'enter');
	expect(entered).toMatchObject({ devices: { microphone: false, camera: false } });
	expect(client.stage.name).toBe('lobby');
	expect(client.media.status).toEqual({ microphone: 'asking', camera: 'asking' });
});

describe('who has no voice', () => {
	test.each(['observer', 'technician'] as const)('is asked for no device as %s, and is connected', async (role) => {
		page({ keepsake: { token: 't', entered: true } });
		const asked = vi.spyOn(devices, 'getUserMedia');
		const client = new PageClient();
		const start = vi.spyOn(client.media.link, 'start').mockImplementation(() => undefined);
		await client.open();
		socket().onopen();
		socket().says(welcomeAs(role));
		await client.media.open();
		client.media.setCamera(true);
		client.media.setMicrophone(true);
		await client.media.choose('camera', 'c');
		expect(asked).not.toHaveBeenCalled();
		expect(client.media.status).toEqual({ microphone: 'off', camera: 'off' });
		const said = socket().sent.filter(({ type }) => type === 'enter' || type === 'devices');
		expect(said.length).toBeGreaterThan(0);
		for (const message of said) expect(message).toMatchObject({ devices: { microphone: false, camera: false } });
		expect(start).toHaveBeenCalledOnce();
	});

	test('holds no device any more once that is known', async () => {
		page({ keepsake: { token: 't', entered: true } });
		const client = new PageClient();
		vi.spyOn(client.media.link, 'start').mockImplementation(() => undefined);
		vi.spyOn(client.media.link, 'resume').mockResolvedValue();
		await client.open();
		socket().onopen();
		socket().says(welcome);
		expect(client.media.status).toEqual({ microphone: 'asking', camera: 'asking' });
		socket().says(welcomeAs('observer'));
		expect(client.media.status).toEqual({ microphone: 'off', camera: 'off' });
	});
});

test('when the network changes, the connection is asked at once', async () => {
	page({ keepsake: { token: 't', entered: false } });
	const client = new PageClient();
	await client.open();
	socket().onopen();
	socket().says(welcome);
	vi.advanceTimersByTime(1000);
	const pings = (): number => socket().sent.filter(({ type }) => type === 'ping').length;
	const before = pings();
	changeNetwork('cellular');
	expect(pings()).toBe(before + 1);
	socket().says({ type: 'pong', sent: 0, now: 0 });
	const former = socket();
	dispatchEvent(new Event('online'));
	vi.advanceTimersByTime(0);
	expect(socket(), 'what stood went with the network').not.toBe(former);
});

test.each(['wifi', 'unknown', undefined])('a new guess of the speed is no other network (%s)', async (type) => {
	page({ keepsake: { token: 't', entered: false } });
	const client = new PageClient();
	await client.open();
	socket().onopen();
	socket().says(welcome);
	vi.advanceTimersByTime(1000);
	const before = socket().sent.length;
	changeNetwork(type);
	changeNetwork('wifi');
	expect(socket().sent).toHaveLength(before);
});

describe('the link in the address', () => {
	const answers = (status: number, body: unknown): void =>
		void vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })));

	test('is gone once it gave a session', async () => {
		page({ hash: '#/join/abc' });
		answers(201, { token: 't', summit: 's', you: welcome.you, plan: welcome.plan });
		const client = new PageClient();
		await client.open();
		expect(client.stage.name).toBe('preflight');
		expect(location.hash).toBe('#/');
	});

	test('is gone once it was refused for good', async () => {
		page({ hash: '#/join/abc' });
		answers(403, { code: 'link-refused' });
		const client = new PageClient();
		await client.open();
		expect(client.stage).toEqual({ name: 'problem', problem: 'link_refused' });
		expect(location.hash).toBe('#/');
	});

	test.each([
		[429, 'too-many', 'too_many'],
		[503, 'unavailable', 'unavailable'],
	])('stays after %i, so that a reload tries again', async (status, code, problem) => {
		page({ hash: '#/join/abc' });
		answers(status, { code });
		const client = new PageClient();
		await client.open();
		expect(client.stage).toEqual({ name: 'problem', problem });
		expect(location.hash).toBe('#/join/abc');
		answers(201, { token: 't', summit: 's', you: welcome.you, plan: welcome.plan });
		client.retry();
		await vi.waitFor(() => expect(client.stage.name).toBe('preflight'));
	});
});
