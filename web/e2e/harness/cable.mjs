/** The way between a browser and a server for everything but sound and pictures, which can be cut and mended. */
import net from 'node:net';

export class Cable {
	/** @type {Set<net.Socket>} */
	#open = new Set();
	#isCut = false;
	#server = net.createServer((near) => this.#join(near));
	#port = 0;
	#target;
	#delay;

	/**
	 * @param {number} target the server's port
	 * @param {number} delay how long everything takes in either direction, in milliseconds
	 */
	constructor(target, delay) {
		this.#target = target;
		this.#delay = delay;
	}

	/**
	 * @param {number} target
	 * @param {{ delay?: number }} [options]
	 */
	static async lay(target, { delay = 0 } = {}) {
		const cable = new Cable(target, delay);
		await new Promise((resolve) => cable.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
		cable.#port = /** @type {net.AddressInfo} */ (cable.#server.address()).port;
		return cable;
	}

	/** Where a browser reaches the server through it. */
	get port() {
		return this.#port;
	}

	/** @param {net.Socket} near */
	#join(near) {
		if (this.#isCut) {
			near.resetAndDestroy();
			return;
		}
		const far = net.connect(this.#target, '127.0.0.1');
		for (const [one, other] of /** @type {const} */ ([
			[near, far],
			[far, near],
		])) {
			this.#open.add(one);
			one.on('data', (bytes) => setTimeout(() => other.writable && other.write(bytes), this.#delay));
			one.once('error', () => other.destroy());
			one.once('close', () => {
				this.#open.delete(one);
				setTimeout(() => other.destroy(), this.#delay);
			});
		}
	}

	/** All connections break, and no new one is made. */
	cut() {
		this.#isCut = true;
		for (const socket of this.#open) socket.resetAndDestroy();
	}

	mend() {
		this.#isCut = false;
	}

	async close() {
		this.cut();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}
