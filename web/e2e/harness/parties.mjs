/** The parties' own machines: their root keys, made once for a run, and the registrar of each for a summit. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { results, sommet } from './places.mjs';

const run = promisify(execFile);

const folder = path.join(results, '.keys');

/** Whoever runs stories has no secrets to keep. */
const environment = { ...process.env, SOMMET_PASSPHRASE: 'a passphrase for stories' };

/** @typedef {{ party: string, file: string, key: string }} Key */

/** @type {Map<string, Promise<Key>>} */
const keys = new Map();

/**
 * The key of a party.
 * @param {string} party
 * @returns {Promise<Key>}
 */
export function keyOf(party) {
	const known = keys.get(party) ?? makeKey(party);
	keys.set(party, known);
	return known;
}

/**
 * @param {string} party
 * @returns {Promise<Key>}
 */
async function makeKey(party) {
	const file = path.join(folder, `${party}.key.json`);
	fs.mkdirSync(folder, { recursive: true });
	fs.rmSync(file, { force: true });
	await command('key', 'init', party, '--file', file);
	const { key } = JSON.parse(await command('key', 'show', file, '--json'));
	return { party, file, key };
}

/**
 * Runs a command on the machine of a party.
 * @param {string[]} words
 * @returns {Promise<string>} its standard output
 */
export async function command(...words) {
	const { stdout } = await run(sommet, words, { timeout: 30_000, env: environment });
	return stdout;
}

/**
 * The registrar of a party for a summit.
 * @param {Key} key
 * @param {string} summit
 * @param {string} server its address
 */
export function startRegistrar({ party, file }, summit, server) {
	const log = fs.openSync(path.join(folder, `${party}.${summit}.log`), 'a');
	const words = ['registrar', summit, '--key', file, '--server', server];
	const child = spawn(sommet, words, { stdio: ['ignore', log, log], env: environment });
	fs.closeSync(log);
	return child;
}

/** @param {import('node:child_process').ChildProcess} child */
export async function stopRegistrar(child) {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	await ended;
}

/** The environment in which keys can be opened. */
export { environment };
