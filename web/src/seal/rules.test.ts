/** Ghosts: whoever has no right to be in a group does not get in, however it is tried, and each has its name. */
import { describe, expect, it } from 'vitest';

import { randomBytes, toBase64url } from './bytes';
import type { CommitContent, Leaf, LeafContent, Proposal } from './engine';
import { contentOf, decode } from './mls/messages';
import type { TsMlsState } from './mls/engine';
import { checkCommit, checkTree, leadsOf, leavesAfter, rosterText } from './rules';
import { NO_REVOCATIONS } from './revocation';
import { NOW, makeGroup, makeKeys, makePerson, makeSummit } from './testing';
import type { Oddity, Person } from './testing';
import type { Trust } from './certificate';

const summit = await makeSummit();
const trust: Trust = { agreed: summit.agreed, revoked: NO_REVOCATIONS, now: NOW };
const ada = await makePerson(summit, 'meridia', 'meridia-1');
const cleo = await makePerson(summit, 'vesland', 'vesland-1');
/** Cleo's twin on the inside: applies and commits whatever it is given. */
const traitor = await makePerson(summit, 'vesland', 'vesland-1', { gullible: true });
const stranger = await makeKeys();
const serial = toBase64url(randomBytes(16));
const revoked = new Map([['meridia', { number: 1, serials: new Set([serial]) }]]);

/** Who should not get in, and why. */
const GHOSTS: readonly (readonly [string, string, string, string, Oddity])[] = [
	['a forged certificate', 'cert.unknown_root', 'meridia', 'meridia-2', { signer: stranger }],
	['an unknown delegation', 'cert.unknown_root', 'nowhere', 'nobody', { signer: stranger }],
	[
		'a signature of the other delegation',
		'cert.unknown_root',
		'meridia',
		'meridia-2',
		{ signer: summit.roots['vesland'] as never },
	],
	['a seat of the other delegation', 'cert.seat', 'vesland', 'meridia-2', {}],
	['a second leaf of a member', 'cert.duplicate_member', 'meridia', 'meridia-1', {}],
	['a revoked certificate', 'cert.revoked', 'meridia', 'meridia-2', { certificate: { serial } }],
	['an expired certificate', 'cert.expired', 'meridia', 'meridia-2', { certificate: { exp: NOW - 3_600_000 } }],
	[
		'a certificate for another key',
		'cert.key_mismatch',
		'meridia',
		'meridia-2',
		{ certificate: { key: toBase64url(stranger.raw) } },
	],
];

/** Ada and the traitor, in one group; Ada checks. */
async function groupWithTraitor(): Promise<readonly [Person, TsMlsState, TsMlsState]> {
	const wary = await makePerson(summit, 'meridia', 'meridia-1', { revoked: () => revoked });
	const [a, t] = (await makeGroup([wary, traitor])) as [TsMlsState, TsMlsState];
	return [wary, a, t];
}

describe.each(GHOSTS)('%s', (_, code, party, seat, oddity) => {
	it('is not added by an honest member', async () => {
		const ghost = await makePerson(summit, party, seat, { ...oddity, gullible: true });
		const [wary, a] = await groupWithTraitor();
		const { message } = await ghost.engine.keyPackage();
		await expect(wary.engine.commit(a, { adds: [message] })).rejects.toMatchObject({ code });
	});

	it('is not let in by the commit of a malicious member', async () => {
		const ghost = await makePerson(summit, party, seat, { ...oddity, gullible: true });
		const [wary, a, t] = await groupWithTraitor();
		const { message } = await ghost.engine.keyPackage();
		const { commit } = await traitor.engine.commit(t, { adds: [message] });
		await expect(wary.engine.process(a, commit)).rejects.toMatchObject({ code });
	});

	it('does not come in from outside', async () => {
		const ghost = await makePerson(summit, party, seat, { ...oddity, gullible: true });
		const [wary, a, t] = await groupWithTraitor();
		const info = await traitor.engine.groupInfo(t);
		const { commit } = await ghost.engine.joinExternal('plenary', info, () => false);
		await expect(wary.engine.process(a, commit)).rejects.toMatchObject({ code });
	});

	it('does not wait inside for who is welcomed', async () => {
		const ghost = await makePerson(summit, party, seat, { ...oddity, gullible: true });
		const inside = await makePerson(summit, 'meridia', 'meridia-1', { gullible: true });
		const wary = await makePerson(summit, 'vesland', 'vesland-1', { revoked: () => revoked });
		const alone = await inside.engine.create('plenary');
		const packages = [await ghost.engine.keyPackage(), await wary.engine.keyPackage()] as const;
		const { welcome, groupInfo } = await inside.engine.commit(alone, { adds: packages.map(({ message }) => message) });
		await expect(wary.engine.join('plenary', welcome as never, [packages[1]])).rejects.toMatchObject({ code });
		await expect(wary.engine.joinExternal('plenary', groupInfo, () => false)).rejects.toMatchObject({ code });
	});
});

