/** How to come into a group: by a Welcome, or from outside by a GroupInfo (RFC 9420 sections 12.4.3.1 and 12.4.3.2). */
import { equal } from '../bytes';
import {
	addLeafNode,
	createConfirmationTag,
	createContentCommitSignature,
	createGroupInfoWithExternalPubAndRatchetTree,
	createSecretTree,
} from './package';
import { decryptGroupInfo, decryptGroupSecrets, deriveKeySchedule, directPath, exportSecret } from './package';
import {
	filteredDirectPathAndCopathResolution,
	findLeafIndex,
	initializeEpoch,
	leafWidth,
	makeKeyPackageRef,
} from './package';
import { nextEpochContext, protectPublicMessage, ratchetTreeFromExtension, removeLeafNode } from './package';
import { toLeafIndex, treeHashRoot, verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from './package';
import type {
	CiphersuiteImpl,
	ClientState,
	GroupInfo,
	KeyPackage,
	PrivateKeyPackage,
	Proposal,
	RatchetTree,
	Welcome,
} from './package';
import type { MadeCommit } from './commit';
import { climb, keep, makePath } from './path';
import { CLIENT_CONFIG, SUITE_NAME } from './suite';
import { checkKeys, checkTree, leafAt, nodeOf, refuse } from './tree';

const CODE = 'mls.welcome_unusable';
const PUBLIC = 'mls_public_message';

export interface KeyPackagePair {
	readonly publicPackage: KeyPackage;
	readonly privatePackage: PrivateKeyPackage;
}

/** Judges the tree before its keys are used for anything. */
export type JudgeTree = (info: GroupInfo, tree: RatchetTree) => Promise<void>;

/** Which of the key packages a Welcome is for. */
export async function recipientOf<K extends KeyPackagePair>(
	welcome: Welcome,
	candidates: readonly K[],
	suite: CiphersuiteImpl,
): Promise<K> {
	for (const candidate of candidates) {
		const reference = await makeKeyPackageRef(candidate.publicPackage, suite.hash);
		if (welcome.secrets.some(({ newMember }) => equal(newMember, reference))) return candidate;
	}
	return refuse(CODE, 'it is for somebody else');
}

/** @throws SealError `mls.welcome_unusable`, what `judge` throws, or whatever ts-mls throws. */
export async function joinByWelcome(
	welcome: Welcome,
	{ publicPackage, privatePackage }: KeyPackagePair,
	judge: JudgeTree,
	suite: CiphersuiteImpl,
): Promise<ClientState> {
	if (welcome.cipherSuite !== SUITE_NAME) refuse(CODE, 'of another suite');
	const initKey = await suite.hpke.importPrivateKey(privatePackage.initPrivateKey);
	const reference = await makeKeyPackageRef(publicPackage, suite.hash);
	const secrets = await decryptGroupSecrets(initKey, reference, welcome, suite.hpke);
	if (!secrets || secrets.psks.length > 0) return refuse(CODE, 'its secrets cannot be used');
	const zeros = new Uint8Array(suite.kdf.size);
	const info = await decryptGroupInfo(welcome, secrets.joinerSecret, zeros, suite);
	if (!info) return refuse(CODE, 'its group cannot be read');
	const tree = await checkInfo(info, judge, suite);
	const own = findLeafIndex(tree, publicPackage.leafNode);
	if (own === undefined || own === toLeafIndex(info.signer)) return refuse(CODE, 'the own leaf is not there');
	if (!(await verifyGroupInfoConfirmationTag(info, secrets.joinerSecret, zeros, suite)))
		refuse(CODE, 'the confirmation does not hold');
	const leafKey = { [nodeOf(own)]: privatePackage.hpkePrivateKey };
	const above = directPath(nodeOf(own), leafWidth(tree.length));
	const path = filteredDirectPathAndCopathResolution(toLeafIndex(info.signer), tree).map(({ nodeIndex }) => nodeIndex);
	const nodes = path.slice(path.findIndex((node) => above.includes(node)));
	const climbed = secrets.pathSecret ? await climb(tree, nodes, secrets.pathSecret, suite) : undefined;
	const [keySchedule, encryptionSecret] = await deriveKeySchedule(
		secrets.joinerSecret,
		zeros,
		info.groupContext,
		suite.kdf,
	);
	return {
		groupContext: info.groupContext,
		ratchetTree: tree,
		privatePath: keep(tree, { leafIndex: own, privateKeys: leafKey }, own, climbed?.privateKeys ?? {}),
		signaturePrivateKey: privatePackage.signaturePrivateKey,
		confirmationTag: info.confirmationTag,
		unappliedProposals: {},
		keySchedule,
		secretTree: await createSecretTree(leafWidth(tree.length), encryptionSecret, suite.kdf),
		historicalReceiverData: new Map(),
		groupActiveState: { kind: 'active' },
		clientConfig: CLIENT_CONFIG,
	};
}

/** Comes in from outside; the leaf `former`, if any, goes in the same commit. Errors as with a Welcome. */
export async function joinByGroupInfo(
	info: GroupInfo,
	{ publicPackage, privatePackage }: KeyPackagePair,
	findFormer: (tree: RatchetTree) => number | undefined,
	judge: JudgeTree,
	suite: CiphersuiteImpl,
): Promise<MadeCommit & { readonly before: RatchetTree }> {
	const external = info.extensions.find(({ extensionType }) => extensionType === 'external_pub');
	if (!external) return refuse(CODE, 'nobody can come in from outside');
	const before = await checkInfo(info, judge, suite);
	const former = findFormer(before);
	const { enc, secret: initSecret } = await exportSecret(external.extensionData, suite);
	const rest = former === undefined ? before : removeLeafNode(before, toLeafIndex(former));
	const [grown, node] = addLeafNode(rest, publicPackage.leafNode);
	const own = { leafIndex: node / 2, privateKeys: {} };
	const signatureKey = privatePackage.signaturePrivateKey;
	const made = await makePath(grown, own.leafIndex, info.groupContext, own, [], signatureKey, suite);
	checkKeys(made.tree, CODE);
	const proposals: Proposal[] = [
		...(former === undefined ? [] : [{ proposalType: 'remove' as const, remove: { removed: former } }]),
		{ proposalType: 'external_init', externalInit: { kemOutput: enc } },
	];
	const { signature, framedContent } = await createContentCommitSignature(
		info.groupContext,
		PUBLIC,
		{ proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })), path: made.path },
		{ senderType: 'new_member_commit' },
		new Uint8Array(),
		signatureKey,
		suite.signature,
	);
	const treeHash = await treeHashRoot(made.tree, suite.hash);
	const context = await nextEpochContext(
		info.groupContext,
		PUBLIC,
		framedContent,
		signature,
		treeHash,
		info.confirmationTag,
		suite.hash,
	);
	const zeros = new Uint8Array(suite.kdf.size);
	const secrets = await initializeEpoch(initSecret, made.commitSecret, context, zeros, suite.kdf);
	const confirmationTag = await createConfirmationTag(
		secrets.keySchedule.confirmationKey,
		context.confirmedTranscriptHash,
		suite.hash,
	);
	const auth = { contentType: 'commit' as const, signature, confirmationTag };
	const message = await protectPublicMessage(
		secrets.keySchedule.membershipKey,
		info.groupContext,
		{ wireformat: PUBLIC, content: framedContent, auth },
		suite,
	);
	const client: ClientState = {
		groupContext: context,
		ratchetTree: made.tree,
		privatePath: made.privatePath,
		signaturePrivateKey: signatureKey,
		confirmationTag,
		unappliedProposals: {},
		keySchedule: secrets.keySchedule,
		secretTree: await createSecretTree(leafWidth(made.tree.length), secrets.encryptionSecret, suite.kdf),
		historicalReceiverData: new Map(),
		groupActiveState: { kind: 'active' },
		clientConfig: CLIENT_CONFIG,
	};
	return { client, message, welcome: undefined, before };
}

