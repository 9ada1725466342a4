import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { fromUtf8, toBase64url, utf8 } from '../bytes';
import type { Leaf } from '../engine';
import { makeGroup, makePerson, makeSummit } from '../testing';
import type { Person } from '../testing';
import type { TsMlsState } from './engine';
import { TS_MLS_VERSION } from './package';

const summit = await makeSummit();
const [ada, ben, cleo, dag, eve] = (await Promise.all([
	makePerson(summit, 'meridia', 'meridia-1'),
	makePerson(summit, 'meridia', 'meridia-2'),
	makePerson(summit, 'vesland', 'vesland-1'),
	makePerson(summit, 'vesland', 'vesland-2'),
	makePerson(summit, 'secretariat', 'desk'),
])) as [Person, Person, Person, Person, Person];
const everybody = [ada, ben, cleo, dag, eve];

const authenticators = (people: readonly Person[], states: readonly TsMlsState[]): Set<string> =>
	new Set(states.map((state, at) => toBase64url((people[at] as Person).engine.epochAuthenticator(state))));

/** Everybody but the author follows; who is removed has no state any more. */
async function follow(
	people: readonly Person[],
	states: readonly (TsMlsState | undefined)[],
	author: number,
	commit: Uint8Array<ArrayBuffer>,
	mine: TsMlsState,
): Promise<(TsMlsState | undefined)[]> {
	return Promise.all(
		people.map(async ({ engine }, at) => {
			const state = states[at];
			if (at === author) return mine;
			if (!state) return undefined;
			const processed = await engine.process(state, commit);
			return processed.kind === 'applied' ? processed.state : undefined;
		}),
	);
}

