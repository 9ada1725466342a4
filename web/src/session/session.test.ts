import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { ClientMessage, ServerMessage } from '../wire/types';
import { recording } from '../meeting/fixtures';
import { Unanswered } from './requests';
import { ConnectionLost, OfferRefused, Session } from './session';
import type { SocketLike } from './session';

/** A WebSocket whose other end is the test. */
class FakeSocket implements SocketLike {
	onopen: WebSocket['onopen'] = null;
	onmessage: WebSocket['onmessage'] = null;
	onclose: WebSocket['onclose'] = null;
	onerror: WebSocket['onerror'] = null;
	readyState: WebSocket['readyState'] = 0;
	readonly sent: ClientMessage[] = [];

	send(data: string): void {
		this.sent.push(JSON.parse(data) as ClientMessage);
	}

	close(): void {
		this.readyState = 3;
	}

	opens(): void {
		this.readyState = 1;
		this.onopen?.call(this as unknown as WebSocket, new Event('open'));
	}

	says(message: ServerMessage): void {
		this.onmessage?.call(this as unknown as WebSocket, new MessageEvent('message', { data: JSON.stringify(message) }));
	}

	breaks(): void {
		this.readyState = 3;
		this.onclose?.call(this as unknown as WebSocket, new Event('close') as CloseEvent);
	}

	/** What was sent of that type. */
	all<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }>[] {
		return this.sent.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type);
	}
}

const welcome = recording('reveal').messages[0] as ServerMessage;

let sockets: FakeSocket[];
let told: string[];
let session: Session;

const latest = (): FakeSocket => {
	const socket = sockets.at(-1);
	if (!socket) throw new Error('no connection was tried');
	return socket;
};

/** The next connection is opened and welcomed. */
function isWelcomed(): FakeSocket {
	const socket = latest();
	socket.opens();
	socket.says(welcome);
	return socket;
}

beforeEach(() => {
	vi.useFakeTimers();
	sockets = [];
	told = [];
	session = new Session({
		url: 'ws://test/api/v1/ws',
		token: 'secret',
		device: 'Firefox · Linux',
		connect: () => {
			const socket = new FakeSocket();
			sockets.push(socket);
			return socket;
		},
		onMessage: (message) => told.push(message.type),
		onConnection: (connection) => told.push(connection),
		onClock: (offset) => told.push(`clock ${offset}`),
		onRenewed: () => told.push('renewed'),
		onGivenUp: (id, sent) => told.push(`given up ${id} ${sent}`),
	});
	session.start();
});

afterEach(() => {
	session.stop();
	vi.useRealTimers();
});

describe('a session', () => {
	test('begins with hello and the token', () => {
		latest().opens();
		expect(latest().sent).toMatchObject([
			{ type: 'hello', token: 'secret', protocol: 3, device: 'Firefox · Linux', take_over: false },
		]);
		latest().says(welcome);
		expect(told).toEqual(['connecting', 'open', 'welcome']);
	});

	test('asks for the server’s clock several times at once, then every two seconds', () => {
		const socket = isWelcomed();
		vi.advanceTimersByTime(1000);
		expect(socket.all('ping')).toHaveLength(5);
		socket.says({ type: 'pong', sent: Date.now() - 40, now: Date.now() + 480 });
		expect(told.at(-1)).toBe('clock 500');
		vi.advanceTimersByTime(2000);
		expect(socket.all('ping')).toHaveLength(6);
	});

	test('ignores what is not JSON', () => {
		const socket = isWelcomed();
		socket.onmessage?.call(socket as unknown as WebSocket, new MessageEvent('message', { data: '<html>' }));
		expect(told.at(-1)).toBe('welcome');
	});
});

