/** A member by the engine of the web client, as the page uses it. */
import { attestationOf } from '../src/seal/attest';
import { equal, fromUtf8, utf8 } from '../src/seal/bytes';
import type { Bytes } from '../src/seal/bytes';
import { readMember } from '../src/seal/certificate';
import type { Leaf, MlsEngine, Committed as EngineCommitted } from '../src/seal/engine';
import { SealError } from '../src/seal/errors';
import type { TsMlsKeyPackage, TsMlsState } from '../src/seal/mls/engine';
import { mlsExporter } from '../src/seal/mls/package';
import type { CiphersuiteImpl } from '../src/seal/mls/package';
import type { SeatId } from '../src/wire/types';
import type { Committed, Member, Received, State, Wish } from './member';

const PADDING = 256;

export class TsMlsMember implements Member {
	readonly implementation = 'ts-mls';
	readonly seat: SeatId;
	readonly #engine: MlsEngine<TsMlsState, TsMlsKeyPackage>;
	readonly #suite: CiphersuiteImpl;
	readonly #group: string;
	#packages: TsMlsKeyPackage[] = [];
	#state: TsMlsState | undefined;
	#pending: EngineCommitted<TsMlsState> | undefined;

	/** `suite` is for exporting what the page does not export. */
	constructor(
		engine: MlsEngine<TsMlsState, TsMlsKeyPackage>,
		suite: CiphersuiteImpl,
		{ seat, group }: { readonly seat: SeatId; readonly group: string },
	) {
		this.#engine = engine;
		this.#suite = suite;
		this.#group = group;
		this.seat = seat;
	}

	/** What its engine keeps, for tests that look deeper. @throws Error outside of the group. */
	get inside(): TsMlsState {
		if (!this.#state) throw new Error(`${this.seat} is not in the group`);
		return this.#state;
	}

	async keyPackage(): Promise<Bytes> {
		const made = await this.#engine.keyPackage();
		this.#packages.push(made);
		return made.message;
	}

	async create(): Promise<void> {
		this.#state = await this.#engine.create(this.#group);
	}

	async join(welcome: Bytes): Promise<void> {
		const { state, used } = await this.#engine.join(this.#group, welcome, this.#packages);
		this.#state = state;
		this.#packages = this.#packages.filter((made) => made !== used);
	}

	async joinExternal(groupInfo: Bytes): Promise<Committed> {
		const isFormer = ({ identity }: Leaf): boolean => readMember(identity).seat === this.seat;
		const made = await this.#engine.joinExternal(this.#group, groupInfo, isFormer);
		this.#state = made.state;
		return made;
	}

	async commit({ adds = [], removes = [] }: Wish): Promise<Committed> {
		this.#pending = await this.#engine.commit(this.inside, { adds, removes });
		return this.#pending;
	}

	clear(): Promise<void> {
		this.#pending = undefined;
		return Promise.resolve();
	}

	async process(commit: Bytes): Promise<boolean> {
		const own = this.#pending;
		if (own && equal(own.commit, commit)) {
			[this.#state, this.#pending] = [own.state, undefined];
			return true;
		}
		const processed = await this.#engine.process(this.inside, commit);
		this.#pending = undefined;
		this.#state = processed.kind === 'applied' ? processed.state : undefined;
		return processed.kind === 'applied';
	}

	async encrypt(text: string): Promise<Bytes> {
		const plain = utf8(text);
		const padded = new Uint8Array(Math.max(1, Math.ceil(plain.length / PADDING)) * PADDING);
		padded.set(plain);
		const { state, message } = await this.#engine.encrypt(this.inside, padded);
		this.#state = state;
		return message;
	}

	async decrypt(message: Bytes): Promise<Received> {
		const { state, sender, epoch, plaintext } = await this.#engine.decrypt(this.inside, message);
		const seat = this.#engine.leaves(state).find(({ index }) => index === sender);
		if (plaintext.length % PADDING !== 0) throw new SealError('mls.bad_commit', 'it is not padded');
		this.#state = state;
		const text = fromUtf8(plaintext).replace(/\0+$/, '');
		return { text, epoch, leaf: sender, seat: seat ? readMember(seat.identity).seat : '' };
	}

	async state(): Promise<State> {
		const inside = this.inside;
		const leaves = this.#engine.leaves(inside);
		const authenticator = this.#engine.epochAuthenticator(inside);
		const treeHash = this.#engine.treeHash(inside);
		const { exporterSecret } = inside.client.keySchedule;
		const { epoch, ...hashes } = await attestationOf(inside.epoch, authenticator, treeHash, leaves);
		return {
			epoch: inside.epoch,
			own_leaf: this.#engine.ownLeaf(inside),
			authenticator: hex(authenticator),
			base_key: hex(await this.#engine.baseKey(inside)),
			exporter: hex(await mlsExporter(exporterSecret, 'sommet/interop', utf8('context'), 32, this.#suite)),
			tree_hash: hex(treeHash),
			attestation: { epoch, authenticator: hashes.authenticator, tree: hashes.tree, roster: hashes.roster },
			roster: leaves.map(({ index, identity }) => [index, readMember(identity).seat]),
		};
	}
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
