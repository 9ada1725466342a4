/**
 * ts-mls as `web/patches` leaves it: each change has a test here which fails without it (docs/decisions/0009). Two of
 * those about what is out of range do not fail without it but never end; no timeout stops a loop.
 */
import type { ClientState, IncomingMessageAction, Proposal, PublicMessage, RatchetTree } from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import { exportSecret, validateLeafNodeCredentialAndKeyUniqueness, validateRatchetTree } from 'ts-mls/clientState.js';
import { createGroupInfoWithExternalPub, createGroupInfoWithExternalPubAndRatchetTree } from 'ts-mls/createCommit.js';
import { createApplicationMessage } from 'ts-mls/createMessage.js';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import { proposeAddExternal } from 'ts-mls/externalProposal.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { verifyParentHashes } from 'ts-mls/parentHash.js';
import { getCommitSecret, pathToRoot } from 'ts-mls/pathSecrets.js';
import { processPrivateMessage, processPublicMessage } from 'ts-mls/processMessages.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';
import { addLeafNode, filteredDirectPath } from 'ts-mls/ratchetTree.js';
import { directPath, parent, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import { applyUpdatePath, createUpdatePath } from 'ts-mls/updatePath.js';
import { describe, expect, test } from 'vitest';

import {
	add,
	agree,
	authenticator,
	commit,
	everybody,
	grow,
	join,
	joinFromOutside,
	makeGroup,
	makePackage,
	nameOf,
	publicOf,
	remove,
	stateAt,
	suite,
	take,
} from './ts-mls-testing';

const ZEROS = new Uint8Array(32);
const parentAt = (tree: RatchetTree, at: number) => {
	const node = tree[at];
	if (node?.nodeType !== 'parent') throw new Error(`no parent at ${at}`);
	return node.parent;
};
const leafAt = (tree: RatchetTree, leaf: number) => {
	const node = tree[2 * leaf];
	if (node?.nodeType !== 'leaf') throw new Error(`no leaf at ${leaf}`);
	return node.leaf;
};
const withUnmerged = (tree: RatchetTree, at: number, unmergedLeaves: number[]): RatchetTree =>
	tree.with(at, {
		nodeType: 'parent',
		parent: { ...parentAt(tree, at), unmergedLeaves: unmergedLeaves.map(toLeafIndex) },
	});
const verdict = ({ groupContext }: ClientState, tree: RatchetTree) =>
	validateRatchetTree(
		tree,
		groupContext,
		defaultClientConfig.lifetimeConfig,
		defaultClientConfig.authService,
		groupContext.treeHash,
		suite,
	);
/** The same commit with proposals of one's own: its signature does not hold any more. */
const withProposals = (message: PublicMessage, proposals: Proposal[]): PublicMessage => {
	const { content } = message;
	if (content.contentType !== 'commit') throw new Error('not a commit');
	const entries = proposals.map((proposal) => ({ proposalOrRefType: 'proposal' as const, proposal }));
	return { ...message, content: { ...content, commit: { ...content.commit, proposals: entries } } } as PublicMessage;
};

describe('the commit secret', () => {
	test('is a fresh one when one member is left: who was removed cannot follow', async () => {
		const states = await makeGroup(2);
		const before = stateAt(states, 1);
		await everybody(states, 0, [remove(1)]);
		const { groupContext } = stateAt(states, 0);
		const { keySchedule } = await initializeEpoch(before.keySchedule.initSecret, ZEROS, groupContext, ZEROS, suite.kdf);
		expect(keySchedule.epochAuthenticator).not.toEqual(stateAt(states, 0).keySchedule.epochAuthenticator);
		await grow(states, 0, 'next');
	});

	test('follows from the secret of the leaf when the path has no nodes', async () => {
		const [state] = await makeGroup(1);
		if (!state) throw new Error('nobody');
		const seed = new Uint8Array(32).fill(9);
		const seeded = { ...suite, rng: { randomBytes: () => seed } };
		const { ratchetTree, groupContext, signaturePrivateKey } = state;
		const made = await createUpdatePath(ratchetTree, toLeafIndex(0), groupContext, signaturePrivateKey, seeded);
		expect(made[1].nodes).toEqual([]);
		expect(made[4]).toEqual(await deriveSecret(seed, 'path', suite.kdf));
	});

	test('is one step after the last node of the filtered path, also below a blank root', async () => {
		const states = await makeGroup(4);
		await everybody(states, 2, [remove(0), remove(1)]);
		const { ratchetTree } = stateAt(states, 2);
		expect(ratchetTree[3]).toBeUndefined();
		const secret = new Uint8Array(32).fill(5);
		const expected = await deriveSecret(secret, 'path', suite.kdf);
		expect(await getCommitSecret(ratchetTree, toNodeIndex(5), secret, suite.kdf)).toEqual(expected);
		expect(Object.keys(await pathToRoot(ratchetTree, toNodeIndex(5), secret, suite.kdf))).toEqual(['5']);
		await grow(states, 3, 'new');
	});
});

describe('what is out of range', () => {
	test('is not followed for ever', () => {
		for (const node of [-1, 0.5, 7, 9, 2 ** 32])
			expect(() => directPath(toNodeIndex(node), 4), `node ${node}`).toThrow('outside of the tree');
		expect(() => parent(toNodeIndex(8), 4)).toThrow('outside of the tree');
		expect(parent(toNodeIndex(6), 4)).toBe(5);
	});

	test('is not removed from outside, and neither is a blank leaf', async () => {
		const states = await makeGroup(3);
		const { publicMessage } = await joinFromOutside(stateAt(states, 0), await makePackage('new'));
		for (const leaf of [3, 5, 77, 2 ** 32 - 1]) {
			// Refused for its leaf; that is looked at in the library's order, after the signature, so this one is let pass.
			const trusting = { ...suite, signature: { ...suite.signature, verify: () => Promise.resolve(true) } };
			const init = withProposals(publicMessage, [...proposalsOf(publicMessage), remove(leaf)]);
			await expect(
				processPublicMessage(stateAt(states, 0), init, emptyPskIndex, trusting),
				`leaf ${leaf}`,
			).rejects.toThrow('Tried to remove empty leaf node');
		}
	});

	test('is refused among unmerged leaves', async () => {
		const state = stateAt(await makeGroup(4), 0);
		for (const [at, ...unmerged] of [
			[3, 4],
			[3, 77],
			[3, 2 ** 32 - 1],
			[1, 1, 1],
			[1, 1, 0],
		] as const) {
			const said = await verdict(state, withUnmerged(state.ratchetTree, at, unmerged));
			expect(said?.message, `${unmerged}`).toBe('Unmerged leaves out of order or outside of the tree');
		}
	});

	test('and the last leaf of two is in range', async () => {
		const { ratchetTree } = stateAt(await makeGroup(2), 0);
		expect(filteredDirectPath(toLeafIndex(1), ratchetTree)).toEqual([1]);
	});
});

describe('a tree', () => {
	test('whose parents list different unmerged leaves is sound', { timeout: 30_000 }, async () => {
		const states = await makeGroup(8);
		await everybody(states, 0, [remove(3), remove(5)]);
		await everybody(states, 6);
		await everybody(states, 0);
		const [x, y] = [await makePackage('x'), await makePackage('y')];
		const made = await everybody(states, 0, [add(x), add(y)]);
		const unmerged = made.newState.ratchetTree.flatMap((node) =>
			node?.nodeType === 'parent' && node.parent.unmergedLeaves.length > 0 ? [node.parent.unmergedLeaves.join()] : [],
		);
		expect(new Set(unmerged).size).toBeGreaterThan(1);
		for (const one of [x, y]) agree([made.newState, await join(made, one)]);
	});

	test('with an unmerged leaf that is blank or elsewhere is refused', async () => {
		const states = await makeGroup(4);
		await everybody(states, 0, [remove(3)]);
		await everybody(states, 0);
		const state = stateAt(states, 0);
		for (const [at, leaf] of [
			[3, 3],
			[1, 2],
		] as const) {
			const said = await verdict(state, withUnmerged(state.ratchetTree, at, [leaf]));
			expect(said?.message).toBe('Unmerged leaf did not represent a non-blank descendant leaf node');
		}
	});

	test('with an unmerged leaf that a parent in between does not list is refused', async () => {
		const state = stateAt(await makeGroup(4), 0);
		const said = await verdict(state, withUnmerged(state.ratchetTree, 3, [1]));
		expect(said?.message).toBe('non-blank intermediate node must list leaf node in its unmerged_leaves');
	});

	test('with somebody below a parent who is neither merged nor listed is refused', async () => {
		const states = await makeGroup(4);
		await everybody(states, 0, [remove(1)]);
		const made = await everybody(states, 0, [add(await makePackage('new'))]);
		const { ratchetTree } = made.newState;
		expect(parentAt(ratchetTree, 3).unmergedLeaves).toEqual([1]);
		expect(await verifyParentHashes(ratchetTree, suite.hash)).toBe(true);
		expect(await verifyParentHashes(withUnmerged(ratchetTree, 3, []), suite.hash)).toBe(false);
	});
});

describe('keys', () => {
	test('that are in the tree are not added again', async () => {
		const states = await makeGroup(3);
		const { ratchetTree } = stateAt(states, 0);
		const own = await suite.signature.keygen();
		const taken = {
			publicKey: leafAt(ratchetTree, 1).signaturePublicKey,
			signKey: stateAt(states, 1).signaturePrivateKey,
		};
		for (const bad of [
			await makePackage('new', own, leafAt(ratchetTree, 1).hpkePublicKey),
			await makePackage('new', own, parentAt(ratchetTree, 3).hpkePublicKey),
		])
			await expect(commit(stateAt(states, 0), [add(bad)])).rejects.toThrow('hpke keys not unique');
		// Our own comparison of members is by certificate, so equal signature keys are no "same client".
		const bySomebodyElse = withEquality(stateAt(states, 0));
		await expect(commit(bySomebodyElse, [add(await makePackage('new', taken))])).rejects.toThrow('signature keys');
		const [x, y] = [await makePackage('x', own), await makePackage('y', own)];
		await expect(commit(bySomebodyElse, [add(x), add(y)])).rejects.toThrow('signature keys');
		await grow(states, 0, 'fine');
	});

	test('that are there twice already do not keep others out', async () => {
		const { ratchetTree } = stateAt(await makeGroup(2), 0);
		const [poisoned] = addLeafNode(ratchetTree, leafAt(ratchetTree, 1));
		const fresh = (await makePackage('new')).publicPackage.leafNode;
		expect(await validateLeafNodeCredentialAndKeyUniqueness(poisoned, fresh)).toBeUndefined();
	});

	test('of who is removed may come back in the same commit', async () => {
		const states = await makeGroup(3);
		const { signaturePublicKey } = leafAt(stateAt(states, 0).ratchetTree, 1);
		const keys = { publicKey: signaturePublicKey, signKey: stateAt(states, 1).signaturePrivateKey };
		const again = await makePackage('m1', keys);
		const made = await everybody(states, 0, [remove(1), add(again)]);
		states[1] = await join(made, again);
		agree(states);
		await everybody(states, 1);
	});

	test('that are in the tree do not come in from outside', async () => {
		const states = await makeGroup(3);
		const { signaturePublicKey } = leafAt(stateAt(states, 0).ratchetTree, 1);
		const keys = { publicKey: signaturePublicKey, signKey: stateAt(states, 1).signaturePrivateKey };
		const { publicMessage } = await joinFromOutside(stateAt(states, 0), await makePackage('new', keys));
		await expect(take(stateAt(states, 0), publicMessage)).rejects.toThrow('signature keys not unique');
	});

	test('of a path are not those of a leaf, nor each other', async () => {
		const states = await makeGroup(4);
		const { ratchetTree } = stateAt(states, 1);
		const { content } = publicOf(await commit(stateAt(states, 0)));
		if (content.contentType !== 'commit' || !content.commit.path) throw new Error('no path');
		const { path } = content.commit;
		const [low, high] = path.nodes;
		if (!low || !high) throw new Error('the path is too short');
		for (const key of [leafAt(ratchetTree, 3).hpkePublicKey, low.hpkePublicKey, path.leafNode.hpkePublicKey]) {
			const bad = { ...path, nodes: [low, { ...high, hpkePublicKey: key }] };
			await expect(applyUpdatePath(ratchetTree, toLeafIndex(0), bad, suite.hash)).rejects.toThrow('may not appear');
		}
		await applyUpdatePath(ratchetTree, toLeafIndex(0), path, suite.hash);
	});
});

describe('the external key', () => {
	test('travels with its length, and is read with it', async () => {
		const states = await makeGroup(3);
		const host = stateAt(states, 0);
		for (const make of [createGroupInfoWithExternalPub, createGroupInfoWithExternalPubAndRatchetTree]) {
			const { extensions } = await make(host, [], suite);
			const data = extensions.find(({ extensionType }) => extensionType === 'external_pub')?.extensionData;
			if (!data) throw new Error('no external key');
			expect([data.length, data[0]]).toEqual([33, 32]);
			expect((await exportSecret(data, suite)).secret).toHaveLength(32);
			for (const bad of [data.subarray(1), new Uint8Array([...data, 0]), data.subarray(0, 32)])
				await expect(exportSecret(bad, suite)).rejects.toThrow();
		}
		const { publicMessage, newState } = await joinFromOutside(host, await makePackage('m1'), 'm1');
		states[1] = undefined;
		for (const leaf of [0, 2]) states[leaf] = await take(stateAt(states, leaf), publicMessage);
		states[1] = newState;
		agree(states);
		await everybody(states, 2);
	});
});

describe('who decides on a message', () => {
	test('sees who sent a commit and which leaf its path brings, and may take its time', async () => {
		const states = await makeGroup(2);
		const outside = await joinFromOutside(stateAt(states, 0), await makePackage('m1'), 'm1');
		for (const [message, sender, name] of [
			[publicOf(await commit(stateAt(states, 1))), 'member', 'm1'],
			[outside.publicMessage, 'new_member_commit', 'm1'],
		] as const) {
			const seen: string[] = [];
			const { actionTaken, newState } = await processPublicMessage(
				stateAt(states, 0),
				message,
				emptyPskIndex,
				suite,
				async (incoming): Promise<IncomingMessageAction> => {
					await Promise.resolve();
					const leaf = incoming.kind === 'commit' ? incoming.path?.leafNode : undefined;
					seen.push(incoming.sender.senderType, leaf ? nameOf(leaf) : '');
					return 'reject';
				},
			);
			expect(seen).toEqual([sender, name]);
			expect(actionTaken).toBe('reject');
			expect(authenticator(newState)).toBe(authenticator(states[0]));
		}
	});

	test('can tell a proposal of a stranger, and none is kept that was turned down', async () => {
		const states = await makeGroup(2);
		const { publicPackage, privatePackage } = await makePackage('stranger');
		const info = await createGroupInfoWithExternalPub(stateAt(states, 0), [], suite);
		const message = await proposeAddExternal(info, publicPackage, privatePackage, suite);
		if (message.wireformat !== 'mls_public_message') throw new Error('not public');
		const { newState } = await processPublicMessage(
			stateAt(states, 1),
			message.publicMessage,
			emptyPskIndex,
			suite,
			(incoming) => (incoming.sender.senderType === 'member' ? 'accept' : 'reject'),
		);
		expect(newState.unappliedProposals).toEqual({});
	});

	test('learns whose an application message is, of this epoch and the one before', async () => {
		const states = await makeGroup(3);
		const sent = await createApplicationMessage(stateAt(states, 2), new Uint8Array([7]), suite);
		states[2] = sent.newState;
		const read = (state: ClientState) => processPrivateMessage(state, sent.privateMessage, emptyPskIndex, suite);
		const { privateMessage } = sent;
		expect(privateMessage.contentType).toBe('application');
		expect(await read(stateAt(states, 0))).toMatchObject({ senderLeafIndex: 2 });
		await everybody(states, 1);
		expect(await read(stateAt(states, 0))).toMatchObject({ senderLeafIndex: 2 });
	});
});

function proposalsOf({ content }: PublicMessage): Proposal[] {
	if (content.contentType !== 'commit') return [];
	return content.commit.proposals.flatMap((entry) => ('proposal' in entry ? [entry.proposal] : []));
}

/** The same state for which no two key packages are of one client. */
function withEquality(state: ClientState): ClientState {
	const keyPackageEqualityConfig = { compareKeyPackages: () => false, compareKeyPackageToLeafNode: () => false };
	return { ...state, clientConfig: { ...state.clientConfig, keyPackageEqualityConfig } };
}
