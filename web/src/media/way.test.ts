import { expect, test } from 'vitest';

import { wayIn } from './way';

const transport = { id: 'T1', type: 'transport', selectedCandidatePairId: 'P2' };
const pairs = [
	{ id: 'P1', type: 'candidate-pair', localCandidateId: 'L1', nominated: true },
	{ id: 'P2', type: 'candidate-pair', localCandidateId: 'L2', nominated: true },
];
const local = (id: string, more: object) => ({ id, type: 'local-candidate', candidateType: 'host', ...more });

test('the way is that of the pair in use, in the words of any browser', () => {
	const overTcp = [local('L1', { protocol: 'udp' }), local('L2', { protocol: 'tcp' })];
	expect(wayIn([transport, ...pairs, ...overTcp])).toBe('tcp');
	const inFirefox = [
		{ ...pairs[0], selected: true },
		{ ...pairs[1], selected: false },
	];
	expect(wayIn([...inFirefox, ...overTcp])).toBe('udp');
	const byRelay = [local('L1', { protocol: 'udp' }), local('L2', { protocol: 'udp', candidateType: 'relay' })];
	expect(wayIn([transport, ...pairs, ...byRelay])).toBe('relay');
});

test('without a pair in use there is no way', () => {
	expect(wayIn([])).toBeUndefined();
	expect(wayIn([{ id: 'T1', type: 'transport' }, ...pairs, local('L1', { protocol: 'udp' })])).toBeUndefined();
	expect(wayIn([transport, ...pairs])).toBeUndefined();
});
