/** Groups of bare ts-mls for tests: no certificates, every leaf is admitted. */
import type { ClientConfig, ClientState, CreateCommitResult, KeyPackage, LeafNode, PrivateKeyPackage } from 'ts-mls';
import type { Proposal, PublicMessage } from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import { createGroup, joinGroup } from 'ts-mls/clientState.js';
import { createCommit, createGroupInfoWithExternalPubAndRatchetTree, joinGroupExternal } from 'ts-mls/createCommit.js';
import { getCiphersuiteFromName } from 'ts-mls/crypto/ciphersuite.js';
import { getCiphersuiteImpl } from 'ts-mls/crypto/getCiphersuiteImpl.js';
import { generateKeyPackageWithKey, signKeyPackage } from 'ts-mls/keyPackage.js';
import { signLeafNodeKeyPackage } from 'ts-mls/leafNode.js';
import { processPublicMessage } from 'ts-mls/processMessages.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';

export const suite = await getCiphersuiteImpl(getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'));

export interface Package {
	readonly publicPackage: KeyPackage;
	readonly privatePackage: PrivateKeyPackage;
}
export interface SignatureKeys {
	readonly publicKey: Uint8Array;
	readonly signKey: Uint8Array;
}

/** By leaf; nothing where nobody is. */
export type States = (ClientState | undefined)[];

export async function makePackage(name: string, keys?: SignatureKeys, hpkePublicKey?: Uint8Array): Promise<Package> {
	const { publicKey, signKey } = keys ?? (await suite.signature.keygen());
	const now = BigInt(Math.floor(Date.now() / 1000));
	const pair = await generateKeyPackageWithKey(
		{ credentialType: 'basic', identity: new TextEncoder().encode(name) },
		{ versions: ['mls10'], ciphersuites: [suite.name], extensions: [], proposals: [], credentials: ['basic'] },
		{ notBefore: now - 3600n, notAfter: now + 86400n * 28n },
		[],
		{ publicKey, signKey },
		suite,
	);
	if (!hpkePublicKey) return pair;
	const { leafNode, ...rest } = pair.publicPackage;
	if (leafNode.leafNodeSource !== 'key_package') throw new Error('not a leaf of a key package');
	const forged = await signLeafNodeKeyPackage({ ...leafNode, hpkePublicKey }, signKey, suite.signature);
	return { ...pair, publicPackage: await signKeyPackage({ ...rest, leafNode: forged }, signKey, suite.signature) };
}

export function nameOf({ credential }: LeafNode): string {
	return credential.credentialType === 'basic' ? new TextDecoder().decode(credential.identity) : '';
}

export const add = ({ publicPackage }: Package): Proposal => ({
	proposalType: 'add',
	add: { keyPackage: publicPackage },
});
export const remove = (leaf: number): Proposal => ({ proposalType: 'remove', remove: { removed: leaf } });

export function commit(state: ClientState, extraProposals: Proposal[] = []): Promise<CreateCommitResult> {
	return createCommit(
		{ state, cipherSuite: suite },
		{ wireAsPublicMessage: true, extraProposals, ratchetTreeExtension: true },
	);
}

export function publicOf({ commit }: CreateCommitResult): PublicMessage {
	if (commit.wireformat !== 'mls_public_message') throw new Error('not a public message');
	return commit.publicMessage;
}

export async function take(state: ClientState, message: PublicMessage): Promise<ClientState> {
	return (await processPublicMessage(state, message, emptyPskIndex, suite)).newState;
}

export async function join(made: CreateCommitResult, { publicPackage, privatePackage }: Package): Promise<ClientState> {
	if (!made.welcome) throw new Error('nobody was added');
	return joinGroup(made.welcome, publicPackage, privatePackage, emptyPskIndex, suite);
}

/** Comes in from outside by the group info of `host`, in the place of the leaf called `former`. */
export async function joinFromOutside(
	host: ClientState,
	{ publicPackage, privatePackage }: Package,
	former?: string,
): Promise<{ publicMessage: PublicMessage; newState: ClientState }> {
	const info = await createGroupInfoWithExternalPubAndRatchetTree(host, [], suite);
	const config: ClientConfig = {
		...defaultClientConfig,
		keyPackageEqualityConfig: {
			compareKeyPackages: () => false,
			compareKeyPackageToLeafNode: (_, leaf) => nameOf(leaf) === former,
		},
	};
	const isBack = former !== undefined;
	const made = await joinGroupExternal(info, publicPackage, privatePackage, isBack, suite, undefined, config);
	return { ...made, newState: { ...made.newState, clientConfig: defaultClientConfig } };
}

export function authenticator(state: ClientState | undefined): string {
	return Array.from(state?.keySchedule.epochAuthenticator ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function stateAt(states: States, leaf: number): ClientState {
	const state = states[leaf];
	if (!state) throw new Error(`nobody is at leaf ${leaf}`);
	return state;
}

/** Commits, and everybody follows; who was removed is gone. @throws Error where two disagree. */
export async function everybody(
	states: States,
	author: number,
	proposals: Proposal[] = [],
): Promise<CreateCommitResult> {
	const made = await commit(stateAt(states, author), proposals);
	const gone = proposals.flatMap((proposal) => ('remove' in proposal ? [proposal.remove.removed] : []));
	for (const [leaf, state] of states.entries()) {
		if (!state || leaf === author) continue;
		states[leaf] = gone.includes(leaf) ? undefined : await take(state, publicOf(made));
	}
	states[author] = made.newState;
	agree(states);
	return made;
}

/** Adds one with that name, and renews the keys of the author. */
export async function grow(states: States, author: number, name: string): Promise<ClientState> {
	const one = await makePackage(name);
	const made = await everybody(states, author, [add(one)]);
	const joined = await join(made, one);
	states[joined.privatePath.leafIndex] = joined;
	agree(states);
	await everybody(states, author);
	return joined;
}

export function agree(states: States): void {
	const codes = new Set(states.filter((state) => state !== undefined).map(authenticator));
	if (codes.size !== 1) throw new Error('not all are in the same epoch');
}

/** Members `m0`, `m1` and so on, each of whom committed once: no parent is blank. */
export async function makeGroup(count: number): Promise<States> {
	const [first, ...others] = await Promise.all(Array.from({ length: count }, (_, at) => makePackage(`m${at}`)));
	if (!first) throw new Error('nobody');
	const id = new Uint8Array([1, 2, 3]);
	const states: States = [await createGroup(id, first.publicPackage, first.privatePackage, [], suite)];
	if (others.length > 0) {
		const made = await everybody(states, 0, others.map(add));
		for (const [at, one] of others.entries()) states[at + 1] = await join(made, one);
	}
	for (let leaf = 0; leaf < count; leaf += 1) await everybody(states, leaf);
	return states;
}
