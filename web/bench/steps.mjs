/**
 * What sealing costs a member, measured in a worker of a browser with the product's own code: the steps that
 * `bench/src/seal.rs` measures of the Rust side, under the same names.
 */
import { attestationOf } from '../src/seal/attest';
import { randomBytes } from '../src/seal/bytes';
import { Sealer, judge } from '../src/seal/frames';
import { PLENARY, PLENARY_NUMBER } from '../src/seal/groups';
import { Keyring } from '../src/seal/keyring';
import { WORKING_MAX } from '../src/seal/line';
import { PLAN, makePerson, makeSummit } from '../src/seal/testing';

/** @typedef {import('../src/seal/testing').Person} Person */
/** @typedef {import('../src/seal/bytes').Bytes} Bytes */
/** @typedef {import('../src/seal/payload').Codec} Codec */
/** @typedef {import('../src/wire/types').SourceKind} SourceKind */
/** @typedef {'add_all' | 'join' | 'fresh_keys' | 'process' | 'remove' | 'external' | 'attest'} Step */

/**
 * What is to be measured.
 * @typedef {object} Wish
 * @property {number[]} sizes members of the groups
 * @property {number} times each step is done
 * @property {{ kind: SourceKind, codec: Codec, bytes: number }[]} frames
 * @property {number} framesAtOnce frames for one figure
 */

/**
 * @typedef {object} Findings
 * @property {{ members: number, steps: Record<Step, number> }[]} groups the middle one of all times, in milliseconds
 * @property {Frame[]} frames
 */

/**
 * Microseconds for a frame, one after the other; and where as many are under way at once as a line allows.
 * @typedef {{ bytes: number, seal: number, open: number, sealMany: number, openMany: number }} Frame
 */

/** As many as one commit may add. */
const ADDS = 64;

addEventListener('message', async ({ data }) => {
	try {
		postMessage({ findings: await measure(data) });
	} catch (error) {
		postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
	}
});

/**
 * @param {Wish} wish
 * @returns {Promise<Findings>}
 */
async function measure({ sizes, times, frames, framesAtOnce }) {
	const people = await makePeople(Math.max(...sizes));
	const groups = [];
	for (const members of sizes) {
		/** @type {Record<Step, number>[]} */
		const all = [];
		// A large group is dear to make, and its figures spread less.
		for (let left = members > 50 ? Math.ceil(times / 3) : times; left > 0; left -= 1) {
			all.push(await once(people.slice(0, members)));
		}
		groups.push({ members, steps: middle(all) });
	}
	const found = [];
	for (const frame of frames) found.push(await costOf(frame, framesAtOnce));
	return { groups, frames: found };
}

/** So many people of two sides, each admitted by its party. @param {number} count */
async function makePeople(count) {
	const adviser = PLAN.delegations[0]?.seats[1];
	const delegations = PLAN.delegations.map((side) => ({
		...side,
		seats: Array.from({ length: Math.ceil(count / 2) }, (_, at) => ({ ...adviser, id: `${side.id}-${at}` })),
	}));
	const [first] = delegations;
	const summit = await makeSummit({ plan: { ...PLAN, delegations, chair: [first?.seats[0]?.id] } });
	const seats = delegations.flatMap(({ id, seats: own }) => own.map((seat) => ({ party: id, seat: seat.id })));
	/** @type {Person[]} */
	const people = [];
	const certificate = { role: adviser?.role };
	for (const { party, seat } of seats.slice(0, count))
		people.push(await makePerson(summit, party, seat, { certificate }));
	return people;
}

/**
 * All steps in a group of these people; the last one comes by itself.
 * @param {Person[]} people
 * @returns {Promise<Record<Step, number>>} in milliseconds
 */
