/** A program that is led by lines of JSON: one command a line in, one answer a line out, in the order of the commands. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { env } from 'node:process';
import { createInterface } from 'node:readline';

/** Ours, built by `cargo x interop`; its argument says which of its two implementations it is. */
const OURS = resolve('../target/debug/examples/interop');
/** A program of somebody else, to be tried: it plays the part of `mls-rs`. */
export const THEIRS = env['SOMMET_INTEROP'];

/** An answer that is an error. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	constructor(
		readonly code: string,
		message: string,
	) {
		super(`${code}: ${message}`);
	}
}

export class Program {
	readonly #path: string;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #lines: AsyncIterator<string>;
	#said = '';

	constructor(implementation: 'openmls' | 'mls-rs') {
		const [path, argv] = implementation === 'mls-rs' && THEIRS ? [THEIRS, []] : [OURS, [implementation]];
		if (!existsSync(path)) throw new Error(`${path} is not there: \`cargo x interop\` builds ours`);
		this.#path = path;
		this.#child = spawn(path, argv);
		this.#child.stderr.on('data', (bytes: Buffer) => (this.#said += bytes.toString()));
		// Written to a program that ended: its answer, which does not come, says so.
		this.#child.stdin.on('error', () => undefined);
		this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
	}

	/** @throws Refusal */
	async ask(command: Readonly<Record<string, unknown>>): Promise<unknown> {
		const answer = this.#lines.next();
		this.#child.stdin.write(`${JSON.stringify(command)}\n`);
		const { done, value } = await answer;
		if (done === true) throw new Error(`${this.#path} ended: ${this.#said}`);
		const said = JSON.parse(value) as { readonly error?: string; readonly message?: string };
		if (said.error !== undefined) throw new Refusal(said.error, said.message ?? '');
		return said;
	}

	/** Ends when it has ended. */
	async close(): Promise<void> {
		const { exitCode, signalCode } = this.#child;
		if (exitCode !== null || signalCode !== null) return;
		const ended = new Promise((resolveEnd) => this.#child.once('exit', resolveEnd));
		this.#child.stdin.end();
		await ended;
	}
}
