/**
 * Who may be in a group, and what a commit may do to it (`docs/security/protocol.md`, "Groups"). Everything here
 * follows from its arguments alone, and is decided before anything of a commit is applied.
 */
import { toBase64url } from './bytes';
import { checkCertificate, memberKey, readMember } from './certificate';
import type { Certificate, Trust } from './certificate';
import type { CommitContent, GroupCheck, Leaf, LeafContent } from './engine';
import { SealError } from './errors';
import type { SealCode } from './errors';
import { partyOf } from './groups';
import type { GroupName } from './groups';

export const PROPOSALS_MAX = 64;
/** Of a whole message, in bytes. */
export const COMMIT_SIZE_MAX = 256 * 1024;
/** Leaves have ten bits in the id of a key of frames. */
export const LEAVES_MAX = 1024;

/** A leaf and its good certificate. */
export interface Member extends Certificate {
	readonly leaf: number;
}

/** Judges by the trust of the moment. */
export function makeCheck(trust: () => Trust): GroupCheck {
	return {
		tree: async (group, leaves) => void (await checkTree(group, leaves, trust())),
		commit: (group, before, commit) => checkCommit(group, before, commit, trust()),
	};
}

/** All certificates of a tree. @throws SealError `cert.*`, or `mls.welcome_unusable` for what is wrong with the whole. */
export async function checkTree(group: GroupName, leaves: readonly Leaf[], trust: Trust): Promise<readonly Member[]> {
	const members = await Promise.all(
		leaves.map(async (leaf) => ({ ...(await checkCertificate(leaf.identity, leaf.key, trust)), leaf: leaf.index })),
	);
	checkWhole(group, leaves, 'mls.welcome_unusable');
	return members;
}

/**
 * The leaves after a commit that may be applied.
 * @throws SealError `cert.*` for whom it brings, `mls.bad_commit` for what it may not do.
 */
export async function checkCommit(
	group: GroupName,
	before: readonly Leaf[],
	commit: CommitContent,
	trust: Trust,
): Promise<readonly Leaf[]> {
	checkProposals(before, commit);
	for (const leaf of broughtBy(commit)) await checkCertificate(leaf.identity, leaf.key, trust);
	checkContinuity(before, commit);
	const after = leavesAfter(before, commit);
	checkWhole(group, after, 'mls.bad_commit');
	return after;
}

/** Which proposals there are, by whom, and about which leaves. */
export function checkProposals(before: readonly Leaf[], { sender, proposals, path, size }: CommitContent): void {
	if (size > COMMIT_SIZE_MAX) refuse('it is too large');
	if (proposals.length > PROPOSALS_MAX) refuse('it has too many proposals');
	const isThere = (index: number): boolean => before.some((leaf) => leaf.index === index);
	const removed = removedBy(proposals);
	if (new Set(removed).size !== removed.length || !removed.every(isThere)) refuse('it removes what is not there');
	const kinds = proposals.map(({ kind }) => kind);
	if (sender === undefined) {
		if (kinds.filter((kind) => kind === 'external_init').length !== 1) refuse('it does not say how it comes in');
		if (kinds.some((kind) => kind !== 'external_init' && kind !== 'remove'))
			refuse('it may not bring that from outside');
		if (removed.length > 1) refuse('it removes too many from outside');
		if (!path) refuse('it comes in without a leaf');
		return;
	}
	if (!isThere(sender)) refuse('its author is not in the group');
	if (removed.includes(sender)) refuse('its author removes itself');
	// An update of another member would be a proposal that was sent by itself, and an author's is its path.
	if (kinds.some((kind) => kind !== 'add' && kind !== 'remove')) refuse('it has a proposal that is not allowed');
	if (!path && !kinds.includes('add')) refuse('it has no path');
	if (!path && removed.length > 0) refuse('it removes without a path');
}

/** A leaf keeps its member; who comes in from outside replaces nobody else. */
export function checkContinuity(before: readonly Leaf[], { sender, proposals, path }: CommitContent): void {
	if (!path) return;
	const own = sender === undefined ? removedBy(proposals)[0] : sender;
	const former = before.find(({ index }) => index === own);
	if (!former) return;
	if (memberOf(former) !== memberOf(path))
		refuse(sender === undefined ? 'it removes somebody else from outside' : 'its author became another one');
}

/** No member and no key occurs twice; in a party's own group there is nobody else. */
export function checkWhole(group: GroupName, leaves: readonly Leaf[], code: SealCode): void {
	if (leaves.some(({ index }) => index >= LEAVES_MAX)) throw new SealError(code, 'the group is full');
	const party = partyOf(group);
	const members = leaves.map(({ identity }) => readMember(identity));
	if (party !== undefined && members.some((member) => member.party !== party))
		throw new SealError(code, 'somebody of another party');
	if (new Set(members.map(memberKey)).size !== members.length) throw new SealError('cert.duplicate_member');
	const keys = leaves.flatMap(({ key, encryptionKey }) => [toBase64url(key), toBase64url(encryptionKey)]);
	if (new Set(keys).size !== keys.length) throw new SealError(code, 'a key occurs twice');
}

/** Removals first; who is added takes the first leaf that is free (RFC 9420 section 7.7). */
export function leavesAfter(before: readonly Leaf[], commit: CommitContent): readonly Leaf[] {
	const { sender, proposals, path } = commit;
	const leaves = new Map<number, Leaf>(before.map((leaf) => [leaf.index, leaf]));
	for (const index of removedBy(proposals)) leaves.delete(index);
	const put = (leaf: LeafContent): void => {
		let index = 0;
		while (leaves.has(index)) index += 1;
		leaves.set(index, { ...leaf, index });
	};
	for (const proposal of proposals) if (proposal.kind === 'add') put(proposal.leaf);
	if (path && sender === undefined) put(path);
	else if (path && sender !== undefined) leaves.set(sender, { ...path, index: sender });
	return [...leaves.values()].sort((a, b) => a.index - b.index);
}

/** Lines `leaf party seat slot serial`, in order of the leaves: what the parties attest. */
export function rosterText(leaves: readonly Leaf[]): string {
	return leaves
		.map(({ index, identity }) => {
			const { party, seat, slot, serial } = readMember(identity);
			return `${index} ${party} ${seat} ${slot} ${serial}\n`;
		})
		.join('');
}

/** The lead of each party: its member with the lowest leaf. */
export function leadsOf(leaves: readonly Leaf[]): ReadonlyMap<string, number> {
	const leads = new Map<string, number>();
	for (const { index, identity } of leaves) {
		const { party } = readMember(identity);
		leads.set(party, Math.min(leads.get(party) ?? index, index));
	}
	return leads;
}

function broughtBy({ proposals, path }: CommitContent): readonly LeafContent[] {
	const added = proposals.flatMap((proposal) => (proposal.kind === 'add' ? [proposal.leaf] : []));
	return path ? [...added, path] : added;
}

function removedBy(proposals: CommitContent['proposals']): number[] {
	return proposals.flatMap((proposal) => (proposal.kind === 'remove' ? [proposal.leaf] : []));
}

function memberOf({ identity }: LeafContent): string {
	return memberKey(readMember(identity));
}

function refuse(detail: string): never {
	throw new SealError('mls.bad_commit', detail);
}
