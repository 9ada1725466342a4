/**
 * A second machine on this one: a network namespace with one address, which can be exchanged for another as when a
 * laptop moves from a cable to Wi-Fi. Needs root; everything is gone after `close`.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses that no other network here uses (RFC 2544: for tests between devices). */
const SUBNET = '198.18.77';

export class OtherMachine {
	/** Where this machine is reached from there. */
	host = `${SUBNET}.1`;
	#last = 1;
	#name = `sommet-${process.pid}`;
	#link = `sm${process.pid}`.slice(0, 13);

	static async start() {
		if (process.getuid?.() !== 0)
			throw new Error('this story changes addresses of the network, so it must run as root');
		const machine = new OtherMachine();
		await run('ip', ['netns', 'add', machine.#name]);
		try {
			await run('ip', ['link', 'add', `${machine.#link}h`, 'type', 'veth', 'peer', 'name', `${machine.#link}g`]);
			await run('ip', ['link', 'set', `${machine.#link}g`, 'netns', machine.#name]);
			// No IPv6 address that appears a second later, when its duplicate check is over: to a browser that is a change.
			await run('ip', ['link', 'set', `${machine.#link}h`, 'addrgenmode', 'none']);
			await machine.#there('link', 'set', `${machine.#link}g`, 'addrgenmode', 'none');
			await run('ip', ['addr', 'add', `${machine.host}/24`, 'dev', `${machine.#link}h`]);
			await run('ip', ['link', 'set', `${machine.#link}h`, 'up']);
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
	 * Writes a program that is another program, run over there.
	 * @param {string} folder
	 * @param {string} program
	 */
	wrapper(folder, program) {
		const file = path.join(folder, `${path.basename(program)}-over-there`);
		fs.writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.#name} ${program} "$@"\n`, { mode: 0o755 });
		return file;
	}

	/** @param {...string} words */
	#there(...words) {
		return run('ip', ['-n', this.#name, ...words]);
	}

	async close() {
		await run('ip', ['link', 'del', `${this.#link}h`]).catch(() => undefined);
		await run('ip', ['netns', 'del', this.#name]);
	}
}