describe('a lost connection', () => {
	test('comes back after 0, 0.2, 0.5, 1, 2, 2 s', () => {
		isWelcomed().breaks();
		expect(told.at(-1)).toBe('lost');
		const waits = [0, 200, 500, 1000, 2000, 2000];
		for (const wait of waits) {
			const tries = sockets.length;
			if (wait > 0) {
				vi.advanceTimersByTime(wait - 1);
				expect(sockets).toHaveLength(tries);
			}
			vi.advanceTimersByTime(wait > 0 ? 1 : 0);
			expect(sockets).toHaveLength(tries + 1);
			latest().breaks();
		}
	});

	test('does not wait when the network is back', () => {
		isWelcomed().breaks();
		for (let tries = 0; tries < 5; tries += 1) {
			vi.advanceTimersToNextTimer();
			latest().breaks();
		}
		const before = sockets.length;
		session.poke();
		expect(sockets).toHaveLength(before + 1);
	});

	test('is noticed by its silence', () => {
		isWelcomed();
		vi.advanceTimersByTime(7999);
		expect(told).not.toContain('lost');
		vi.advanceTimersByTime(1);
		expect(told.at(-1)).toBe('lost');
	});

	test('is given up soon after the network changed, unless it is heard', () => {
		const socket = isWelcomed();
		vi.advanceTimersByTime(1000);
		const pings = socket.all('ping').length;
		session.poke();
		expect(socket.all('ping')).toHaveLength(pings + 1);
		vi.advanceTimersByTime(1000);
		session.poke();
		vi.advanceTimersByTime(499);
		expect(told).not.toContain('lost');
		vi.advanceTimersByTime(1);
		expect(told.at(-1)).toBe('lost');
		vi.advanceTimersByTime(1);
		expect(sockets).toHaveLength(2);
	});

	test('is given up at once when there was no network for a while', () => {
		isWelcomed();
		session.poke(true);
		expect(told.at(-1)).toBe('lost');
		vi.advanceTimersByTime(1);
		expect(sockets).toHaveLength(2);
	});

	test('that answers after the network changed goes on', () => {
		const socket = isWelcomed();
		vi.advanceTimersByTime(1000);
		session.poke();
		vi.advanceTimersByTime(900);
		socket.says({ type: 'pong', sent: Date.now() - 900, now: Date.now() });
		vi.advanceTimersByTime(2000);
		expect(told).not.toContain('lost');
	});

	test.each(['connecting', 'saying hello'])('that is still %s when the network changes has its usual time', (step) => {
		if (step === 'saying hello') latest().opens();
		vi.advanceTimersByTime(500);
		session.poke();
		vi.advanceTimersByTime(4499);
		expect(told).not.toContain('lost');
		vi.advanceTimersByTime(1);
		expect(told.at(-1)).toBe('lost');
	});

	test('that came about after the network changed is not doubted', () => {
		session.poke();
		vi.advanceTimersByTime(2000);
		isWelcomed();
		vi.advanceTimersByTime(1999);
		expect(told).not.toContain('lost');
		expect(sockets).toHaveLength(1);
	});

	test('gives up a connection that is never welcomed', () => {
		latest().opens();
		vi.advanceTimersByTime(5000);
		expect(told.at(-1)).toBe('lost');
	});

	test('hears nothing more from the socket of before', () => {
		const former = isWelcomed();
		session.breakConnection();
		former.says({ type: 'bye', reason: 'taken_over' });
		expect(told).not.toContain('bye');
	});

	test('comes back when the server restarts or was overrun', () => {
		isWelcomed().says({ type: 'bye', reason: 'restart' });
		expect(told.slice(-2)).toEqual(['bye', 'lost']);
		vi.advanceTimersByTime(0);
		expect(sockets).toHaveLength(2);
	});

	test('does not come back after a final goodbye', () => {
		isWelcomed().says({ type: 'bye', reason: 'link_refused' });
		vi.advanceTimersByTime(60_000);
		expect(sockets).toHaveLength(1);
		expect(told.at(-1)).toBe('bye');
	});
});

describe('an occupied seat', () => {
	test('waits for the person’s answer and then says hello again', () => {
		const socket = latest();
		socket.opens();
		socket.says({ type: 'seat_taken', device: 'Chromium · Linux', since: 1 });
		vi.advanceTimersByTime(30_000);
		expect(sockets).toHaveLength(1);
		session.takeOver();
		expect(socket.all('hello').map(({ take_over }) => take_over)).toEqual([false, true]);
		socket.says(welcome);
		socket.breaks();
		vi.advanceTimersByTime(0);
		latest().opens();
		expect(latest().all('hello')).toMatchObject([{ take_over: false }]);
	});

	test('is asked for once, however often the person presses', () => {
		const socket = latest();
		socket.opens();
		socket.says({ type: 'seat_taken', device: 'Chromium · Linux', since: 1 });
		session.takeOver();
		session.takeOver();
		expect(socket.all('hello')).toHaveLength(2);
		vi.advanceTimersByTime(5000);
		expect(told.at(-1)).toBe('lost');
	});

	test('keeps the connection while the person thinks', () => {
		latest().opens();
		latest().says({ type: 'seat_taken', device: 'Chromium · Linux', since: 1 });
		vi.advanceTimersByTime(10_000);
		expect(latest().all('ping')).toHaveLength(5);
	});

	test('is asked for anew when the connection was lost meanwhile', () => {
		latest().opens();
		latest().says({ type: 'seat_taken', device: 'Chromium · Linux', since: 1 });
		latest().breaks();
		expect(told).not.toContain('lost');
		session.takeOver();
		vi.advanceTimersByTime(0);
		latest().opens();
		expect(latest().all('hello')).toMatchObject([{ take_over: true }]);
	});
});

