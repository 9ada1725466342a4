import { expect, test } from 'vitest';

import type { SealedMember } from '../../app/context';
import { planOf } from '../../fixtures/plan';
import type { MeetingState } from '../../meeting/state';
import { doubtful, holders, holdingNews, holdingOf, nameOf, partyName, type Holding } from './roster';

const meeting = { you: 'meridia-head', plan: planOf(2) } as MeetingState;

const member = (seat: string, leaf: number): SealedMember => ({
	seat,
	party: seat.split('-')[0] ?? '',
	admittedBy: { by: 'root' },
	since: 0,
	leaf,
	lead: false,
});

const holding = (seats: string[], group = 'plenary'): Holding => ({ group, seats });

test('the holders stand side by side, however the leaves lie', () => {
	const list = holders(meeting, [member('vesland-head', 0), member('meridia-energy', 1), member('meridia-head', 2)]);
	expect(list.map(({ seat }) => seat.id)).toEqual(['meridia-head', 'meridia-energy', 'vesland-head']);
	expect(list[0]).toMatchObject({ you: true, delegation: { id: 'meridia' } });
});

test('who gets the keys and who loses them is said by name, but not oneself', () => {
	const before = holding(['meridia-head', 'vesland-head']);
	const after = holding(['meridia-head', 'vesland-foreign']);
	expect(holdingNews(meeting, before, after)).toEqual([
		'Magnus Okoye now holds the keys',
		'Anneke Sorensdottir-Whitcombe no longer holds the keys',
	]);
	expect(holdingNews(meeting, holding([]), holding(['meridia-head']))).toEqual([]);
	expect(holdingNews(meeting, before, before)).toEqual([]);
});

test('many at once are counted, and of another room nothing is said', () => {
	const all = ['vesland-head', 'vesland-foreign', 'vesland-security', 'meridia-energy'];
	expect(holdingNews(meeting, holding([]), holding(all))).toEqual(['Who holds the keys: 4']);
	expect(holdingNews(meeting, holding(['meridia-head'], 'side-meridia'), holding(all))).toEqual([]);
	expect(holdingNews(meeting, undefined, holding(all))).toEqual([]);
	expect(holdingNews(meeting, holdingOf({ group: undefined, roster: [] }), holding(all))).toEqual([]);
});

test('the parties in doubt are named', () => {
	const party = (id: string, attestation: 'agreed' | 'missing' | 'mismatch') => ({
		party: id,
		fingerprint: [],
		attestation,
	});
	const parties = [party('meridia', 'agreed'), party('vesland', 'missing'), party('secretariat', 'mismatch')];
	expect(doubtful(meeting, { parties, trouble: 'attest.missing' })).toEqual(['Commonwealth of Vesland']);
	expect(doubtful(meeting, { parties, trouble: 'attest.mismatch' })).toEqual(['Secretariat']);
	expect(doubtful(meeting, { parties, trouble: 'cert.expired' })).toEqual([]);
});

test('a name is a person’s or a party’s', () => {
	expect(nameOf(meeting, 'vesland-foreign')).toBe('Magnus Okoye');
	expect(nameOf(meeting, 'vesland')).toBe('Commonwealth of Vesland');
	expect(partyName(meeting, 'secretariat')).toBe('Secretariat');
});
