import type { ClientState, LeafNode, Proposal, PublicMessage } from 'ts-mls';
import { createCommit } from 'ts-mls/createCommit.js';
import { createApplicationMessage } from 'ts-mls/createMessage.js';
import { encodeMlsMessage } from 'ts-mls/message.js';
import { describe, expect, test } from 'vitest';

import { MlsRefusal, checkCommit, checkTree, decodeWhole, openApplication } from './mls-checks';
import type { SeenCommit } from './mls-checks';
import {
	add,
	agree,
	commit,
	everybody,
	grow,
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

const sameName = (a: LeafNode, b: LeafNode): boolean => nameOf(a) === nameOf(b);
const states = await makeGroup(4);
const me = stateAt(states, 0);
const other = stateAt(states, 1);
const check = (message: PublicMessage, state: ClientState = me): SeenCommit => checkCommit(state, message, sameName);
const made = async (proposals: Proposal[] = []): Promise<PublicMessage> => publicOf(await commit(other, proposals));

/** A commit with something in it changed, as somebody could sign it who wants to do harm. */
async function altered(change: (content: CommitContent) => void, proposals: Proposal[] = []): Promise<PublicMessage> {
	const message = structuredClone(await made(proposals));
	if (message.content.contentType !== 'commit') throw new Error('not a commit');
	change(message.content);
	return message;
}
type CommitContent = Extract<PublicMessage['content'], { contentType: 'commit' }>;

describe('a message', () => {
	test('is taken whole, up to its largest size', async () => {
		const bytes = encodeMlsMessage((await commit(other)).commit);
		expect(decodeWhole(bytes).wireformat).toBe('mls_public_message');
		expect(() => decodeWhole(new Uint8Array([...bytes, 0]))).toThrow('something comes after it');
		expect(() => decodeWhole(bytes, bytes.length - 1)).toThrow('it is too large');
		expect(() => decodeWhole(bytes.subarray(0, 40))).toThrow();
		expect(() => decodeWhole(new Uint8Array())).toThrow();
	});
});

describe('a tree', () => {
	test('is taken when every leaf is admitted, and not with extensions or more leaves than have a number', async () => {
		const seen: [number, string][] = [];
		await checkTree(me.ratchetTree, me.groupContext, (leaf, index) => {
			seen.push([index, nameOf(leaf)]);
			return Promise.resolve(true);
		});
		expect(seen).toEqual([0, 1, 2, 3].map((leaf) => [leaf, `m${leaf}`]));
		const all = () => Promise.resolve(true);
		const none = (_: LeafNode, index: number) => Promise.resolve(index !== 2);
		await expect(checkTree(me.ratchetTree, me.groupContext, none)).rejects.toThrow(MlsRefusal);
		const large = [...me.ratchetTree, ...new Array<undefined>(2048)];
		await expect(checkTree(large, me.groupContext, all)).rejects.toThrow('too large');
		const extensions = [{ extensionType: 'required_capabilities' as const, extensionData: new Uint8Array(3) }];
		await expect(checkTree(me.ratchetTree, { ...me.groupContext, extensions }, all)).rejects.toThrow('extensions');
	});
});

describe('a commit', () => {
	test('of a member is taken', async () => {
		expect(check(await made())).toEqual({ removesMe: false, adds: [], removed: [], isExternal: false });
		const one = await makePackage('new');
		const swapped = check(await made([remove(0), add(one)]));
		expect(swapped).toMatchObject({ removesMe: true, removed: [0], isExternal: false });
		expect(swapped.adds).toHaveLength(1);
		expect(check(await made([add(one)])).removed).toEqual([]);
	});

	test('from outside is taken for a new member, and in the place of the own former leaf', async () => {
		const fresh = await joinFromOutside(me, await makePackage('new'));
		expect(check(fresh.publicMessage)).toMatchObject({ removed: [], isExternal: true });
		const back = await joinFromOutside(me, await makePackage('m1'), 'm1');
		expect(check(back.publicMessage)).toMatchObject({ removed: [1], isExternal: true });
	});

	test('from outside is refused where it removes somebody else, twice or nobody, or brings a second leaf', async () => {
		const elsewhere = await joinFromOutside(me, await makePackage('new'), 'm1');
		expect(() => check(elsewhere.publicMessage)).toThrow('the place of somebody else');
		const second = await joinFromOutside(me, await makePackage('m1'));
		expect(() => check(second.publicMessage)).toThrow('a member is there twice');
		const { publicMessage } = await joinFromOutside(me, await makePackage('m1'), 'm1');
		for (const leaf of [2, 4, 77, 2 ** 32 - 1]) {
			const bad = structuredClone(publicMessage);
			if (bad.content.contentType !== 'commit') throw new Error('not a commit');
			bad.content.commit.proposals.push({ proposalOrRefType: 'proposal', proposal: remove(leaf) });
			expect(() => check(bad), `leaf ${leaf}`).toThrow(MlsRefusal);
		}
	});

	test('is refused where a member would be there twice', async () => {
		await expect(made([add(await makePackage('m2'))]).then((message) => check(message))).rejects.toThrow('twice');
		const [x, y] = [await makePackage('new'), await makePackage('new')];
		await expect(made([add(x), add(y)]).then((message) => check(message))).rejects.toThrow('twice');
	});

	test('is refused where its author becomes another one', async () => {
		const renamed = await altered(({ commit: { path } }) => {
			if (path) path.leafNode.credential = { credentialType: 'basic', identity: new TextEncoder().encode('m9') };
		});
		expect(() => check(renamed)).toThrow('the place of somebody else');
		const rekeyed = await altered(({ commit: { path } }) => {
			if (path) path.leafNode.signaturePublicKey = new Uint8Array(32);
		});
		expect(() => check(rekeyed)).toThrow('another key');
	});

	test('is refused where its path is not for everybody', async () => {
		const short = await altered(({ commit: { path } }) => void path?.nodes.at(-1)?.encryptedPathSecret.pop());
		expect(() => check(short)).toThrow('not for everybody');
		const low = await altered(({ commit: { path } }) => void path?.nodes.pop());
		expect(() => check(low)).toThrow('not for everybody');
		const without = await altered(({ commit }) => {
			commit.path = undefined;
		});
		expect(() => check(without)).toThrow('no path');
	});

	test('is refused with proposals that nobody makes here', async () => {
		const proposals: CommitContent['commit']['proposals'] = [
			{ proposalOrRefType: 'reference', reference: new Uint8Array(32) },
			{ proposalOrRefType: 'proposal', proposal: { proposalType: 61731, proposalData: new Uint8Array() } },
			{
				proposalOrRefType: 'proposal',
				proposal: { proposalType: 'external_init', externalInit: { kemOutput: new Uint8Array(32) } },
			},
			{ proposalOrRefType: 'proposal', proposal: remove(1) },
			{ proposalOrRefType: 'proposal', proposal: remove(7) },
		];
		for (const proposal of proposals) {
			const bad = await altered(({ commit }) => void commit.proposals.push(proposal));
			expect(() => check(bad), JSON.stringify(proposal)).toThrow(MlsRefusal);
		}
		const twice = await altered(({ commit }) => void commit.proposals.push(...commit.proposals), [remove(2)]);
		expect(() => check(twice)).toThrow('not there');
		const many = await altered(
			({ commit }) =>
				void commit.proposals.push(...new Array(65).fill({ proposalOrRefType: 'proposal', proposal: remove(2) })),
		);
		expect(() => check(many)).toThrow('too many');
	});

	test('is refused in another group, epoch or place', async () => {
		for (const change of [
			(content: CommitContent) => void (content.groupId = new Uint8Array([9])),
			(content: CommitContent) => void (content.epoch += 1n),
			(content: CommitContent) => void (content.sender = { senderType: 'member', leafIndex: 7 }),
			(content: CommitContent) => void (content.sender = { senderType: 'new_member_proposal' }),
		]) {
			const bad = await altered(change);
			expect(() => check(bad)).toThrow(MlsRefusal);
		}
		const closed: ClientState = { ...me, groupActiveState: { kind: 'removedFromGroup' } };
		const message = await made();
		expect(() => check(message, closed)).toThrow('closed');
	});
});

describe('an application message', () => {
	test('is opened once, with its author', async () => {
		const { privateMessage } = await createApplicationMessage(other, new Uint8Array([7]), suite);
		const opened = await openApplication(me, privateMessage, suite);
		expect([opened.sender, ...opened.data]).toEqual([1, 7]);
		await expect(openApplication(opened.state, privateMessage, suite)).rejects.toThrow();
		const elsewhere = { ...privateMessage, groupId: new Uint8Array([9]) };
		await expect(openApplication(me, elsewhere, suite)).rejects.toThrow('another group');
	});

	test('is no commit', async () => {
		const { commit: sealed } = await createCommit({ state: other, cipherSuite: suite });
		if (sealed.wireformat !== 'mls_private_message') throw new Error('not private');
		await expect(openApplication(me, sealed.privateMessage, suite)).rejects.toThrow('no application message');
	});
});

test.each([1, 2])(
	'whoever comes and goes, all agree and nothing is refused wrongly (%i)',
	{ timeout: 60_000 },
	async (run) => {
		let seed = run;
		const draw = (below: number): number => {
			seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
			return (seed >> 8) % below;
		};
		const group = await makeGroup(5);
		for (let step = 0; step < 6; step += 1) {
			const there = group.flatMap((state, leaf) => (state ? [leaf] : []));
			const author = there[draw(there.length)] ?? 0;
			const others = there.filter((leaf) => leaf !== author);
			const victim = others[draw(others.length)];
			if (victim !== undefined && draw(3) > 0) {
				const before = stateAt(group, author);
				const { newState, ...rest } = await everybody(group, author, [remove(victim)]);
				expect(check(publicOf({ newState, ...rest }), before).removed).toEqual([victim]);
			} else if (draw(2) > 0) {
				await grow(group, author, `new ${step}`);
			} else {
				const before = stateAt(group, author);
				const back = await joinFromOutside(before, await makePackage(`back ${step}`));
				for (const leaf of there) {
					check(back.publicMessage, stateAt(group, leaf));
					group[leaf] = await take(stateAt(group, leaf), back.publicMessage);
				}
				group[back.newState.privatePath.leafIndex] = back.newState;
				agree(group);
			}
		}
	},
);
