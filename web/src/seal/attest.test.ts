import { describe, expect, it } from 'vitest';

import { ATTEST_WITHIN_MS, hasSpoken, hearAttestation, nextDeadline, standings, turnOf } from './attest';
import type { Attesting, HereSince } from './attest';
import type { AttestText } from './plaintext';

const OWN: AttestText = { type: 'attest', epoch: 4, authenticator: 'a', tree: 't', roster: 'r' };

/** Two of each party, who came at zero; the epoch began at 1000. */
const START: Attesting = {
	own: OWN,
	since: 1000,
	members: [
		{ leaf: 0, seat: 'meridia-1', party: 'meridia' },
		{ leaf: 1, seat: 'vesland-1', party: 'vesland' },
		{ leaf: 2, seat: 'meridia-2', party: 'meridia' },
		{ leaf: 3, seat: 'vesland-2', party: 'vesland' },
	],
	said: new Map(),
};
const ALL: HereSince = () => 0;
const without =
	(...seats: string[]): HereSince =>
	(seat) =>
		seats.includes(seat) ? undefined : 0;
const LATE = 1000 + ATTEST_WITHIN_MS;

const of = (attesting: Attesting, now: number, here: HereSince): (string | undefined)[] => {
	const now_ = standings(attesting, now, here);
	return [now_.get('meridia'), now_.get('vesland')];
};
const hear = (...leaves: number[]): Attesting =>
	leaves.reduce((attesting, leaf) => hearAttestation(attesting, OWN, leaf), START);

describe('attestations', () => {
	it('are awaited for a while, and then missed', () => {
		expect(of(START, LATE - 1, ALL)).toEqual(['waiting', 'waiting']);
		expect(of(hear(0), LATE, ALL)).toEqual(['agreed', 'missing']);
		expect(nextDeadline(hear(0), 1000, ALL)).toBe(LATE);
		expect(nextDeadline(hear(0), LATE, ALL)).toBeUndefined();
	});

	it('of the second count while the first is not here, and not while it is here and silent', () => {
		expect(of(hear(0, 3), LATE, ALL)).toEqual(['agreed', 'missing']);
		expect(of(hear(0, 3), LATE, without('vesland-1'))).toEqual(['agreed', 'agreed']);
		expect(of(hear(0, 1), LATE, without('vesland-1'))).toEqual(['agreed', 'agreed']);
	});

	it('are not awaited of a party of whom nobody is here, and again for a while when somebody is back', () => {
		expect(of(hear(0), LATE, without('vesland-1', 'vesland-2'))).toEqual(['agreed', 'waiting']);
		expect(nextDeadline(hear(0), LATE, without('vesland-1', 'vesland-2'))).toBeUndefined();
		const back: HereSince = (seat) => (seat === 'vesland-1' ? undefined : seat === 'vesland-2' ? LATE : 0);
		expect(of(hear(0), LATE + ATTEST_WITHIN_MS - 1, back)).toEqual(['agreed', 'waiting']);
		expect(nextDeadline(hear(0), LATE, back)).toBe(LATE + ATTEST_WITHIN_MS);
		expect(of(hear(0), LATE + ATTEST_WITHIN_MS, back)).toEqual(['agreed', 'missing']);
	});

	it('that differ are never taken back, whoever of the party says so', () => {
		const differs = hearAttestation(hear(0, 1), { ...OWN, tree: 'other' }, 3);
		expect(of(hearAttestation(differs, OWN, 3), 1000, ALL)).toEqual(['agreed', 'mismatch']);
	});

	it('of another epoch, or of nobody, say nothing', () => {
		expect(hearAttestation(START, { ...OWN, epoch: 3 }, 1)).toBe(START);
		expect(hearAttestation(START, OWN, 9)).toBe(START);
	});

	it('are given in turn', () => {
		expect([0, 1, 2, 3].map((leaf) => turnOf(START, leaf))).toEqual([0, 0, 1, 1]);
		expect(hasSpoken(hear(1), 3)).toBe(true);
		expect(hasSpoken(hear(3), 1)).toBe(false);
		expect(hasSpoken(hear(0), 3)).toBe(false);
	});
});
