/** The engine on ts-mls; `package.ts` says what of it is used, and what not. */
import { copy, equal, toBase64url } from '../bytes';
import type { Bytes } from '../bytes';
import type {
	Change,
	Committed,
	GroupCheck,
	GroupState,
	Leaf,
	LeafContent,
	MlsEngine,
	Opened,
	OwnKeyPackage,
	Processed,
} from '../engine';
import { SealError, asSealError } from '../errors';
import type { SealCode } from '../errors';
import { groupId } from '../groups';
import type { GroupName } from '../groups';
import { applyCommit, isOfGroup, makeCommit } from './commit';
import type { MadeCommit } from './commit';
import { joinByGroupInfo, joinByWelcome, makeGroupInfo, recipientOf } from './join';
import type { KeyPackagePair } from './join';
import { contentOf, decode, encodeMessage, leafOf, leavesIn } from './messages';
import {
	createApplicationMessage,
	createGroup,
	generateKeyPackageWithKey,
	mlsExporter,
	unprotectPrivateMessage,
} from './package';
import type { CiphersuiteImpl, ClientState, GroupInfo, Proposal, PublicMessage, RatchetTree } from './package';
import { CLIENT_CONFIG, NO_SIGNATURE_KEY, SUITE_NAME, makeSuite } from './suite';
import { nodeOf } from './tree';

const BASE_KEY_LENGTH = 16;
/** How long a key package may be used, and how far a clock may be off, in seconds. */
const LIFETIME_S = 28n * 24n * 3600n;
const CLOCK_SKEW_S = 3600n;

/** Who acts, in which summit, and who judges the others. */
export interface EngineOptions {
	readonly summit: string;
	readonly keys: CryptoKeyPair;
	readonly publicKey: Bytes;
	/** The own member certificate. */
	readonly identity: Bytes;
	readonly check: GroupCheck;
}

export interface TsMlsState extends GroupState {
	readonly client: ClientState;
}

export type TsMlsKeyPackage = OwnKeyPackage & KeyPackagePair;

export async function makeEngine(options: EngineOptions): Promise<MlsEngine<TsMlsState, TsMlsKeyPackage>> {
	return new TsMlsEngine(options, await makeSuite(options.keys));
}

class TsMlsEngine implements MlsEngine<TsMlsState, TsMlsKeyPackage> {
	readonly #options: EngineOptions;
	readonly #suite: CiphersuiteImpl;

	constructor(options: EngineOptions, suite: CiphersuiteImpl) {
		this.#options = options;
		this.#suite = suite;
	}

