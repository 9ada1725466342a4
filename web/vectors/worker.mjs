/** Runs vectors that it is handed by `main.mjs`, several at a time: WebCrypto works beside JavaScript. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { ciphersuites, getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls';

import { tests as keysAndTrees } from './keys-and-trees.mjs';
import { tests as messages } from './messages.mjs';

const tests = { ...keysAndTrees, ...messages };
const names = Object.fromEntries(Object.entries(ciphersuites).map(([name, id]) => [id, name]));
const suites = new Map();
const files = new Map();

function suite(id) {
	if (!suites.has(id)) suites.set(id, getCiphersuiteImpl(getCiphersuiteFromName(names[id])));
	return suites.get(id);
}

function vectors(file) {
	if (!files.has(file)) files.set(file, JSON.parse(readFileSync(`${workerData.folder}/${file}.json`, 'utf8')));
	return files.get(file);
}

parentPort.on('message', async ({ file, index }) => {
	const start = performance.now();
	let failure;
	try {
		const vector = vectors(file)[index];
		await tests[file](vector, await suite(vector.cipher_suite ?? 1));
	} catch (error) {
		failure = error instanceof Error ? error.message : String(error);
	}
	parentPort.postMessage({ file, index, failure, ms: performance.now() - start });
});
