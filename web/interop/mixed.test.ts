/** Five members and more, of all implementations, who take turns. */
import { describe, expect, it } from 'vitest';

import { Group } from './group';
import type { Change } from './group';
import { IMPLEMENTATIONS } from './member';
import type { Implementation, Member } from './member';
import { SEATS, somebody } from './people';

const FIVE: readonly (readonly Implementation[])[] = [
	['ts-mls', 'openmls', 'mls-rs', 'ts-mls', 'openmls'],
	['openmls', 'mls-rs', 'ts-mls', 'openmls', 'mls-rs'],
	['mls-rs', 'ts-mls', 'openmls', 'mls-rs', 'ts-mls'],
];

async function five(kinds: readonly Implementation[]): Promise<[Group, ...Member[]]> {
	const people = await Promise.all(kinds.map((kind, at) => somebody(kind, SEATS[at] ?? '')));
	return [await Group.of(...(people as [Member, ...Member[]])), ...people];
}

describe.each(FIVE)('%s, %s, %s, %s and %s', (...kinds) => {
	it('take turns at renewing, swapping, removing and letting in', async () => {
		const [group, ...people] = await five(kinds);
		for (const member of people) await group.commit(member);
		await group.talk();
		for (let turn = 0; turn < kinds.length; turn += 1) {
			const author = group.members[turn % group.members.length] as Member;
			const gone = group.members[(turn + 1) % group.members.length] as Member;
			const kind = kinds[(turn + 2) % kinds.length] as Implementation;
			await group.commit(author, { removes: [gone], adds: [await somebody(kind, gone.seat)] });
		}
		await group.talk();
	});

	it('go on when the left half of the tree is empty, and when it fills up again', async () => {
		const [group, , , c, d] = (await five(kinds)) as [Group, Member, Member, Member, Member, Member];
		for (const member of group.members) await group.commit(member);
		// Without the fifth the tree is of four leaves again, of which the first two are empty.
		const removes = group.members.filter((member) => member !== c && member !== d);
		await group.commit(c, { removes });
		await group.commit(d);
		const again = await Promise.all(removes.map(({ seat }, at) => somebody(kinds[at] ?? 'ts-mls', seat)));
		await group.commit(d, { adds: again });
		for (const member of group.members) await group.commit(member);
		await group.talk();
	});

	it('go on with leaves that no parent knows yet', async () => {
		const [group, a, b] = (await five(kinds)) as [Group, Member, Member];
		for (const member of group.members) await group.commit(member);
		const [six, seven] = [await somebody(kinds[0] ?? 'ts-mls', 'meridia-3'), await somebody('mls-rs', 'vesland-3')];
		await group.commit(b, { adds: [six] });
		await group.commit(a, { adds: [seven] });
		await group.talk();
		await group.commit(a, { removes: [b] });
		await group.commit(six);
		await group.commit(seven);
		await group.talk();
	});
});

/** Numbers that are the same in each run (a linear congruential generator, with the constants of Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

/** What happens next in a group of up to seven. */
type Step =
	| { readonly kind: 'commit'; readonly author: Member; readonly change: Change }
	| { readonly kind: 'enter'; readonly member: Member };

function nextStep(group: Group, people: readonly Member[], below: (limit: number) => number): Step {
	const one = (of: readonly Member[]): Member => of[below(of.length)] as Member;
	const outside = people.filter((member) => !group.members.includes(member));
	const author = one(group.members);
	const others = group.members.filter((member) => member !== author);
	const [comes, goes] = [outside.length > 0, others.length > 1];
	switch (below(6)) {
		case 0:
			if (comes) return { kind: 'commit', author, change: { adds: outside.slice(0, 1 + below(2)) } };
			break;
		case 1:
			if (goes) return { kind: 'commit', author, change: { removes: others.slice(0, 1 + below(2)) } };
			break;
		case 2:
			if (comes && goes) return { kind: 'commit', author, change: { adds: [one(outside)], removes: [one(others)] } };
			break;
		case 3:
			if (comes) return { kind: 'enter', member: one(outside) };
			break;
		case 4:
			if (goes) return { kind: 'enter', member: one(others) };
			break;
		default:
	}
	return { kind: 'commit', author, change: {} };
}

const STEPS = 24;

describe.each([1, 2, 3, 4])('seven people and the numbers of seed %i', (seed) => {
	it('agree after every step', { timeout: 120_000 }, async () => {
		const below = numbers(seed);
		const kinds = SEATS.map((_, at) => IMPLEMENTATIONS[(at + seed) % IMPLEMENTATIONS.length] as Implementation);
		const people = await Promise.all(SEATS.map((seat, at) => somebody(kinds[at] as Implementation, seat)));
		const group = await Group.of(...(people.slice(0, 3) as [Member, ...Member[]]));
		const kept = new Set<Step['kind']>();
		for (let count = 0; count < STEPS; count += 1) {
			const step = nextStep(group, people, below);
			kept.add(step.kind);
			if (step.kind === 'enter') await group.enter(step.member);
			else await group.commit(step.author, step.change);
		}
		await group.talk();
		expect(kept.size).toBe(2);
	});
});