	async keyPackage(): Promise<TsMlsKeyPackage> {
		const now = BigInt(Math.floor(Date.now() / 1000));
		const pair = await generateKeyPackageWithKey(
			{ credentialType: 'basic', identity: this.#options.identity },
			{ versions: ['mls10'], ciphersuites: [SUITE_NAME], extensions: [], proposals: [], credentials: ['basic'] },
			{ notBefore: now - CLOCK_SKEW_S, notAfter: now + LIFETIME_S },
			[],
			{ publicKey: this.#options.publicKey, signKey: NO_SIGNATURE_KEY },
			this.#suite,
		);
		return { ...pair, message: encodeMessage({ wireformat: 'mls_key_package', keyPackage: pair.publicPackage }) };
	}

	read(keyPackage: Bytes): LeafContent {
		return leafOf(decode(keyPackage, 'mls_key_package', 'mls.bad_commit').keyPackage.leafNode);
	}

	async create(group: GroupName): Promise<TsMlsState> {
		const { publicPackage, privatePackage } = await this.keyPackage();
		const id = groupId(this.#options.summit, group);
		const client = await createGroup(id, publicPackage, privatePackage, [], this.#suite, CLIENT_CONFIG);
		await this.#options.check.tree(group, leavesIn(client.ratchetTree));
		return state(group, client);
	}

	async join(
		group: GroupName,
		welcome: Bytes,
		candidates: readonly TsMlsKeyPackage[],
	): Promise<{ state: TsMlsState; used: TsMlsKeyPackage }> {
		const message = decode(welcome, 'mls_welcome', 'mls.welcome_unusable').welcome;
		return named('mls.welcome_unusable', async () => {
			const used = await recipientOf(message, candidates, this.#suite);
			const client = await joinByWelcome(message, used, this.#judge(group), this.#suite);
			return { state: state(group, client), used };
		});
	}

	async joinExternal(
		group: GroupName,
		groupInfo: Bytes,
		isFormer: (leaf: Leaf) => boolean,
	): Promise<Committed<TsMlsState>> {
		const info = decode(groupInfo, 'mls_group_info', 'mls.welcome_unusable').groupInfo;
		return named('mls.welcome_unusable', async () => {
			const former = (tree: RatchetTree): number | undefined => leavesIn(tree).find(isFormer)?.index;
			const pair = await this.keyPackage();
			const made = await joinByGroupInfo(info, pair, former, this.#judge(group), this.#suite);
			return this.#finish(group, made.before, made);
		});
	}

	async commit(before: TsMlsState, { adds = [], removes = [], identity }: Change): Promise<Committed<TsMlsState>> {
		const proposals: Proposal[] = [
			...removes.map((removed) => ({ proposalType: 'remove' as const, remove: { removed } })),
			...adds.map((bytes) => {
				const { keyPackage } = decode(bytes, 'mls_key_package', 'mls.bad_commit');
				return { proposalType: 'add' as const, add: { keyPackage } };
			}),
		];
		return named('mls.bad_commit', async () => {
			const from = identity ? withIdentity(before.client, identity) : before.client;
			const made = await makeCommit(from, proposals, this.#suite);
			return this.#finish(before.group, before.client.ratchetTree, made);
		});
	}

	async process(before: TsMlsState, commit: Bytes): Promise<Processed<TsMlsState>> {
		const { publicMessage } = decode(commit, 'mls_public_message', 'mls.bad_commit');
		const { groupContext, ratchetTree } = before.client;
		if (!isOfGroup(publicMessage, groupContext.groupId)) throw new SealError('mls.bad_commit', 'of another group');
		if (publicMessage.content.epoch < groupContext.epoch) throw new SealError('mls.epoch_old');
		if (publicMessage.content.epoch > groupContext.epoch) throw new SealError('mls.epoch_unknown');
		const content = contentOf(publicMessage, commit.length);
		const leaves = await this.#options.check.commit(before.group, leavesIn(ratchetTree), content);
		return named('mls.bad_commit', async () => {
			const client = await applyCommit(before.client, publicMessage, this.#suite);
			if (!client) return { kind: 'removed' };
			mustBe(client.ratchetTree, leaves);
			return { kind: 'applied', state: state(before.group, client), sender: content.sender };
		});
	}

	async encrypt(before: TsMlsState, plaintext: Bytes): Promise<{ state: TsMlsState; message: Bytes }> {
		const { newState, privateMessage } = await createApplicationMessage(before.client, plaintext, this.#suite);
		const message = encodeMessage({ wireformat: 'mls_private_message', privateMessage });
		return { state: state(before.group, newState), message };
	}

	async decrypt(before: TsMlsState, message: Bytes): Promise<Opened<TsMlsState>> {
		const sealed = decode(message, 'mls_private_message', 'mls.bad_commit').privateMessage;
		const { client, group } = before;
		if (!equal(sealed.groupId, client.groupContext.groupId)) throw new SealError('mls.bad_commit', 'of another group');
		if (sealed.contentType !== 'application') throw new SealError('mls.bad_commit', 'commits are not private');
		if (sealed.epoch > client.groupContext.epoch) throw new SealError('mls.epoch_unknown');
		const former =
			sealed.epoch < client.groupContext.epoch ? client.historicalReceiverData.get(sealed.epoch) : undefined;
		if (sealed.epoch < client.groupContext.epoch && !former) throw new SealError('mls.epoch_old');
		return named('mls.bad_commit', async () => {
			const { secretTree, ratchetTree, groupContext } = former ?? client;
			const key = former?.senderDataSecret ?? client.keySchedule.senderDataSecret;
			const retention = CLIENT_CONFIG.keyRetentionConfig;
			const opened = await unprotectPrivateMessage(
				key,
				sealed,
				secretTree,
				ratchetTree,
				groupContext,
				retention,
				this.#suite,
			);
			const { content } = opened.content;
			if (content.contentType !== 'application' || content.sender.senderType !== 'member') {
				throw new SealError('mls.bad_commit', 'not by a member');
			}
			const next: ClientState = former
				? {
						...client,
						historicalReceiverData: new Map(client.historicalReceiverData).set(sealed.epoch, {
							...former,
							secretTree: opened.tree,
						}),
					}
				: { ...client, secretTree: opened.tree };
			return {
				state: state(group, next),
				sender: content.sender.leafIndex,
				epoch: Number(sealed.epoch),
				plaintext: copy(content.applicationData),
			};
		});
	}

	async baseKey({ client }: TsMlsState): Promise<Bytes> {
		const { exporterSecret } = client.keySchedule;
		return copy(
			await mlsExporter(exporterSecret, 'SFrame 1.0 Base Key', new Uint8Array(), BASE_KEY_LENGTH, this.#suite),
		);
	}

	epochAuthenticator({ client }: TsMlsState): Bytes {
		return copy(client.keySchedule.epochAuthenticator);
	}

	treeHash({ client }: TsMlsState): Bytes {
		return copy(client.groupContext.treeHash);
	}

	leaves({ client }: TsMlsState): readonly Leaf[] {
		return leavesIn(client.ratchetTree);
	}

	ownLeaf({ client }: TsMlsState): number {
		return client.privatePath.leafIndex;
	}

	async groupInfo({ client }: TsMlsState): Promise<Bytes> {
		return encodeMessage({ wireformat: 'mls_group_info', groupInfo: await makeGroupInfo(client, this.#suite) });
	}

	#judge(group: GroupName): (info: GroupInfo, tree: RatchetTree) => Promise<void> {
		return async ({ groupContext }, tree) => {
			if (!equal(groupContext.groupId, groupId(this.#options.summit, group))) {
				throw new SealError('mls.welcome_unusable', 'of another group');
			}
			await this.#options.check.tree(group, leavesIn(tree));
		};
	}

	/** An own commit is judged like any other: what the others would refuse is not sent. */
	async #finish(group: GroupName, before: RatchetTree, made: MadeCommit): Promise<Committed<TsMlsState>> {
		const commit = encodePublic(made.message);
		const content = contentOf(made.message, commit.length);
		mustBe(made.client.ratchetTree, await this.#options.check.commit(group, leavesIn(before), content));
		return {
			state: state(group, made.client),
			commit,
			welcome: made.welcome && encodeMessage({ wireformat: 'mls_welcome', welcome: made.welcome }),
			groupInfo: encodeMessage({
				wireformat: 'mls_group_info',
				groupInfo: await makeGroupInfo(made.client, this.#suite),
			}),
		};
	}
}

function state(group: GroupName, client: ClientState): TsMlsState {
	return { group, epoch: Number(client.groupContext.epoch), client };
}

/** The tree has exactly the leaves that were judged. */
function mustBe(tree: RatchetTree, judged: readonly Leaf[]): void {
	const text = ({ index, identity, key, encryptionKey }: Leaf): string =>
		[index, ...[identity, key, encryptionKey].map(toBase64url)].join();
	const is = leavesIn(tree).map(text).join('\n') === judged.map(text).join('\n');
	if (!is) throw new SealError('mls.bad_commit', 'the tree is another one than was judged');
}

function encodePublic(publicMessage: PublicMessage): Bytes {
	return encodeMessage({ wireformat: 'mls_public_message', publicMessage });
}

/** The own leaf with another certificate: the path of the next commit carries it to the others. */
function withIdentity(client: ClientState, identity: Bytes): ClientState {
	const at = nodeOf(client.privatePath.leafIndex);
	const ratchetTree = client.ratchetTree.map((node, index) =>
		index === at && node?.nodeType === 'leaf'
			? { ...node, leaf: { ...node.leaf, credential: { credentialType: 'basic' as const, identity } } }
			: node,
	);
	return { ...client, ratchetTree };
}

/** Gives what fails without a code of its own that one. */
async function named<T>(code: SealCode, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw asSealError(error, code);
	}
}
