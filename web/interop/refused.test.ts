/** What is wrong is refused by all, whoever made it; nobody is changed by it, and the group goes on. */
import { describe, expect, it } from 'vitest';

import { copy } from '../src/seal/bytes';
import type { Bytes } from '../src/seal/bytes';
import { decode, encodeMessage } from '../src/seal/mls/messages';
import { protectPublicMessage } from '../src/seal/mls/package';
import { makeSuite } from '../src/seal/mls/suite';
import { makeKeys } from '../src/seal/testing';
import { Group } from './group';
import { IMPLEMENTATIONS } from './member';
import type { Implementation, Member } from './member';
import { SEATS, nameOf, somebody, stranger } from './people';
import { THEIRS } from './program';
import type { TsMlsMember } from './ts-mls-member';

/** Of the codes in `docs/security/protocol.md`, one for a commit or a certificate. */
const REFUSED = { code: expect.stringMatching(/^(mls|cert)\./) as unknown };
/** At how many places a message is altered. */
const PLACES = 12;
const LATE = JSON.stringify({ type: 'chat', id: '1', text: 'late' });

/** One of each, and one more of the first, who made the group. */
async function gather(first: Implementation): Promise<[Group, Member, ...Member[]]> {
	const kinds = [first, ...IMPLEMENTATIONS.filter((kind) => kind !== first), first];
	const people = await Promise.all(kinds.map((kind, at) => somebody(kind, SEATS[at] ?? '')));
	return [await Group.of(...(people as [Member, ...Member[]])), ...(people as [Member, ...Member[]])];
}

/** Those that keep to our rules. */
function ours(group: Group): Member[] {
	return group.members.filter(({ implementation }) => implementation !== 'mls-rs');
}

/** The message with one bit changed, at places that lie evenly over its whole length. */
function altered(message: Bytes): Bytes[] {
	return Array.from({ length: PLACES }, (_, count) => {
		const bytes = copy(message);
		const at = Math.floor((count * (bytes.length - 1)) / (PLACES - 1));
		bytes[at] = (bytes[at] ?? 0) ^ 1;
		return bytes;
	});
}

async function refuse(readers: readonly Member[], commit: Bytes): Promise<void> {
	for (const reader of readers) await expect(reader.process(commit), nameOf(reader)).rejects.toMatchObject(REFUSED);
}

describe.each(IMPLEMENTATIONS)('by %s', (kind) => {
	it('a commit of which one bit was changed is refused by all the others', async () => {
		const [group, author, ...others] = await gather(kind);
		for (const removes of [[], others.slice(-1)]) {
			const made = await group.propose(author, { removes });
			for (const commit of altered(made.commit)) await refuse(others, commit);
			await group.agree();
			await group.apply(made, { removes });
		}
		await group.talk();
	});

	it('an external commit of which one bit was changed is refused by all', async () => {
		const [group, author] = await gather(kind);
		const newcomer = await somebody(kind, 'meridia-3');
		const { groupInfo } = await group.commit(author);
		const { commit } = await newcomer.joinExternal(groupInfo);
		for (const bytes of altered(commit)) await refuse(group.members, bytes);
		await group.agree();
		await group.enter(newcomer);
		await group.talk();
	});

	it('a commit of an epoch that is over is refused by all', async () => {
		const [group, author, ...others] = await gather(kind);
		const { commit } = await group.commit(author);
		await refuse([author, ...others], commit);
		await group.agree();
	});

	it('of two commits in one epoch the later one is refused by all', async () => {
		const [group, author, ...others] = await gather(kind);
		const winner = await group.propose(others[0] as Member);
		const { commit: late } = await group.propose(author);
		await group.apply(winner);
		await refuse([author, ...others], late);
		await group.commit(author);
	});

	it('a message that was altered is opened by nobody', async () => {
		const [group, writer, ...readers] = await gather(kind);
		const message = await writer.encrypt(LATE);
		for (const bytes of altered(message)) {
			for (const reader of readers) await expect(reader.decrypt(bytes), nameOf(reader)).rejects.toMatchObject(REFUSED);
		}
		// Nor does it use up the key of the true one; in mls-rs it does.
		for (const reader of ours(group).filter((member) => member !== writer)) {
			expect((await reader.decrypt(message)).text, nameOf(reader)).toBe(LATE);
		}
		await group.talk();
	});

	it('a message that is late by an epoch is opened by all, and once', async () => {
		const [group, writer, ...readers] = await gather(kind);
		const message = await writer.encrypt(LATE);
		await group.commit(readers[0] as Member);
		for (const reader of readers) {
			expect((await reader.decrypt(message)).text, nameOf(reader)).toBe(LATE);
			await expect(reader.decrypt(message), nameOf(reader)).rejects.toMatchObject(REFUSED);
		}
		await group.talk();
	});
});

