/**
 * A second machine on this one: a network namespace with one address, which can be exchanged for another as when a
 * laptop moves from a cable to Wi-Fi. Needs root, or `sudo` without a password; everything is gone after `close`.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this is root already. */
const IS_ROOT = process.getuid?.() === 0;

/**
 * Runs `ip`, as root.
 * @param {...string} words
 */
function ip(...words) {
	return IS_ROOT ? run('ip', words) : run('sudo', ['-n', 'ip', ...words]);
}

/** Fails with what to do when this may not become root. */
async function checkRights() {
	if (IS_ROOT) return;
	await run('sudo', ['-n', 'true']).catch(() => {
		throw new Error(
			'this story changes addresses of the network: run it as root, or let this user use sudo without a password',
		);
	});
}

/** Addresses that no other network here uses (RFC 2544: for tests between devices). */
const SUBNET = '198.18.77';

export class OtherMachine {
	/** Where this machine is reached from there. */
	host = `${SUBNET}.1`;
	#last = 1;
	#name = `sommet-${process.pid}`;
	#link = `sm${process.pid}`.slice(0, 13);

	static async start() {
		await checkRights();
		const machine = new OtherMachine();
		await ip('netns', 'add', machine.#name);
		try {
			await ip('link', 'add', `${machine.#link}h`, 'type', 'veth', 'peer', 'name', `${machine.#link}g`);
			await ip('link', 'set', `${machine.#link}g`, 'netns', machine.#name);
			// No IPv6 address that appears a second later, when its duplicate check is over: to a browser that is a change.
			await ip('link', 'set', `${machine.#link}h`, 'addrgenmode', 'none');
			await machine.#there('link', 'set', `${machine.#link}g`, 'addrgenmode', 'none');
			await ip('addr', 'add', `${machine.host}/24`, 'dev', `${machine.#link}h`);
			await ip('link', 'set', `${machine.#link}h`, 'up');
			await machine.#there('link', 'set', 'lo', 'up');
			await machine.#there('link', 'set', `${machine.#link}g`, 'up');
			await machine.move();
		} catch (error) {
			await machine.close();
			throw error;
		}
		return machine;
	}

	/** Its address now. */
	get address() {
		return `${SUBNET}.${this.#last}`;
	}

	/** Takes the address away and gives another one. */
	async move() {
		const device = `${this.#link}g`;
		if (this.#last > 1) await this.#there('addr', 'del', `${this.address}/24`, 'dev', device);
		this.#last += 1;
		await this.#there('addr', 'add', `${this.address}/24`, 'dev', device);
	}

	/**
	 * Writes a program that is another program, run over there by the same user.
	 * @param {string} folder
	 * @param {string} program
	 */
	wrapper(folder, program) {
		const file = path.join(folder, `${path.basename(program)}-over-there`);
		const there = `ip netns exec ${this.#name}`;
		const script = IS_ROOT ? `exec ${there} ${program} "$@"` : asSameUser(there, program);
		fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
		return file;
	}

	/** @param {...string} words */
	#there(...words) {
		return ip('-n', this.#name, ...words);
	}

	async close() {
		await ip('link', 'del', `${this.#link}h`).catch(() => undefined);
		await ip('netns', 'del', this.#name);
	}
}

/**
 * The script that becomes root to go over there, and this user again to run the program. A browser is spoken to by the files
 * 3 and 4, which sudo closes: they go through it as standard input and output.
 * @param {string} there
 * @param {string} program
 */
function asSameUser(there, program) {
	const user = `setpriv --reuid=${process.getuid?.()} --regid=${process.getgid?.()} --init-groups`;
	const surroundings = ['HOME', 'LANG', 'PATH', 'TMPDIR', 'USER', 'XDG_RUNTIME_DIR'];
	const kept = surroundings.filter((name) => process.env[name] !== undefined).map((name) => `${name}="$${name}"`);
	const back = `exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2`;
	return `exec sudo -n ${there} ${user} env ${kept.join(' ')} sh -c '${back}' ${program} "$@" 0<&3 1>&4`;
}
