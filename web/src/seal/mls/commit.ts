/** Commits (RFC 9420 section 12.4): made with a path always, and applied with every check that ts-mls leaves out. */
import { equal } from '../bytes';
import { SealError } from '../errors';
import {
	addHistoricalReceiverData,
	addLeafNode,
	createConfirmationTag,
	createContentCommitSignature,
	createGroupInfo,
} from './package';
import {
	createSecretTree,
	encode,
	encryptGroupInfo,
	encryptGroupSecrets,
	filteredDirectPathAndCopathResolution,
} from './package';
import {
	initializeEpoch,
	leafWidth,
	directPath,
	makeKeyPackageRef,
	nextEpochContext,
	protectPublicMessage,
} from './package';
import { ratchetTreeEncoder, removeLeafNode, toLeafIndex, treeHashRoot, unprotectPublicMessage } from './package';
import { verifyConfirmationTag, verifyLeafNodeSignature } from './package';
import type {
	CiphersuiteImpl,
	ClientState,
	FramedContentCommit,
	GroupContext,
	KeyPackage,
	NodeIndex,
	Proposal,
} from './package';
import type { PublicMessage, RatchetTree, Welcome } from './package';
import { makePath, takePath } from './path';
import type { MadePath } from './path';
import { checkKeyPackage, checkKeys, checkLeaf, leafAt, refuse } from './tree';

const CODE = 'mls.bad_commit';
const PUBLIC = 'mls_public_message';

/** A commit of this member, and the state that follows from it. */
export interface MadeCommit {
	readonly client: ClientState;
	readonly message: PublicMessage;
	readonly welcome: Welcome | undefined;
}

interface Added {
	readonly keyPackage: KeyPackage;
	readonly node: NodeIndex;
}

/** The tree with the proposals of a member applied. */
interface Changed {
	readonly tree: RatchetTree;
	readonly added: readonly Added[];
}

/** @throws SealError `mls.bad_commit` where a proposal cannot be carried out. */
export async function makeCommit(
	client: ClientState,
	proposals: readonly Proposal[],
	suite: CiphersuiteImpl,
): Promise<MadeCommit> {
	const { groupContext, privatePath, signaturePrivateKey } = client;
	const sender = privatePath.leafIndex;
	const { tree, added } = await change(client.ratchetTree, proposals, sender, suite);
	const fresh = added.map(({ node }) => node);
	const made = await makePath(tree, sender, groupContext, privatePath, fresh, signaturePrivateKey, suite);
	checkKeys(made.tree, CODE);
	const { signature, framedContent } = await createContentCommitSignature(
		groupContext,
		PUBLIC,
		{ proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })), path: made.path },
		{ senderType: 'member', leafIndex: sender },
		new Uint8Array(),
		signaturePrivateKey,
		suite.signature,
	);
	const context = await contextAfter(client, framedContent, signature, made.tree, suite);
	const zeros = new Uint8Array(suite.kdf.size);
	const secrets = await initializeEpoch(client.keySchedule.initSecret, made.commitSecret, context, zeros, suite.kdf);
	const confirmationTag = await createConfirmationTag(
		secrets.keySchedule.confirmationKey,
		context.confirmedTranscriptHash,
		suite.hash,
	);
	const auth = { contentType: 'commit' as const, signature, confirmationTag };
	const message = await protectPublicMessage(
		client.keySchedule.membershipKey,
		groupContext,
		{ wireformat: PUBLIC, content: framedContent, auth },
		suite,
	);
	const next: ClientState = {
		...client,
		groupContext: context,
		ratchetTree: made.tree,
		privatePath: made.privatePath,
		keySchedule: secrets.keySchedule,
		secretTree: await createSecretTree(leafWidth(made.tree.length), secrets.encryptionSecret, suite.kdf),
		historicalReceiverData: addHistoricalReceiverData(client)[0],
		confirmationTag,
	};
	const welcome = added.length > 0 ? await makeWelcome(next, made, added, secrets, suite) : undefined;
	return { client: next, message, welcome };
}

