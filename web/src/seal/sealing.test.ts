import { describe, expect, it } from 'vitest';

import type { CircleView, RosterEntry } from './seal-view';
import { groupOf, sealingFor } from './sealing';
import type { Situation } from './sealing';

const MARSH: RosterEntry = {
	...{ leaf: 0, seat: 'meridia-head', party: 'meridia', slot: 0, serial: 's', lead: true, registrar: undefined },
};
const HALE: RosterEntry = { ...MARSH, leaf: 1, seat: 'vesland-head', party: 'vesland' };
const circle = (group: string, number: number, sealing: number | undefined): CircleView => ({
	...{ group, number, sealing, status: 'active', roster: [MARSH, HALE] },
	attestations: new Map(),
});
const CIRCLES = [circle('plenary', 0, 7), circle('side-meridia', 1, 3), circle('caucus-a', 16, undefined)];
const HERE: Situation = { party: 'meridia', place: 'plenary', whispering: false };

describe('what leaves', () => {
	it('is sealed with the keys of where one is', () => {
		const plenary = { group: 0, epoch: 7 };
		expect(sealingFor(HERE, CIRCLES)).toEqual({
			microphone: plenary,
			camera: plenary,
			screen: plenary,
			screen_audio: plenary,
		});
		expect(groupOf({ ...HERE, place: 'lobby' })).toBe('side-meridia');
		expect(sealingFor({ ...HERE, place: 'lobby' }, CIRCLES).camera).toEqual({ group: 1, epoch: 3 });
	});

	it('is a whisper for the own party, with the face for all', () => {
		const sealing = sealingFor({ ...HERE, whispering: true }, CIRCLES);
		expect(sealing.microphone).toEqual({ group: 1, epoch: 3 });
		expect(sealing.camera).toEqual({ group: 0, epoch: 7 });
	});

	it('rests where the keys are not there, and takes no others instead', () => {
		expect(sealingFor({ ...HERE, place: { caucus: 'caucus-a' } }, CIRCLES)).toEqual({});
		expect(sealingFor({ ...HERE, party: 'vesland', whispering: true }, CIRCLES).microphone).toBeUndefined();
		expect(sealingFor(HERE, [])).toEqual({});
	});

	it('is for the own party until one is a member of everybody’s group', () => {
		const [plenary, side] = [circle('plenary', 0, undefined), circle('side-meridia', 1, 3)];
		expect(sealingFor(HERE, [{ ...plenary, roster: [] }, side]).camera).toEqual({ group: 1, epoch: 3 });
		expect(sealingFor(HERE, [side]).microphone).toEqual({ group: 1, epoch: 3 });
		const alone = { ...plenary, sealing: 0, roster: [MARSH] };
		expect(sealingFor(HERE, [alone, side]).camera, 'who made it, before others came').toEqual({ group: 1, epoch: 3 });
	});

	it('rests, and is not even for the own party, while the sides do not agree on the keys', () => {
		const [plenary, side] = [circle('plenary', 0, undefined), circle('side-meridia', 1, 3)];
		expect(sealingFor(HERE, [plenary, side])).toEqual({});
		const left = { ...plenary, roster: [MARSH] };
		expect(sealingFor(HERE, [left, side]), 'when the others went').toEqual({});
	});
});