describe('what is asked', () => {
	test('is answered', async () => {
		const socket = isWelcomed();
		const answer = session.ask('r1', { type: 'floor.raise' });
		expect(socket.sent.at(-1)).toEqual({ id: 'r1', type: 'floor.raise' });
		socket.says({ type: 'reply', id: 'r1', outcome: { result: 'done' } });
		await expect(answer).resolves.toEqual({ result: 'done' });
	});

	test('is sent again with the same id after the connection came back, after what the welcome led to', async () => {
		isWelcomed();
		const answer = session.ask('r1', { type: 'floor.raise' });
		session.breakConnection();
		vi.advanceTimersByTime(0);
		const socket = isWelcomed();
		expect(socket.all('floor.raise')).toEqual([{ id: 'r1', type: 'floor.raise' }]);
		socket.says({ type: 'reply', id: 'r1', outcome: { result: 'refused', why: 'already_raised' } });
		await expect(answer).resolves.toEqual({ result: 'refused', why: 'already_raised' });
		socket.breaks();
		vi.advanceTimersByTime(0);
		expect(isWelcomed().all('floor.raise')).toEqual([]);
	});

	test('while away and too long is given up, and said not to have been sent', async () => {
		isWelcomed().breaks();
		const answer = expect(session.ask('r1', { type: 'floor.raise' })).rejects.toThrow(Unanswered);
		vi.advanceTimersByTime(20_000);
		await answer;
		expect(told).toContain('given up r1 false');
		expect(isWelcomed().all('floor.raise')).toEqual([]);
	});

	test('is given up at a final goodbye', async () => {
		const socket = isWelcomed();
		const answer = expect(session.ask('r1', { type: 'floor.raise' })).rejects.toThrow(Unanswered);
		socket.says({ type: 'bye', reason: 'taken_over' });
		await answer;
		expect(told.slice(-2)).toEqual(['bye', 'given up r1 true']);
	});

	test('and sent, but never answered, is said to be uncertain', async () => {
		isWelcomed();
		const answer = expect(session.ask('r1', { type: 'floor.raise' })).rejects.toThrow(Unanswered);
		vi.advanceTimersByTime(20_000);
		await answer;
		expect(told).toContain('given up r1 true');
	});
});

describe('what holds for one connection', () => {
	test('ends with it', async () => {
		isWelcomed();
		const answer = expect(session.tell({ type: 'leave' })).rejects.toThrow(ConnectionLost);
		session.breakConnection();
		await answer;
		await expect(session.tell({ type: 'leave' })).rejects.toThrow(ConnectionLost);
	});

	test('an offer resolves with its answer', async () => {
		const socket = isWelcomed();
		const answer = session.offer('v=0 offer', [], true);
		const [offer] = socket.all('media.offer');
		expect(offer).toMatchObject({ sdp: 'v=0 offer', fresh: true });
		socket.says({ type: 'media.answer', id: offer?.id ?? '', sdp: 'v=0 answer' });
		expect(told.slice(-2)).toEqual(['renewed', 'media.answer']);
		socket.says({ type: 'reply', id: offer?.id ?? '', outcome: { result: 'done' } });
		await expect(answer).resolves.toBe('v=0 answer');
	});

	test('a refused offer says why', async () => {
		const socket = isWelcomed();
		const answer = session.offer('v=0 offer', [], false);
		const id = socket.all('media.offer')[0]?.id ?? '';
		socket.says({ type: 'reply', id, outcome: { result: 'refused', why: 'media_offer' } });
		await expect(answer).rejects.toThrow(OfferRefused);
	});
});
