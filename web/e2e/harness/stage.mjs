/** What all stories share, started when the first one asks for it: one server and one browser of each kind. */
import path from 'node:path';

import * as chromium from './chromium.mjs';
import * as firefox from './firefox.mjs';
import { results } from './places.mjs';
import { Server } from './server.mjs';

export class Stage {
	/** @type {Map<string, Promise<{ close: () => Promise<unknown> }>>} */
	#started = new Map();

	server() {
		return this.#once('server', async () => {
			const server = await Server.start(path.join(results, '.server'));
			return Object.assign(server, { close: () => server.stop() });
		});
	}

	/** @param {boolean} permissive */
	chromium(permissive) {
		return this.#once(`chromium-${permissive}`, () => chromium.launch({ permissive }));
	}

	firefox() {
		return this.#once('firefox', () => firefox.launch());
	}

	/** Two browsers at a time are enough for two cores: the one that few stories use goes when they are over. */
	async closeFirefox() {
		await this.#close('firefox');
	}

	async close() {
		for (const name of [...this.#started.keys()].reverse()) await this.#close(name);
	}

	/** @param {string} name */
	async #close(name) {
		const started = this.#started.get(name);
		this.#started.delete(name);
		if (started) await started.then((thing) => thing.close()).catch(() => undefined);
	}

	/**
	 * @template {{ close: () => Promise<unknown> }} T
	 * @param {string} name
	 * @param {() => Promise<T>} start
	 * @returns {Promise<T>}
	 */
	#once(name, start) {
		const started = this.#started.get(name) ?? start();
		this.#started.set(name, started);
		return /** @type {Promise<T>} */ (started);
	}
}
