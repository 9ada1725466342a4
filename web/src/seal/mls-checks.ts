/**
 * What follows from the bytes of MLS messages and is left to its caller by ts-mls, also with `web/patches` applied
 * (docs/decisions/0009). Each is called before the library sees the message; who is who says `SameMember`.
 */
import type {
	ClientState,
	GroupContext,
	KeyPackage,
	LeafNode,
	MLSMessage,
	PrivateMessage,
	PublicMessage,
} from 'ts-mls';
import type { CiphersuiteImpl, Proposal, RatchetTree, UpdatePath } from 'ts-mls';
import { decodeMlsMessage } from 'ts-mls/message.js';
import { processPrivateMessage } from 'ts-mls/processMessages.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';
import { addLeafNode, filteredDirectPathAndCopathResolution, removeLeafNode } from 'ts-mls/ratchetTree.js';
import { leafWidth, nodeToLeafIndex, toLeafIndex } from 'ts-mls/treemath.js';

/** Of any message, in bytes. */
export const MESSAGE_SIZE_MAX = 256 * 1024;
/** Leaves have ten bits in the id of a key of frames. */
export const TREE_NODES_MAX = 2 * 1024 - 1;
export const PROPOSALS_MAX = 64;

/** Whether two leaves are of the same member in the same slot. */
export type SameMember = (a: LeafNode, b: LeafNode) => boolean;
/** Judges the certificate of a leaf. */
export type JudgeLeaf = (leaf: LeafNode, index: number) => Promise<boolean>;

/** What a commit does, once `checkCommit` let it pass. */
export interface SeenCommit {
	/** The library says so as well, but fails where the leaf is given to somebody else in the same commit. */
	readonly removesMe: boolean;
	readonly adds: readonly KeyPackage[];
	readonly removed: readonly number[];
	/** It comes from outside. */
	readonly isExternal: boolean;
}

/** An application message and whose it is. */
export interface Opened {
	readonly sender: number;
	readonly data: Uint8Array;
	readonly state: ClientState;
	readonly consumed: readonly Uint8Array[];
}

/** A message or a tree that is not to be used. */
export class MlsRefusal extends Error {
	override readonly name = 'MlsRefusal';
}

/** The whole message and nothing after it. @throws MlsRefusal, or whatever ts-mls throws. */
export function decodeWhole(bytes: Uint8Array, max = MESSAGE_SIZE_MAX): MLSMessage {
	if (bytes.length > max) refuse('it is too large');
	const [message, used] = decodeMlsMessage(bytes, 0) ?? refuse('it cannot be read');
	return used === bytes.length ? message : refuse('something comes after it');
}

/**
 * The rest for a tree that ts-mls found sound, as `joinGroup` and `joinGroupExternal` leave it: its size, no
 * extensions, and every leaf. Before anything of the new state is used or sent.
 */
export async function checkTree(tree: RatchetTree, context: GroupContext, judge: JudgeLeaf): Promise<void> {
	if (tree.length > TREE_NODES_MAX) refuse('the tree is too large');
	if (context.extensions.length > 0) refuse('the group has extensions');
	for (const [index, leaf] of leavesOf(tree)) if (!(await judge(leaf, index))) refuse('a leaf is not admitted');
}

/** @throws MlsRefusal where a commit does what none may do here. */
export function checkCommit(state: ClientState, message: PublicMessage, sameMember: SameMember): SeenCommit {
	const { ratchetTree: tree, groupContext, privatePath } = state;
	const { content } = message;
	if (content.contentType !== 'commit') return refuse('it is no commit');
	if (!equal(content.groupId, groupContext.groupId) || content.epoch !== groupContext.epoch)
		refuse('it is of another group or epoch');
	if (state.groupActiveState.kind !== 'active') refuse('the group is closed');
	const isExternal = content.sender.senderType === 'new_member_commit';
	const author = content.sender.senderType === 'member' ? content.sender.leafIndex : undefined;
	if (!isExternal && (author === undefined || !leafAt(tree, author))) refuse('its author is not in the group');
	const { path, proposals: entries } = content.commit;
	if (entries.length > PROPOSALS_MAX) refuse('it has too many proposals');
	const proposals = entries.map((entry) => ('proposal' in entry ? entry.proposal : refuse('it has a reference')));
	const adds = proposals.flatMap((proposal) => ('add' in proposal ? [proposal.add.keyPackage] : []));
	const removed = proposals.flatMap((proposal) => ('remove' in proposal ? [proposal.remove.removed] : []));
	checkKinds(proposals, isExternal);
	if (new Set(removed).size !== removed.length || !removed.every((index) => leafAt(tree, index)))
		refuse('it removes what is not there');
	if (isExternal && removed.length > 1) refuse('it removes too many from outside');
	if (author !== undefined && removed.includes(author)) refuse('its author removes itself');
	if (!path && (isExternal || adds.length === 0 || removed.length > 0)) refuse('it has no path');
	const brought = [...adds.map(({ leafNode }) => leafNode), ...(isExternal && path ? [path.leafNode] : [])];
	checkMembers(tree, removed, brought, sameMember);
	if (path) {
		const former = author ?? removed[0];
		const leaf = former === undefined ? undefined : leafAt(tree, former);
		if (leaf && !sameMember(leaf, path.leafNode)) refuse('it takes the place of somebody else');
		if (leaf && !isExternal && !equal(leaf.signaturePublicKey, path.leafNode.signaturePublicKey))
			refuse('its author has another key');
		checkReaders(tree, removed, adds, author, path);
	}
	return { removesMe: removed.includes(privatePath.leafIndex), adds, removed, isExternal };
}