/** With which others can come in from outside: the external key and the tree are in it. */
export function makeGroupInfo(client: ClientState, suite: CiphersuiteImpl): Promise<GroupInfo> {
	return createGroupInfoWithExternalPubAndRatchetTree(client, [], suite);
}

/** The tree of a group, once everything about it holds. */
async function checkInfo(info: GroupInfo, judge: JudgeTree, suite: CiphersuiteImpl): Promise<RatchetTree> {
	const { groupContext, extensions, signer, signature } = info;
	if (groupContext.cipherSuite !== SUITE_NAME || groupContext.version !== 'mls10') refuse(CODE, 'of another suite');
	if (groupContext.extensions.length > 0) refuse(CODE, 'the group has extensions');
	if (new Set(extensions.map(({ extensionType }) => extensionType)).size !== extensions.length)
		refuse(CODE, 'an extension occurs twice');
	const tree = ratchetTreeFromExtension(info);
	if (!tree) return refuse(CODE, 'it has no tree');
	await checkTree(tree, groupContext, suite);
	const signed = leafAt(tree, signer);
	if (!signed || signature.length === 0) return refuse(CODE, 'nobody signed it');
	if (!(await verifyGroupInfoSignature(info, signed.signaturePublicKey, suite.signature)))
		refuse(CODE, 'its signature does not hold');
	await judge(info, tree);
	return tree;
}