describe('the engine', () => {
	it('is written for exactly the package that is installed', () => {
		const { version } = JSON.parse(readFileSync('node_modules/ts-mls/package.json', 'utf8')) as { version: string };
		expect(version).toBe(TS_MLS_VERSION);
	});

	it.each([2, 3, 5])('agrees among %i members, and on the base key of frames', async (count) => {
		const people = everybody.slice(0, count);
		const states = await makeGroup(people);
		expect(authenticators(people, states).size).toBe(1);
		const keys = await Promise.all(states.map((state, at) => (people[at] as Person).engine.baseKey(state)));
		expect(new Set(keys.map(toBase64url)).size).toBe(1);
		expect(keys[0]).toHaveLength(16);
		expect(states.map((state, at) => (people[at] as Person).engine.ownLeaf(state))).toEqual(people.map((_, at) => at));
	});

	it('carries messages, and says whose they are', async () => {
		const people = [ada, cleo];
		const [a, c] = (await makeGroup(people)) as [TsMlsState, TsMlsState];
		const sent = await cleo.engine.encrypt(c, utf8('good morning'));
		const opened = await ada.engine.decrypt(a, sent.message);
		expect(fromUtf8(opened.plaintext)).toBe('good morning');
		expect(opened.sender).toBe(1);
		await expect(ada.engine.decrypt(opened.state, sent.message)).rejects.toMatchObject({ code: 'mls.bad_commit' });
	});

	it('opens a message of the epoch before, and no older one', async () => {
		let [a, c] = (await makeGroup([ada, cleo])) as [TsMlsState, TsMlsState];
		const { message } = await cleo.engine.encrypt(c, utf8('late'));
		for (let turn = 0; turn < 2; turn += 1) {
			const made = await ada.engine.commit(a, {});
			const followed = await cleo.engine.process(c, made.commit);
			if (followed.kind !== 'applied') throw new Error('not applied');
			[a, c] = [made.state, followed.state];
			if (turn === 0) expect((await ada.engine.decrypt(a, message)).epoch).toBe(1);
		}
		await expect(ada.engine.decrypt(a, message)).rejects.toMatchObject({ code: 'mls.epoch_old' });
	});

	it('swaps one member for another in one commit; who goes learns it', async () => {
		const people = [ada, ben, cleo];
		const states = await makeGroup(people);
		const own = await dag.engine.keyPackage();
		const made = await ada.engine.commit(states[0] as TsMlsState, { removes: [1], adds: [own.message] });
		const after = await follow(people, states, 0, made.commit, made.state);
		expect(after[1]).toBeUndefined();
		const joined = await dag.engine.join('plenary', made.welcome as Uint8Array<ArrayBuffer>, [own]);
		expect(authenticators([ada, dag, cleo], [made.state, joined.state, after[2] as TsMlsState]).size).toBe(1);
	});

	it('lets a member that lost its state come back from outside, in the place of its former leaf', async () => {
		const people = [ada, ben, cleo];
		const states = await makeGroup(people);
		const info = await ada.engine.groupInfo(states[0] as TsMlsState);
		const isFormer = (leaf: Leaf): boolean => toBase64url(leaf.identity) === toBase64url(ben.identity);
		const back = await ben.engine.joinExternal('plenary', info, isFormer);
		const after = await follow(people, states, 1, back.commit, back.state);
		expect(authenticators(people, after as TsMlsState[]).size).toBe(1);
		expect(ada.engine.leaves(after[0] as TsMlsState)).toHaveLength(3);
		const next = await cleo.engine.commit(after[2] as TsMlsState, {});
		expect((await ben.engine.process(after[1] as TsMlsState, next.commit)).kind).toBe('applied');
	});

	it('leaves a state as it was when its commit is forgotten', async () => {
		const [a, c] = (await makeGroup([ada, cleo])) as [TsMlsState, TsMlsState];
		const forgotten = await ada.engine.commit(a, {});
		const winner = await cleo.engine.commit(c, {});
		const followed = await ada.engine.process(a, winner.commit);
		if (followed.kind !== 'applied') throw new Error('not applied');
		expect(authenticators([ada, cleo], [followed.state, winner.state]).size).toBe(1);
		await expect(ada.engine.process(followed.state, forgotten.commit)).rejects.toMatchObject({ code: 'mls.epoch_old' });
	});

	it('has a path in every commit, so that who was removed from two cannot follow', async () => {
		const [a, c] = (await makeGroup([ada, cleo])) as [TsMlsState, TsMlsState];
		const made = await ada.engine.commit(a, { removes: [1] });
		expect((await cleo.engine.process(c, made.commit)).kind).toBe('removed');
		// The commit secret would be of zeros in ts-mls: then everything of the next epoch follows from the former one.
		const zeros = new Uint8Array(32);
		const { initializeEpoch } = await import('ts-mls/keySchedule.js');
		const { makeSuite } = await import('./suite');
		const suite = await makeSuite(
			(await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair,
		);
		const { initSecret } = c.client.keySchedule;
		const guess = await initializeEpoch(initSecret, zeros, made.state.client.groupContext, zeros, suite.kdf);
		expect(guess.keySchedule.epochAuthenticator).not.toEqual(made.state.client.keySchedule.epochAuthenticator);
	});

	it('goes on when one half of the tree is empty, and with unmerged leaves', async () => {
		const people = [ada, ben, cleo, dag];
		let states: (TsMlsState | undefined)[] = await makeGroup(people);
		for (const author of [0, 1, 2, 3]) {
			const made = await (people[author] as Person).engine.commit(states[author] as TsMlsState, {});
			states = await follow(people, states, author, made.commit, made.state);
		}
		const half = await cleo.engine.commit(states[2] as TsMlsState, { removes: [0, 1] });
		states = await follow(people, states, 2, half.commit, half.state);
		expect(states.slice(0, 2)).toEqual([undefined, undefined]);
		const again = [await ada.engine.keyPackage(), await ben.engine.keyPackage()];
		const grown = await cleo.engine.commit(states[2] as TsMlsState, { adds: again.map(({ message }) => message) });
		states = await follow(people, states, 2, grown.commit, grown.state);
		const welcome = grown.welcome as Uint8Array<ArrayBuffer>;
		states[0] = (await ada.engine.join('plenary', welcome, again)).state;
		states[1] = (await ben.engine.join('plenary', welcome, again)).state;
		expect(authenticators(people, states as TsMlsState[]).size).toBe(1);
	});

	it('takes a new certificate of the same member', async () => {
		const [a, c] = (await makeGroup([ada, cleo])) as [TsMlsState, TsMlsState];
		const { certify, certificateFor } = await import('../testing');
		const leaf = ada.engine.leaves(a)[0] as Leaf;
		const renewed = await certify(certificateFor('meridia', 'meridia-1', leaf.key), summit.roots['meridia'] as never);
		const made = await ada.engine.commit(a, { identity: renewed });
		const followed = await cleo.engine.process(c, made.commit);
		if (followed.kind !== 'applied') throw new Error('not applied');
		expect(cleo.engine.leaves(followed.state)[0]?.identity).toEqual(renewed);
	});
});