/**
 * The state after a commit of somebody else; `undefined` where it removed this member, who cannot follow.
 * The caller has checked group, epoch, and what the proposals are.
 * @throws SealError `mls.bad_commit`, or whatever ts-mls throws.
 */
export async function applyCommit(
	client: ClientState,
	message: PublicMessage,
	suite: CiphersuiteImpl,
): Promise<ClientState | undefined> {
	const { groupContext, ratchetTree, privatePath } = client;
	const content = message.content as FramedContentCommit;
	const isExternal = content.sender.senderType === 'new_member_commit';
	const { path } = content.commit;
	const proposals = content.commit.proposals.flatMap((entry) => ('proposal' in entry ? [entry.proposal] : []));
	const author = content.sender.senderType === 'member' ? content.sender.leafIndex : undefined;
	if (author !== undefined && !leafAt(ratchetTree, author)) refuse(CODE, 'the author is not in the group');
	if (author === privatePath.leafIndex) refuse(CODE, 'an own commit is not applied again');
	await unprotectPublicMessage(client.keySchedule.membershipKey, groupContext, ratchetTree, message, suite);
	const changed = await change(ratchetTree, proposals, author, suite);
	const removesMe = proposals.some(
		(proposal) => 'remove' in proposal && proposal.remove.removed === privatePath.leafIndex,
	);
	const onlyAdds = proposals.length > 0 && proposals.every((proposal) => 'add' in proposal);
	if (!path && !onlyAdds) refuse(CODE, 'it has no path');
	const arrived = isExternal && path ? addLeafNode(changed.tree, path.leafNode) : undefined;
	const before = arrived?.[0] ?? changed.tree;
	const sender = arrived ? arrived[1] / 2 : (author ?? refuse(CODE, 'it has no author'));
	if (path) {
		checkLeaf(path.leafNode, CODE);
		const isSigned = await verifyLeafNodeSignature(path.leafNode, groupContext.groupId, sender, suite.signature);
		if (!isSigned) refuse(CODE, 'the leaf of the path is not signed');
	}
	if (removesMe) return undefined;
	const fresh = changed.added.map(({ node }) => node);
	const taken = path
		? await takePath(before, sender, path, groupContext, privatePath, fresh, isExternal, suite)
		: { tree: before, commitSecret: new Uint8Array(suite.kdf.size), privatePath };
	checkKeys(taken.tree, CODE);
	const { signature } = message.auth;
	const context = await contextAfter(client, content, signature, taken.tree, suite);
	const initSecret = isExternal ? await externalInitSecret(client, proposals, suite) : client.keySchedule.initSecret;
	const zeros = new Uint8Array(suite.kdf.size);
	const secrets = await initializeEpoch(initSecret, taken.commitSecret, context, zeros, suite.kdf);
	const { auth } = message;
	const tag = auth.contentType === 'commit' ? auth.confirmationTag : refuse(CODE, 'it is not confirmed');
	const { confirmationKey } = secrets.keySchedule;
	if (!(await verifyConfirmationTag(confirmationKey, tag, context.confirmedTranscriptHash, suite.hash)))
		refuse(CODE, 'the confirmation does not hold');
	return {
		...client,
		groupContext: context,
		ratchetTree: taken.tree,
		privatePath: taken.privatePath,
		keySchedule: secrets.keySchedule,
		secretTree: await createSecretTree(leafWidth(taken.tree.length), secrets.encryptionSecret, suite.kdf),
		historicalReceiverData: addHistoricalReceiverData(client)[0],
		confirmationTag: tag,
	};
}

