/** What one implementation does with another one, in each order of two; the third looks on and must agree. */
import { describe, it } from 'vitest';

import { Group } from './group';
import { IMPLEMENTATIONS } from './member';
import type { Implementation, Member } from './member';
import { SEATS, somebody } from './people';

const PAIRS = IMPLEMENTATIONS.flatMap((first) => IMPLEMENTATIONS.map((second) => [first, second] as const));

/** A group made by one of `first`, with one of `second` and one of each that is neither. */
async function begin(
	first: Implementation,
	second: Implementation,
): Promise<readonly [group: Group, author: Member, other: Member, onlooker: Member]> {
	const others = IMPLEMENTATIONS.filter((one) => one !== first && one !== second);
	const kinds = [first, second, ...others];
	const people = await Promise.all(kinds.map((kind, at) => somebody(kind, SEATS[at] ?? '')));
	const [author, other, onlooker] = people as [Member, Member, Member];
	return [await Group.of(...(people as [Member, ...Member[]])), author, other, onlooker];
}

describe.each(PAIRS)('%s with %s', (first, second) => {
	it('makes a group and lets it in; both write', async () => {
		const [group, author] = await begin(first, second);
		await group.talk();
		// Once more, into a group with others in it, by a commit of its own.
		await group.commit(author, { adds: [await somebody(second, 'meridia-3'), await somebody(first, 'vesland-3')] });
		await group.talk();
	});

	it('renews its keys, and follows when the other does', async () => {
		const [group, author, other, onlooker] = await begin(first, second);
		for (const member of [author, other, onlooker, author]) await group.commit(member);
		await group.talk();
	});

	it('removes it, and lets it in again', async () => {
		const [group, author, other] = await begin(first, second);
		await group.commit(author);
		await group.commit(author, { removes: [other] });
		await group.talk();
		await group.commit(author, { adds: [other] });
		await group.talk();
	});

	it('removes all but itself', async () => {
		const [group, author, other] = await begin(first, second);
		await group.commit(other);
		await group.commit(author, { removes: group.members.filter((member) => member !== author) });
		await group.commit(author, { adds: [other] });
		await group.talk();
	});

	it('swaps it for another device of its seat, and for another person, in one commit', async () => {
		const [group, author, other] = await begin(first, second);
		const again = await somebody(second, other.seat);
		await group.commit(author, { removes: [other], adds: [again] });
		await group.talk();
		await group.commit(again);
		await group.commit(author, { removes: [again], adds: [await somebody(second, 'vesland-3')] });
		await group.talk();
	});

	it('publishes by what it comes in from outside, and comes back with the same key', async () => {
		const [group, author] = await begin(first, second);
		const newcomer = await somebody(second, 'vesland-3');
		await group.enter(newcomer);
		await group.talk();
		// By what it published itself, and by what the other published then.
		await group.enter(newcomer);
		await group.commit(author);
		await group.enter(newcomer);
		await group.talk();
		await group.commit(newcomer);
		await group.commit(author);
	});
});
