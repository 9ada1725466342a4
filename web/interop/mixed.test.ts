/** Five members and more, of all implementations, who take turns. */
import { describe, expect, it } from 'vitest';

import { Group } from './group';
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

const STEPS = ['add', 'remove', 'swap', 'renew', 'enter', 'return'] as const;
type Step = (typeof STEPS)[number];

/** Does one of the steps, if it can be done in this group; says whether it was. */
async function take(
	step: Step,
	group: Group,
	people: readonly Member[],
	below: (limit: number) => number,
): Promise<boolean> {
	const one = (of: readonly Member[]): Member => of[below(of.length)] as Member;
	const outside = people.filter((member) => !group.members.includes(member));
	const author = one(group.members);
	const others = group.members.filter((member) => member !== author);
	const [canCome, canGo] = [outside.length > 0, others.length > 1];
	if ((['add', 'swap', 'enter'].includes(step) && !canCome) || (['remove', 'swap', 'return'].includes(step) && !canGo))
		return false;
	if (step === 'enter') await group.enter(one(outside));
	else if (step === 'return') await group.enter(one(others));
	else if (step === 'add') await group.commit(author, { adds: outside.slice(0, 1 + below(2)) });
	else if (step === 'remove') await group.commit(author, { removes: others.slice(0, 1 + below(2)) });
	else if (step === 'swap') await group.commit(author, { adds: [one(outside)], removes: [one(others)] });
	else await group.commit(author);
	return true;
}

const TURNS = 30;

describe.each([1, 2, 3, 4])('seven people and the numbers of seed %i', (seed) => {
	it('agree after every step', { timeout: 120_000 }, async () => {
		const below = numbers(seed);
		const kinds = SEATS.map((_, at) => IMPLEMENTATIONS[(at + seed) % IMPLEMENTATIONS.length] as Implementation);
		const people = await Promise.all(SEATS.map((seat, at) => somebody(kinds[at] as Implementation, seat)));
		const group = await Group.of(...(people.slice(0, 3) as [Member, ...Member[]]));
		const taken = new Set<Step>();
		for (let turn = 0; turn < TURNS; turn += 1) {
			const step = STEPS[below(STEPS.length)] as Step;
			if (await take(step, group, people, below)) taken.add(step);
		}
		await group.talk();
		expect([...taken].sort(), 'these numbers bring every step').toEqual([...STEPS].sort());
	});
});