/** Opens an application message of this epoch or of a former one that is still held. */
export async function openApplication(
	state: ClientState,
	message: PrivateMessage,
	suite: CiphersuiteImpl,
): Promise<Opened> {
	// Both stand in clear in front of what is sealed; a commit would be applied, and our server orders public ones only.
	if (message.contentType !== 'application') refuse('it is no application message');
	if (!equal(message.groupId, state.groupContext.groupId)) refuse('it is of another group');
	const opened = await processPrivateMessage(state, message, emptyPskIndex, suite, () => 'reject');
	if (opened.kind !== 'applicationMessage') return refuse('it is no application message');
	const { senderLeafIndex: sender, message: data, newState, consumed } = opened;
	return { sender, data, state: newState, consumed };
}

function checkKinds(proposals: readonly Proposal[], isExternal: boolean): void {
	const other = isExternal ? 'external_init' : 'add';
	if (!proposals.every(({ proposalType }) => proposalType === 'remove' || proposalType === other))
		refuse('it has a proposal that is not allowed');
	if (isExternal && proposals.filter(({ proposalType }) => proposalType === other).length !== 1)
		refuse('it does not say how it comes in');
}

/** One leaf for each member. */
function checkMembers(
	tree: RatchetTree,
	removed: readonly number[],
	brought: readonly LeafNode[],
	sameMember: SameMember,
): void {
	const members = leavesOf(tree).flatMap(([index, leaf]) => (removed.includes(index) ? [] : [leaf]));
	for (const leaf of brought) {
		if (members.some((member) => sameMember(member, leaf))) refuse('a member is there twice');
		members.push(leaf);
	}
}

/** Everybody finds a secret in the path: as many as there are keys to seal to, new members aside. */
function checkReaders(
	before: RatchetTree,
	removed: readonly number[],
	adds: readonly KeyPackage[],
	author: number | undefined,
	path: UpdatePath,
): void {
	let tree = before;
	for (const index of removed) tree = removeLeafNode(tree, toLeafIndex(index));
	const fresh: number[] = [];
	for (const { leafNode } of adds) {
		const [grown, node] = addLeafNode(tree, leafNode);
		tree = grown;
		fresh.push(node);
	}
	let leaf = toLeafIndex(author ?? 0);
	if (author === undefined) {
		const [grown, node] = addLeafNode(tree, path.leafNode);
		tree = grown;
		leaf = nodeToLeafIndex(node);
	}
	const steps = filteredDirectPathAndCopathResolution(leaf, tree);
	const readers = steps.map(({ resolution }) => resolution.filter((node) => !fresh.includes(node)).length);
	const sealed = path.nodes.map(({ encryptedPathSecret }) => encryptedPathSecret.length);
	if (readers.join() !== sealed.join()) refuse('its path is not for everybody');
}

function leavesOf(tree: RatchetTree): [number, LeafNode][] {
	return tree.flatMap((node, at): [number, LeafNode][] => (node?.nodeType === 'leaf' ? [[at / 2, node.leaf]] : []));
}

function leafAt(tree: RatchetTree, index: number): LeafNode | undefined {
	const node = index < leafWidth(tree.length) ? tree[2 * index] : undefined;
	return node?.nodeType === 'leaf' ? node.leaf : undefined;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function refuse(detail: string): never {
	throw new MlsRefusal(detail);
}