async function once(people) {
	const [first, last] = [people[0], people.at(-1)];
	if (!first || !last || first === last) throw new Error('a group needs two people');
	const packages = await Promise.all(people.slice(1).map(({ engine }) => engine.keyPackage()));
	const own = packages.at(-1);
	if (!own) throw new Error('nobody is to be added');

	let state = await first.engine.create(PLENARY);
	/** @type {Bytes | undefined} */
	let welcome;
	const addAll = await clocked(async () => {
		for (let at = 0; at < packages.length; at += ADDS) {
			const adds = packages.slice(at, at + ADDS).map(({ message }) => message);
			({ state, welcome } = await first.engine.commit(state, { adds }));
		}
	});
	const join = await clocked(async () => {
		if (!welcome) throw new Error('no Welcome');
		return last.engine.join(PLENARY, welcome, [own]);
	});
	const fresh = await clocked(() => first.engine.commit(state, {}));
	const process = await clocked(() => last.engine.process(join.result.state, fresh.result.commit));
	if (process.result.kind !== 'applied') throw new Error('the commit was not applied');
	const joined = process.result.state;
	const attest = await clocked(() => {
		const { engine } = last;
		return attestationOf(
			joined.epoch,
			engine.epochAuthenticator(joined),
			engine.treeHash(joined),
			engine.leaves(joined),
		);
	});
	const leaf = last.engine.ownLeaf(joined);
	const remove = await clocked(() => first.engine.commit(fresh.result.state, { removes: [leaf] }));
	const external = await clocked(() => last.engine.joinExternal(PLENARY, remove.result.groupInfo, () => false));
	return {
		add_all: addAll.ms,
		join: join.ms,
		fresh_keys: fresh.ms,
		process: process.ms,
		remove: remove.ms,
		external: external.ms,
		attest: attest.ms,
	};
}

/**
 * @param {Wish['frames'][number]} of
 * @param {number} count
 * @returns {Promise<Frame>}
 */
async function costOf({ kind, codec, bytes }, count) {
	const [mine, theirs] = [new Keyring(), new Keyring()];
	const baseKey = randomBytes(16);
	const leaves = new Map([
		[0, 'ada'],
		[1, 'ben'],
	]);
	await mine.install({ group: PLENARY_NUMBER, epoch: 0, baseKey, leaves, own: 0 });
	await theirs.install({ group: PLENARY_NUMBER, epoch: 0, baseKey, leaves, own: 1 });
	const sealer = new Sealer(mine);
	// The lowest bit says that it is no key frame.
	const frame = new Uint8Array(bytes).fill(1);
	const seal = async () => {
		const sealed = await sealer.seal({ kind, group: PLENARY_NUMBER, epoch: 0 }, codec, frame);
		if (!sealed) throw new Error('not sealed');
		return sealed;
	};
	/** @param {Bytes} sealed */
	const open = async (sealed) => {
		const judgement = judge(theirs, { seat: 'ada', kind }, codec, sealed);
		const opened = judgement.kind === 'open' ? await judgement.work() : judgement.kind;
		if (typeof opened === 'string') throw new Error(`not opened: ${opened}`);
		return opened;
	};
	// The keys are derived with the first frame.
	await open(await seal());
	/** @param {{ ms: number }} cost */
	const each = ({ ms }) => (1000 * ms) / count;
	const numbers = Array.from({ length: count }, (_, at) => at);
	const [sealing, sealingMany] = [
		await clocked(() => inTurn(numbers, seal, 1)),
		await clocked(() => inTurn(numbers, seal, WORKING_MAX)),
	];
	const opening = await clocked(() => inTurn(sealing.result, open, 1));
	const openingMany = await clocked(() => inTurn(sealingMany.result, open, WORKING_MAX));
	return { bytes, seal: each(sealing), open: each(opening), sealMany: each(sealingMany), openMany: each(openingMany) };
}

/**
 * Works on everything, on so many at once.
 * @template A, R
 * @param {A[]} all
 * @param {(one: A) => Promise<R>} work
 * @param {number} atOnce
 * @returns {Promise<R[]>}
 */
async function inTurn(all, work, atOnce) {
	/** @type {R[]} */
	const done = [];
	for (let at = 0; at < all.length; at += atOnce)
		done.push(...(await Promise.all(all.slice(at, at + atOnce).map(work))));
	return done;
}

/**
 * What it took, and what came of it.
 * @template R
 * @param {() => Promise<R>} work
 */
async function clocked(work) {
	const begin = performance.now();
	const result = await work();
	return { ms: performance.now() - begin, result };
}

/**
 * @param {Record<Step, number>[]} all
 * @returns {Record<Step, number>}
 */
function middle(all) {
	const steps = /** @type {Step[]} */ (Object.keys(all[0] ?? {}));
	const of = (/** @type {Step} */ step) =>
		all.map((costs) => costs[step]).sort((a, b) => a - b)[all.length >> 1] ?? NaN;
	return /** @type {Record<Step, number>} */ (Object.fromEntries(steps.map((step) => [step, of(step)])));
}