describe('a group', () => {
	it('is not one when it is another than was asked for, or of other people', async () => {
		const [a] = await makeGroup([ada], 'side-meridia');
		const info = await ada.engine.groupInfo(a as TsMlsState);
		await expect(cleo.engine.joinExternal('plenary', info, () => false)).rejects.toMatchObject({
			code: 'mls.welcome_unusable',
		});
		const { message } = await cleo.engine.keyPackage();
		await expect(ada.engine.commit(a as TsMlsState, { adds: [message] })).rejects.toMatchObject({
			code: 'mls.bad_commit',
		});
	});

	it('does not take a commit twice, nor a tampered one', async () => {
		const [a, c] = (await makeGroup([ada, cleo])) as [TsMlsState, TsMlsState];
		const { commit } = await cleo.engine.commit(c, {});
		const applied = await ada.engine.process(a, commit);
		if (applied.kind !== 'applied') throw new Error('not applied');
		await expect(ada.engine.process(applied.state, commit)).rejects.toMatchObject({ code: 'mls.epoch_old' });
		for (const at of [60, commit.length - 40, commit.length - 1]) {
			const tampered = new Uint8Array(commit);
			tampered[at] = (tampered[at] as number) ^ 1;
			await expect(ada.engine.process(a, tampered)).rejects.toMatchObject({ code: /^(mls|cert)\./ });
		}
		await expect(ada.engine.process(a, randomBytes(100))).rejects.toMatchObject({ code: 'mls.bad_commit' });
	});

	it('shows in its authenticators when its members were told different things', async () => {
		const people = [ada, cleo, await makePerson(summit, 'secretariat', 'desk')] as const;
		const [a, c, d] = (await makeGroup(people)) as [TsMlsState, TsMlsState, TsMlsState];
		const one = await ada.engine.commit(a, {});
		const other = await ada.engine.commit(a, {});
		const [toCleo, toDesk] = [
			await cleo.engine.process(c, one.commit),
			await people[2].engine.process(d, other.commit),
		];
		if (toCleo.kind !== 'applied' || toDesk.kind !== 'applied') throw new Error('not applied');
		expect(toCleo.state.epoch).toBe(toDesk.state.epoch);
		expect(cleo.engine.epochAuthenticator(toCleo.state)).not.toEqual(people[2].engine.epochAuthenticator(toDesk.state));
	});

	it('does not let an outsider remove somebody else, nor a member become another', async () => {
		const wary = await makePerson(summit, 'meridia', 'meridia-1');
		const [a, t] = (await makeGroup([wary, traitor])) as [TsMlsState, TsMlsState];
		const outsider = await makePerson(summit, 'secretariat', 'desk', { gullible: true });
		const info = await traitor.engine.groupInfo(t);
		const { commit } = await outsider.engine.joinExternal('plenary', info, ({ index }) => index === 1);
		await expect(wary.engine.process(a, commit)).rejects.toMatchObject({ code: 'mls.bad_commit' });
		const { certify, certificateFor } = await import('./testing');
		const { key } = traitor.engine.leaves(t)[1] as Leaf;
		const identity = await certify(certificateFor('vesland', 'vesland-2', key), summit.roots['vesland'] as never);
		const renamed = await traitor.engine.commit(t, { identity });
		await expect(wary.engine.process(a, renamed.commit)).rejects.toMatchObject({ code: 'mls.bad_commit' });
	});
});

