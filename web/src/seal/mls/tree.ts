/** What RFC 9420 demands of trees and of leaves, whoever sent them. */
import { toBase64url } from '../bytes';
import { SealError } from '../errors';
import type { SealCode } from '../errors';
import { directPath, left, leafWidth, resolution, right, toLeafIndex, toNodeIndex, treeHashRoot } from './package';
import {
	verifyKeyPackage,
	verifyLeafNodeSignature,
	verifyLeafNodeSignatureKeyPackage,
	verifyParentHashes,
} from './package';
import type { CiphersuiteImpl, GroupContext, KeyPackage, LeafNode, NodeIndex, RatchetTree } from './package';
import { SUITE_NAME } from './suite';

/** Leaves have ten bits in the id of a key of frames. */
export const LEAVES_MAX = 1024;

export function refuse(code: SealCode, detail: string): never {
	throw new SealError(code, detail);
}

export function nodeOf(leaf: number): NodeIndex {
	return toNodeIndex(leaf * 2);
}

/** The leaf at that index, if there is one. */
export function leafAt(tree: RatchetTree, index: number): LeafNode | undefined {
	const node = Number.isInteger(index) && index >= 0 ? tree[index * 2] : undefined;
	return node?.nodeType === 'leaf' ? node.leaf : undefined;
}

/** What every leaf must be, apart from its signature and its certificate. */
export function checkLeaf({ credential, capabilities, extensions }: LeafNode, code: SealCode): void {
	if (credential.credentialType !== 'basic') refuse(code, 'the credential is not basic');
	if (!capabilities.credentials.includes('basic')) refuse(code, 'the leaf does not know basic credentials');
	if (!capabilities.ciphersuites.includes(SUITE_NAME)) refuse(code, 'the leaf does not know the suite');
	if (!capabilities.versions.includes('mls10')) refuse(code, 'the leaf does not know the version');
	const unknown = extensions.some(
		({ extensionType }) => !(capabilities.extensions as unknown[]).includes(extensionType),
	);
	if (unknown) refuse(code, 'an extension of the leaf is not among its capabilities');
}

/** RFC 9420 section 10.1. */
export async function checkKeyPackage(keyPackage: KeyPackage, suite: CiphersuiteImpl): Promise<void> {
	const code = 'mls.bad_commit';
	const { version, cipherSuite, leafNode, initKey } = keyPackage;
	if (version !== 'mls10' || cipherSuite !== SUITE_NAME) refuse(code, 'a key package of another suite');
	checkLeaf(leafNode, code);
	if (!(await verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature))) refuse(code, 'the leaf is not signed');
	if (!(await verifyKeyPackage(keyPackage, suite.signature))) refuse(code, 'the key package is not signed');
	if (toBase64url(initKey) === toBase64url(leafNode.hpkePublicKey)) refuse(code, 'one key for two purposes');
}

/** No key occurs twice in the tree. */
export function checkKeys(tree: RatchetTree, code: SealCode): void {
	const keys = new Set<string>();
	const once = (key: Uint8Array): void => {
		const text = toBase64url(key);
		if (keys.has(text)) refuse(code, 'a key occurs twice');
		keys.add(text);
	};
	for (const node of tree) {
		if (node?.nodeType === 'parent') once(node.parent.hpkePublicKey);
		if (node?.nodeType !== 'leaf') continue;
		once(node.leaf.hpkePublicKey);
		once(node.leaf.signaturePublicKey);
	}
}

/** RFC 9420 sections 12.4.3.1 and 7.9.2, for a tree that a joiner was given. */
export async function checkTree(tree: RatchetTree, context: GroupContext, suite: CiphersuiteImpl): Promise<void> {
	const code = 'mls.welcome_unusable';
	if (leafWidth(tree.length) > LEAVES_MAX) refuse(code, 'too many leaves');
	if (tree.some((node, at) => node !== undefined && (node.nodeType === 'leaf') !== (at % 2 === 0)))
		refuse(code, 'a node of the wrong type');
	checkKeys(tree, code);
	for (const [at, node] of tree.entries()) {
		if (node?.nodeType === 'parent') checkUnmerged(tree, toNodeIndex(at), node.parent.unmergedLeaves);
		if (node?.nodeType !== 'leaf') continue;
		checkLeaf(node.leaf, code);
		if (!(await verifyLeafNodeSignature(node.leaf, context.groupId, at / 2, suite.signature)))
			refuse(code, 'a leaf is not signed');
	}
	if (!(await verifyParentHashes(tree, suite.hash))) refuse(code, 'a parent hash does not hold');
	for (const [at, node] of tree.entries())
		if (node?.nodeType === 'parent') checkResolution(tree, toNodeIndex(at), node.parent.unmergedLeaves);
	const hash = await treeHashRoot(tree, suite.hash);
	if (toBase64url(hash) !== toBase64url(context.treeHash)) refuse(code, 'the tree is not that of the group');
}

/** Each unmerged leaf is below, in order, and known to every parent in between. */
function checkUnmerged(tree: RatchetTree, at: NodeIndex, unmerged: readonly number[]): void {
	const code = 'mls.welcome_unusable';
	const width = leafWidth(tree.length);
	let last = -1;
	for (const leaf of unmerged) {
		if (leaf <= last || leaf >= width || !leafAt(tree, leaf)) refuse(code, 'unmerged leaves out of order');
		last = leaf;
		const above = directPath(nodeOf(leaf), width);
		const place = above.indexOf(at);
		if (place < 0) refuse(code, 'an unmerged leaf is not below');
		for (const between of above.slice(0, place)) {
			const node = tree[between];
			const knows = node?.nodeType !== 'parent' || node.parent.unmergedLeaves.includes(toLeafIndex(leaf));
			if (!knows) refuse(code, 'an unmerged leaf is missing in between');
		}
	}
}

/** Below one side of a parent there is, apart from unmerged leaves, exactly one node: the one that set its hash. */
function checkResolution(tree: RatchetTree, at: NodeIndex, unmerged: readonly number[]): void {
	const width = leafWidth(tree.length);
	const fits = [left(at), right(at)].some((child) => {
		const isBelow = (node: NodeIndex): boolean => node === child || directPath(node, width).includes(child);
		const inside = unmerged.map(nodeOf).filter(isBelow);
		const nodes = resolution(tree, child);
		return nodes.length === inside.length + 1 && nodes.filter((node) => !inside.includes(node)).length === 1;
	});
	if (!fits) refuse('mls.welcome_unusable', 'a parent does not fit what is below it');
}