/** What the tree is after the proposals: removals first, then additions. */
async function change(
	before: RatchetTree,
	proposals: readonly Proposal[],
	author: number | undefined,
	suite: CiphersuiteImpl,
): Promise<Changed> {
	let tree = before;
	const removed = new Set<number>();
	for (const proposal of proposals) {
		if (!('remove' in proposal)) continue;
		const { removed: leaf } = proposal.remove;
		if (!leafAt(before, leaf) || removed.has(leaf) || leaf === author) refuse(CODE, 'a leaf cannot be removed');
		removed.add(leaf);
		tree = removeLeafNode(tree, toLeafIndex(leaf));
	}
	const added: Added[] = [];
	for (const proposal of proposals) {
		if (!('add' in proposal)) continue;
		const { keyPackage } = proposal.add;
		await checkKeyPackage(keyPackage, suite);
		const [grown, node] = addLeafNode(tree, keyPackage.leafNode);
		tree = grown;
		added.push({ keyPackage, node });
	}
	return { tree, added };
}

async function contextAfter(
	client: ClientState,
	content: FramedContentCommit,
	signature: Uint8Array,
	tree: RatchetTree,
	suite: CiphersuiteImpl,
): Promise<GroupContext> {
	const treeHash = await treeHashRoot(tree, suite.hash);
	return nextEpochContext(
		client.groupContext,
		PUBLIC,
		content,
		signature,
		treeHash,
		client.confirmationTag,
		suite.hash,
	);
}

async function externalInitSecret(
	client: ClientState,
	proposals: readonly Proposal[],
	suite: CiphersuiteImpl,
): Promise<Uint8Array> {
	const init = proposals.find((proposal) => 'externalInit' in proposal);
	if (!init || !('externalInit' in init)) return refuse(CODE, 'it does not say how it came in');
	const { privateKey } = await suite.hpke.deriveKeyPair(client.keySchedule.externalSecret);
	const label = new TextEncoder().encode('MLS 1.0 external init secret');
	return suite.hpke.importSecret(privateKey, label, init.externalInit.kemOutput, suite.kdf.size, new Uint8Array());
}

/** One secret for each new member: where the path meets theirs, and what the epoch follows from. */
async function makeWelcome(
	client: ClientState,
	{ tree, secrets: pathSecrets }: MadePath,
	added: readonly Added[],
	secrets: { readonly welcomeSecret: Uint8Array; readonly joinerSecret: Uint8Array },
	suite: CiphersuiteImpl,
): Promise<Welcome> {
	const extensions = [{ extensionType: 'ratchet_tree' as const, extensionData: encode(ratchetTreeEncoder)(tree) }];
	const info = await createGroupInfo(client.groupContext, client.confirmationTag, client, extensions, suite);
	const encryptedGroupInfo = await encryptGroupInfo(info, secrets.welcomeSecret, suite);
	const path = filteredDirectPathAndCopathResolution(toLeafIndex(client.privatePath.leafIndex), tree);
	const forEach = added.map(async ({ keyPackage, node }) => {
		const above = directPath(node, leafWidth(tree.length));
		const meets = path.find(({ nodeIndex }) => above.includes(nodeIndex));
		const pathSecret = meets && pathSecrets[meets.nodeIndex];
		if (!pathSecret) throw new SealError(CODE, 'the path does not meet a new member’s');
		const key = await suite.hpke.importPublicKey(keyPackage.initKey);
		const group = { joinerSecret: secrets.joinerSecret, pathSecret, psks: [] };
		const { enc, ct } = await encryptGroupSecrets(key, encryptedGroupInfo, group, suite.hpke);
		const newMember = await makeKeyPackageRef(keyPackage, suite.hash);
		return { newMember, encryptedGroupSecrets: { kemOutput: enc, ciphertext: ct } };
	});
	return { cipherSuite: client.groupContext.cipherSuite, secrets: await Promise.all(forEach), encryptedGroupInfo };
}

/** Whether a message is of that group. */
export function isOfGroup(message: PublicMessage, groupId: Uint8Array): boolean {
	return equal(message.content.groupId, groupId);
}
