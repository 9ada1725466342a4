import { expect, test } from 'vitest';

import { planOf } from '../../fixtures/plan';
import { hasCaptions, signsShown, signsWith, sizeAfter } from './sizes';

const plan = planOf(2);
const signed = {
	...plan,
	booths: [{ id: 'hands', languages: ['ase', 'fsl'], interpreters: [], relay: [], signed: true }],
};

test('sizes follow one another in a round', () => {
	expect([sizeAfter('small'), sizeAfter('medium'), sizeAfter('large')]).toEqual(['medium', 'large', 'small']);
});

test('a summit has captions where somebody types or signs', () => {
	expect(hasCaptions({ plan })).toBe(false);
	expect(hasCaptions({ plan: signed })).toBe(true);
	const [chair] = plan.secretariat;
	const typed = { ...plan, secretariat: chair ? [chair, { ...chair, id: 'steno', role: 'captioner' as const }] : [] };
	expect(hasCaptions({ plan: typed })).toBe(true);
});

test('only what this summit has is shown; what another one has stays chosen', () => {
	expect(signsShown({ plan: signed }, ['rsl', 'fsl'])).toEqual(['fsl']);
	expect(signsWith(['rsl', 'fsl'], 'fsl', false)).toEqual(['rsl']);
	expect(signsWith(['rsl'], 'ase', true)).toEqual(['rsl', 'ase']);
});
