/** Update paths (RFC 9420 sections 7.4 to 7.6): new keys from a leaf up, and the commit secret that follows from them. */
import { equal } from '../bytes';
import { SealError } from '../errors';
import { applyUpdatePath, createUpdatePath, decryptWithLabel, deriveSecret, directPath, encode } from './package';
import {
	filteredDirectPathAndCopathResolution,
	groupContextEncoder,
	leafWidth,
	toLeafIndex,
	toPrivateKeyPath,
	treeHashRoot,
} from './package';
import type { CiphersuiteImpl, GroupContext, NodeIndex, PrivateKeyPath, RatchetTree, UpdatePath } from './package';
import { nodeOf, refuse } from './tree';

/** Secrets by the node they are of. */
type Secrets = Record<number, Uint8Array>;

export interface MadePath {
	readonly tree: RatchetTree;
	readonly path: UpdatePath;
	/** For the Welcome. */
	readonly secrets: Secrets;
	readonly commitSecret: Uint8Array;
	readonly privatePath: PrivateKeyPath;
}

export interface TakenPath {
	readonly tree: RatchetTree;
	readonly commitSecret: Uint8Array;
	readonly privatePath: PrivateKeyPath;
}

/**
 * New keys for the leaf at `index` and all above. `tree` has all proposals applied, `fresh` are the nodes of the leaves
 * they added; `own` are the private keys so far.
 */
export async function makePath(
	tree: RatchetTree,
	index: number,
	context: GroupContext,
	own: PrivateKeyPath,
	fresh: readonly NodeIndex[],
	signatureKey: Uint8Array,
	suite: CiphersuiteImpl,
): Promise<MadePath> {
	const leaf = toLeafIndex(index);
	// ts-mls keeps the secret of the leaf to itself, and it is needed where there is nobody above.
	const seed = suite.rng.randomBytes(suite.kdf.size);
	const seeded = { ...suite, rng: { randomBytes: once(seed) } };
	const [updated, path, pathSecrets, leafKey] = await createUpdatePath(tree, leaf, context, signatureKey, seeded, [
		...fresh,
	]);
	const secrets: Secrets = Object.fromEntries(pathSecrets.map(({ nodeIndex, secret }) => [nodeIndex, secret]));
	const commitSecret = await deriveSecret(pathSecrets.at(-1)?.secret ?? seed, 'path', suite.kdf);
	const keys = await toPrivateKeyPath(secrets, index, suite);
	const privateKeys = { ...keys.privateKeys, [nodeOf(index)]: await suite.hpke.exportPrivateKey(leafKey) };
	return { tree: updated, path, secrets, commitSecret, privatePath: keep(updated, own, index, privateKeys) };
}

/** Follows the path of somebody else. `tree` has all proposals applied, and the leaf of who comes in. */
export async function takePath(
	tree: RatchetTree,
	sender: number,
	path: UpdatePath,
	context: GroupContext,
	own: PrivateKeyPath,
	fresh: readonly NodeIndex[],
	isExternal: boolean,
	suite: CiphersuiteImpl,
): Promise<TakenPath> {
	const from = toLeafIndex(sender);
	const filtered = filteredDirectPathAndCopathResolution(from, tree);
	if (filtered.length !== path.nodes.length) refuse('mls.bad_commit', 'the path has another length');
	const updated = await applyUpdatePath(tree, from, path, suite.hash, isExternal);
	const next = { ...context, epoch: context.epoch + 1n, treeHash: await treeHashRoot(updated, suite.hash) };
	const above = directPath(nodeOf(own.leafIndex), leafWidth(tree.length));
	const at = filtered.findIndex(({ nodeIndex }) => above.includes(nodeIndex));
	for (const [level, { resolution }] of filtered.entries()) {
		const readers = resolution.filter((node) => !fresh.includes(node));
		if (path.nodes[level]?.encryptedPathSecret.length !== readers.length)
			refuse('mls.bad_commit', 'a secret is missing in the path');
	}
	const step = filtered[at];
	if (!step) return refuse('mls.bad_commit', 'the path does not meet the own one');
	const readers = step.resolution.filter((node) => !fresh.includes(node));
	const reader = readers.findIndex((node) => own.privateKeys[node] !== undefined);
	const key = own.privateKeys[readers[reader] ?? -1];
	const sealed = path.nodes[at]?.encryptedPathSecret[reader];
	if (!key || !sealed) return refuse('mls.bad_commit', 'no secret of the path is for this member');
	const secret = await decryptWithLabel(
		await suite.hpke.importPrivateKey(key),
		'UpdatePathNode',
		encode(groupContextEncoder)(next),
		sealed.kemOutput,
		sealed.ciphertext,
		suite.hpke,
	);
	const nodes = filtered.slice(at).map(({ nodeIndex }) => nodeIndex);
	const climbed = await climb(updated, nodes, secret, suite);
	return {
		tree: updated,
		commitSecret: climbed.commitSecret,
		privatePath: keep(updated, own, own.leafIndex, climbed.privateKeys),
	};
}

/**
 * From the secret of the first of `nodes` to those of the others, and the commit secret after the last.
 * @throws SealError `mls.bad_commit` where a key that follows is not the one in the tree.
 */
export async function climb(
	tree: RatchetTree,
	nodes: readonly NodeIndex[],
	secret: Uint8Array,
	suite: CiphersuiteImpl,
): Promise<{ readonly privateKeys: Record<number, Uint8Array>; readonly commitSecret: Uint8Array }> {
	const privateKeys: Record<number, Uint8Array> = {};
	let current = secret;
	for (const at of nodes) {
		const { privateKey, publicKey } = await suite.hpke.deriveKeyPair(await deriveSecret(current, 'node', suite.kdf));
		const node = tree[at];
		const known = node?.nodeType === 'parent' ? node.parent.hpkePublicKey : new Uint8Array();
		if (!equal(await suite.hpke.exportPublicKey(publicKey), known))
			throw new SealError('mls.bad_commit', 'a secret does not fit its key');
		privateKeys[at] = await suite.hpke.exportPrivateKey(privateKey);
		current = await deriveSecret(current, 'path', suite.kdf);
	}
	return { privateKeys, commitSecret: current };
}

/** The private keys that are of use in that tree: those of nodes that are gone are gone as well. */
export function keep(
	tree: RatchetTree,
	own: PrivateKeyPath,
	index: number,
	fresh: Record<number, Uint8Array>,
): PrivateKeyPath {
	const all = { ...own.privateKeys, ...fresh };
	const privateKeys = Object.fromEntries(Object.entries(all).filter(([node]) => tree[Number(node)] !== undefined));
	return { leafIndex: index, privateKeys };
}

function once(seed: Uint8Array): (length: number) => Uint8Array {
	let isUsed = false;
	return (length) => {
		if (isUsed || length !== seed.length) throw new Error('ts-mls asks for other random bytes than it did');
		isUsed = true;
		return seed;
	};
}