describe('a commit', () => {
	const leaf = (index: number, content: LeafContent): Leaf => ({ ...content, index });
	const content = (identity = ada.identity): LeafContent => ({
		identity,
		key: randomBytes(32),
		encryptionKey: randomBytes(32),
	});
	const make = (change: Partial<CommitContent>): CommitContent => ({
		sender: 0,
		proposals: [],
		path: undefined,
		size: 1000,
		...change,
	});

	it.each<[string, Partial<CommitContent>]>([
		['is too large', { size: 256 * 1024 + 1 }],
		[
			'has too many proposals',
			{ proposals: Array.from({ length: 65 }, (): Proposal => ({ kind: 'add', leaf: content() })) },
		],
		['has a proposal that is not allowed', { proposals: [{ kind: 'other', name: 'psk' }] }],
		['says from inside how it came in', { proposals: [{ kind: 'external_init' }] }],
		['removes nobody that is there', { proposals: [{ kind: 'remove', leaf: 7 }] }],
		[
			'removes one leaf twice',
			{
				proposals: [
					{ kind: 'remove', leaf: 1 },
					{ kind: 'remove', leaf: 1 },
				],
			},
		],
		['removes its author', { proposals: [{ kind: 'remove', leaf: 0 }] }],
		['is by nobody', { sender: 9 }],
		['does nothing, without a path', {}],
		[
			'removes without a path',
			{
				proposals: [
					{ kind: 'remove', leaf: 1 },
					{ kind: 'add', leaf: content() },
				],
			},
		],
		['comes from outside without saying how', { sender: undefined, path: content() }],
		[
			'adds from outside',
			{ sender: undefined, path: content(), proposals: [{ kind: 'external_init' }, { kind: 'add', leaf: content() }] },
		],
		[
			'removes two from outside',
			{
				sender: undefined,
				path: content(),
				proposals: [{ kind: 'external_init' }, { kind: 'remove', leaf: 0 }, { kind: 'remove', leaf: 1 }],
			},
		],
	])('is refused when it %s', async (_, change) => {
		const before = [leaf(0, content()), leaf(1, content(cleo.identity))];
		await expect(checkCommit('plenary', before, make(change), trust)).rejects.toMatchObject({ code: 'mls.bad_commit' });
	});

	it('puts who is added where RFC 9420 puts them', async () => {
		const before = [leaf(0, content()), leaf(1, content()), leaf(3, content())];
		const [first, second, third] = [content(), content(), content()];
		const proposals: Proposal[] = [
			{ kind: 'add', leaf: first },
			{ kind: 'remove', leaf: 1 },
			{ kind: 'add', leaf: second },
			{ kind: 'add', leaf: third },
		];
		const after = leavesAfter(before, make({ proposals, path: content() }));
		expect(after.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
		expect([after[1], after[2], after[4]]).toMatchObject([first, second, third]);
	});

	it('of a real group is read as it is', async () => {
		const [a] = (await makeGroup([ada, cleo])) as [TsMlsState];
		const { commit } = await ada.engine.commit(a, { removes: [1] });
		const read = contentOf(decode(commit, 'mls_public_message', 'mls.bad_commit').publicMessage, commit.length);
		expect(read).toMatchObject({ sender: 0, proposals: [{ kind: 'remove', leaf: 1 }], size: commit.length });
		expect(read.path?.identity).toEqual(ada.identity);
	});

	it('may not bring a key that is there already', async () => {
		const state = (await makeGroup([ada, cleo]))[0] as TsMlsState;
		const leaves = ada.engine.leaves(state);
		const twice = [
			...leaves,
			{ ...(leaves[1] as Leaf), index: 2, identity: (await makePerson(summit, 'meridia', 'meridia-2')).identity },
		];
		await expect(checkTree('plenary', twice, trust)).rejects.toMatchObject({ code: 'cert.key_mismatch' });
	});

	it('has a roster and leads that all members see alike', async () => {
		const people = [cleo, ada, await makePerson(summit, 'meridia', 'meridia-2')];
		const states = (await makeGroup(people)) as TsMlsState[];
		const leaves = states.map((state, at) => (people[at] as Person).engine.leaves(state));
		expect(new Set(leaves.map(rosterText)).size).toBe(1);
		expect(rosterText(leaves[0] ?? [])).toMatch(
			/^0 vesland vesland-1 0 [\w-]{22}\n1 meridia meridia-1 0 [\w-]{22}\n2 meridia/,
		);
		expect([...leadsOf(leaves[0] ?? [])]).toEqual([
			['vesland', 0],
			['meridia', 1],
		]);
	});
});
