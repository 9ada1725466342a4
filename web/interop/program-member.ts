/** A member that is a process of its own (`core/seal/examples/interop`). */
import { fromBase64url, toBase64url } from '../src/seal/bytes';
import type { Bytes } from '../src/seal/bytes';
import type { SeatId } from '../src/wire/types';
import type { Committed, Implementation, Member, Received, State, Wish } from './member';
import { Program } from './program';

/** Who it is, what everybody signed, and when it is, in milliseconds since 1970. */
export interface Setup {
	readonly summit: string;
	readonly manifest: unknown;
	readonly group: string;
	/** Of its Ed25519 key, base64url. */
	readonly seed: string;
	readonly certificate: unknown;
	readonly now: number;
}

interface CommittedLine {
	readonly commit: string;
	readonly welcome: string | null;
	readonly group_info: string;
}

export class ProgramMember implements Member {
	readonly implementation: Exclude<Implementation, 'ts-mls'>;
	readonly seat: SeatId;
	readonly #program: Program;

	private constructor(implementation: Exclude<Implementation, 'ts-mls'>, seat: SeatId) {
		this.implementation = implementation;
		this.seat = seat;
		this.#program = new Program(implementation);
	}

	static async start(
		implementation: Exclude<Implementation, 'ts-mls'>,
		seat: SeatId,
		setup: Setup,
	): Promise<ProgramMember> {
		const member = new ProgramMember(implementation, seat);
		await member.#program.ask({ do: 'setup', ...setup });
		return member;
	}

	close(): Promise<void> {
		return this.#program.close();
	}

	async keyPackage(): Promise<Bytes> {
		const { key_package: bytes } = (await this.#program.ask({ do: 'key_package' })) as { key_package: string };
		return read(bytes);
	}

	async create(): Promise<void> {
		await this.#program.ask({ do: 'create' });
	}

	async join(welcome: Bytes): Promise<void> {
		await this.#program.ask({ do: 'join', welcome: toBase64url(welcome) });
	}

	async joinExternal(groupInfo: Bytes): Promise<Committed> {
		return committed(await this.#program.ask({ do: 'external', group_info: toBase64url(groupInfo) }));
	}

	async commit({ adds = [], removes = [] }: Wish): Promise<Committed> {
		const command = adds.length > 0 ? (removes.length > 0 ? 'swap' : 'add') : removes.length > 0 ? 'remove' : 'update';
		const wish = { key_packages: adds.map(toBase64url), leaves: removes };
		return committed(await this.#program.ask({ do: command, ...wish }));
	}

	async clear(): Promise<void> {
		await this.#program.ask({ do: 'clear' });
	}

	async process(commit: Bytes): Promise<boolean> {
		const answer = await this.#program.ask({ do: 'process', commit: toBase64url(commit) });
		return (answer as { readonly active: boolean }).active;
	}

	async encrypt(text: string): Promise<Bytes> {
		const { message } = (await this.#program.ask({ do: 'encrypt', text })) as { message: string };
		return read(message);
	}

	async decrypt(message: Bytes): Promise<Received> {
		return (await this.#program.ask({ do: 'decrypt', message: toBase64url(message) })) as Received;
	}

	async state(): Promise<State> {
		return (await this.#program.ask({ do: 'state' })) as State;
	}
}

function committed(line: unknown): Committed {
	const { commit, welcome, group_info: groupInfo } = line as CommittedLine;
	return { commit: read(commit), welcome: welcome === null ? undefined : read(welcome), groupInfo: read(groupInfo) };
}

function read(text: string): Bytes {
	const bytes = fromBase64url(text);
	if (!bytes) throw new Error('an answer that is not base64url');
	return bytes;
}
