/** A commit, made because the server says that it is this member's turn. What it asks for is judged, not obeyed. */
import type { SeatId } from '../wire/types';
import { fromBase64url } from './bytes';
import { checkCertificate, readMember } from './certificate';
import type { CircleMeans, Said } from './circle-means';
import type { Committed, GroupState, OwnKeyPackage } from './engine';
import { SealError, asSealError } from './errors';
import type { SealCode } from './errors';

export interface Nominated<S> {
	readonly made: Committed<S>;
	/** Whom it adds. */
	readonly added: readonly SeatId[];
	/** Whose leaf it removes. */
	readonly removed: readonly SeatId[];
}

/**
 * The commit that does what is asked, as far as that is right: whose package is not what it should be is left out.
 * Nothing where nothing is left; then somebody else is asked. No error is thrown but by `onBad`.
 */
export async function prepareCommit<S extends GroupState, K extends OwnKeyPackage>(
	{ engine, trust }: Pick<CircleMeans<S, K>, 'engine' | 'trust'>,
	state: S,
	{ add, remove }: Said<'mls.wanted'>,
	onBad: (code: SealCode, seat?: SeatId) => void,
): Promise<Nominated<S> | undefined> {
	const leaves = engine.leaves(state);
	const own = engine.ownLeaf(state);
	const leavesOf = (seat: SeatId): number[] =>
		leaves
			.filter(({ identity, index }) => index !== own && readMember(identity).seat === seat)
			.map(({ index }) => index);
	const adds: Uint8Array<ArrayBuffer>[] = [];
	const added: SeatId[] = [];
	for (const { seat, package: text } of add) {
		try {
			const bytes = fromBase64url(text) ?? new Uint8Array();
			const { identity, key } = engine.read(bytes);
			const certificate = await checkCertificate(identity, key, trust());
			if (certificate.seat !== seat) throw new SealError('cert.seat', 'the package is of another seat');
			adds.push(bytes);
			added.push(seat);
		} catch (error) {
			onBad(asSealError(error, 'mls.bad_commit').code, seat);
		}
	}
	// Who is a member already changes its leaf.
	const removes = [...new Set([...remove, ...added].flatMap(leavesOf))];
	if (add.length + remove.length > 0 && adds.length + removes.length === 0) return undefined;
	try {
		const made = await engine.commit(state, { adds, removes });
		return { made, added, removed: remove.filter((seat) => leavesOf(seat).length > 0) };
	} catch (error) {
		onBad(asSealError(error, 'mls.bad_commit').code);
		return undefined;
	}
}
