/** One group of members that are made with different implementations; after every commit all of them are compared. */
import { expect } from 'vitest';

import type { Bytes } from '../src/seal/bytes';
import type { Committed, Member } from './member';
import { nameOf } from './people';

/** Who comes and who goes in one commit; neither: new keys for its author. */
export interface Change {
	readonly adds?: readonly Member[];
	readonly removes?: readonly Member[];
}

export class Group {
	readonly #members: Member[];
	/** Of the present epoch, by the author of the last commit. */
	#groupInfo: Bytes | undefined;
	#epoch = 0;
	/** The authenticators of all epochs so far. */
	readonly #former = new Set<string>();

	private constructor(first: Member) {
		this.#members = [first];
	}

	/** Made by the first, who adds the others in one commit. */
	static async of(first: Member, ...others: readonly Member[]): Promise<Group> {
		await first.create();
		const group = new Group(first);
		await group.agree();
		if (others.length > 0) await group.commit(first, { adds: others });
		return group;
	}

	get members(): readonly Member[] {
		return this.#members;
	}

	/** The author commits, everybody processes, whoever is added joins, whoever is removed learns it; then all agree. */
	async commit(author: Member, change: Change = {}): Promise<Committed> {
		const made = await this.propose(author, change);
		await this.apply(made, change);
		return made;
	}

	/** A commit that nobody has processed yet. */
	async propose(author: Member, { adds = [], removes = [] }: Change = {}): Promise<Committed> {
		const packages = await Promise.all(adds.map((member) => member.keyPackage()));
		const leaves = await Promise.all(removes.map(async (member) => (await member.state()).own_leaf));
		return author.commit({ adds: packages, removes: leaves });
	}

	async apply({ commit, welcome, groupInfo }: Committed, { adds = [], removes = [] }: Change = {}): Promise<void> {
		await Promise.all(
			this.#members.map(async (member) => {
				expect(await member.process(commit), `${nameOf(member)} is a member still`).toBe(!removes.includes(member));
			}),
		);
		expect(welcome !== undefined, 'there is a Welcome if somebody was added').toBe(adds.length > 0);
		for (const member of adds) await member.join(welcome as Bytes);
		this.#replace([...this.#members.filter((member) => !removes.includes(member)), ...adds]);
		await this.#next(groupInfo);
	}

	/** Comes in by what the author of the last commit published, in the place of its former leaf if it has one. */
	async enter(member: Member): Promise<void> {
		if (!this.#groupInfo) throw new Error('nobody has committed yet');
		const { commit, groupInfo } = await member.joinExternal(this.#groupInfo);
		const others = this.#members.filter((other) => other.seat !== member.seat);
		for (const other of others) expect(await other.process(commit), `${nameOf(other)} stays`).toBe(true);
		this.#replace([...others, member]);
		await this.#next(groupInfo);
	}

	/** All are in the same epoch, with the same secrets, of the same members. @throws Error */
	async agree(): Promise<void> {
		const states = await Promise.all(this.#members.map((member) => member.state()));
		const [first] = states;
		if (!first) throw new Error('nobody is left');
		for (const [at, member] of this.#members.entries()) {
			const common = { ...states[at], own_leaf: first.own_leaf };
			expect(common, `${nameOf(member)} sees what ${nameOf(this.#members[0] as Member)} sees`).toEqual(first);
			expect(first.roster).toContainEqual([states[at]?.own_leaf, member.seat]);
		}
		expect(first.roster).toHaveLength(this.#members.length);
		expect(first.epoch).toBe(this.#epoch);
		const secrets = [first.authenticator, first.base_key, first.exporter];
		expect(secrets.map(({ length }) => length / 2)).toEqual([32, 16, 32]);
		expect(new Set(secrets).size).toBe(3);
	}

	/** Each writes, and all the others read. */
	async talk(): Promise<void> {
		for (const writer of this.#members) {
			const { own_leaf: leaf, epoch } = await writer.state();
			const text = JSON.stringify({ type: 'chat', id: String(epoch), text: `Good morning from ${nameOf(writer)}` });
			const message = await writer.encrypt(text);
			const others = this.#members.filter((member) => member !== writer);
			for (const reader of others) {
				expect(await reader.decrypt(message), nameOf(reader)).toMatchObject({ text, epoch, leaf, seat: writer.seat });
			}
		}
	}

	#replace(members: readonly Member[]): void {
		this.#members.splice(0, this.#members.length, ...members);
	}

	async #next(groupInfo: Bytes): Promise<void> {
		this.#groupInfo = groupInfo;
		this.#epoch += 1;
		await this.agree();
		const { authenticator } = await (this.#members[0] as Member).state();
		expect(this.#former.has(authenticator), 'an epoch has secrets of its own').toBe(false);
		this.#former.add(authenticator);
	}
}
