/** Where things are in the checkout, and which ports are free. */
import dgram from 'node:dgram';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Where stories leave what they saw. */
export const results = path.join(root, 'target/e2e');

/** The command under test; another build can be named to look at it with the same stories. */
export const sommet = process.env['SOMMET_BINARY'] ?? path.join(root, 'target/debug/sommet');

/** The bad line between browsers and it, of the same build. */
export const proxy = path.join(path.dirname(sommet), 'proxy');

/** The machine's own IPv4 address that others can reach: Firefox sends no media to the loopback one. */
export function ownAddress() {
	const all = Object.values(os.networkInterfaces()).flat();
	return all.find((address) => address && address.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.1';
}

/** @returns {Promise<number>} a TCP port that nobody listens on */
export function freeTcpPort() {
	return new Promise((resolve, reject) => {
		const server = net.createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = /** @type {net.AddressInfo} */ (server.address());
			server.close(() => resolve(port));
		});
	});
}

/** @returns {Promise<number>} a UDP port that nobody uses */
export function freeUdpPort() {
	return new Promise((resolve, reject) => {
		const socket = dgram.createSocket('udp4').once('error', reject);
		socket.bind(0, () => {
			const { port } = socket.address();
			socket.close(() => resolve(port));
		});
	});
}