// In the page a removed member has no state any more; how it could guess one is in `engine.test.ts`.
describe.each(['openmls', 'mls-rs'] as const)('removed, %s', (kind) => {
	it('opens nothing of the epochs after it, and follows no commit', async () => {
		const [group, author, ...others] = await gather(kind);
		const gone = others.at(-1) as Member;
		await group.commit(author, { removes: [gone] });
		await expect(gone.decrypt(await author.encrypt(LATE))).rejects.toMatchObject(REFUSED);
		const { commit } = await group.commit(author);
		await refuse([gone], commit);
		await group.talk();
	});
});

// Who is tried in the place of mls-rs may well have our rules.
describe.skipIf(THEIRS)('a member that keeps to RFC 9420 and not to our rules', () => {
	it('cannot let a stranger in, nor a second device of a seat', async () => {
		const [group, author] = await gather('mls-rs');
		for (const [adds, code] of [
			[await stranger('meridia-3'), 'cert.unknown_root'],
			[await somebody('mls-rs', SEATS[1]), 'cert.duplicate_member'],
		] as const) {
			const { commit } = await group.propose(author, { adds: [adds] });
			for (const member of ours(group)) await expect(member.process(commit)).rejects.toMatchObject({ code });
			await author.clear();
			await group.agree();
		}
		await group.commit(author, { adds: [await somebody('mls-rs', 'meridia-3')] });
	});
});

describe('a member that lies', () => {
	it('confirms another epoch than the one that follows, and is believed by nobody', async () => {
		const [group, ...people] = await gather('ts-mls');
		const author = people[0] as unknown as TsMlsMember;
		const made = await group.propose(author);
		// It is signed, and a member's: only the confirmation tag (RFC 9420 section 8.1) is another one.
		const { publicMessage } = decode(made.commit, 'mls_public_message', 'mls.bad_commit');
		const { content, auth } = publicMessage;
		if (auth.contentType !== 'commit') throw new Error('not a commit');
		const confirmationTag = copy(auth.confirmationTag);
		confirmationTag[0] = (confirmationTag[0] ?? 0) ^ 1;
		const { keySchedule, groupContext } = author.inside.client;
		const authenticated = { wireformat: 'mls_public_message' as const, content, auth: { ...auth, confirmationTag } };
		const suite = await makeSuite((await makeKeys()).keys);
		const lie = await protectPublicMessage(keySchedule.membershipKey, groupContext, authenticated, suite);
		await refuse(people.slice(1), encodeMessage({ wireformat: 'mls_public_message', publicMessage: lie }));
		await group.agree();
		await group.apply(made);
	});
});

describe('the comparison', () => {
	it('sees two groups that went apart', async () => {
		const [group, a, b, ...others] = await gather('ts-mls');
		const [ofA, ofB] = [await group.propose(a), await group.propose(b as Member)];
		for (const member of [a, ...others]) await member.process(ofA.commit);
		await (b as Member).process(ofB.commit);
		await expect(group.agree()).rejects.toThrow('sees what');
	});

	it('sees a member that stayed behind', async () => {
		const [group, a, ...others] = await gather('openmls');
		const { commit } = await group.propose(a);
		for (const member of [a, ...others.slice(1)]) await member.process(commit);
		await expect(group.agree()).rejects.toThrow('sees what');
	});
});
