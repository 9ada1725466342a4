/**
 * A page with nothing in it but modules of the product, run apart from the rest of it: what Node.js computes, a browser
 * computes as well. The modules are bundled as the product is, in memory, and served under `localhost`, where browsers
 * offer their cryptography.
 */
import http from 'node:http';
import path from 'node:path';

import { build } from 'vite';

import { root } from './places.mjs';

const web = path.join(root, 'web');

const PAGE = '<!doctype html><meta charset="utf-8"><title>Workbench</title><link rel="icon" href="data:,">';

/** With these a page is alone in its process, and browsers give it a clock that is finer than a tenth of a millisecond. */
const ALONE = {
	// As strict about scripts as the product.
	'content-security-policy': "script-src 'self'; worker-src 'self'",
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp',
};

export class Workbench {
	/** @param {http.Server} server @param {string} url */
	constructor(server, url) {
		this.#server = server;
		this.url = url;
	}

	#server;

	/**
	 * Serves an empty page at `url`, and each module beside it under its name with `.js`.
	 * @param {Record<string, string>} modules the file of each name, as a path from `web/`
	 */
	static async open(modules) {
		const files = await bundle(modules);
		const server = http.createServer((request, answer) => {
			const name = request.url?.slice(1) ?? '';
			const body = name === '' ? PAGE : files.get(name);
			const type = name === '' ? 'text/html' : 'text/javascript';
			answer.writeHead(body === undefined ? 404 : 200, { 'content-type': type, ...ALONE }).end(body);
		});
		await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
		const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
		return new Workbench(server, `http://localhost:${port}/`);
	}

	async close() {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

/**
 * @param {Record<string, string>} modules
 * @returns {Promise<Map<string, string>>} the text of each file
 */
async function bundle(modules) {
	const input = Object.fromEntries(Object.entries(modules).map(([name, file]) => [name, path.join(web, file)]));
	const output = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' };
	const built = await build({
		root: web,
		configFile: false,
		worker: { format: 'es' },
		logLevel: 'error',
		publicDir: false,
		build: {
			write: false,
			target: 'es2023',
			modulePreload: false,
			assetsInlineLimit: 0,
			rollupOptions: { input, output, preserveEntrySignatures: 'strict' },
		},
	});
	const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
	// What runs in a thread of its own is bundled by itself, and is no chunk of this.
	return new Map(outputs.map((file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)]));
}
