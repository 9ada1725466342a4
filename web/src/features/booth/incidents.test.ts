import { expect, it } from 'vitest';

import { incidentOf, reportOf } from './incidents';
import { rememberedIn, UNTOUCHED } from './memory.svelte';

it('an incident is the loudest of what was heard, with the most that was taken back', () => {
	const lately = [
		{ at: 1, peak: -20, source: 'floor', reduction: 0 },
		{ at: 2, peak: -1, source: 'relay', reduction: 6 },
		{ at: 3, peak: -30, source: 'floor', reduction: 8 },
	] as const;
	const incident = incidentOf(lately, 4);
	expect(incident).toEqual({ at: 4, peak: -1, source: 'relay', reduction: 8 });
	expect(reportOf([incident]).split('\n')[1]).toBe('1970-01-01T00:00:00.004Z\t-1.0\t8.0\trelay');
	expect(reportOf([incidentOf([], 0)]).split('\n')[1]).toBe('1970-01-01T00:00:00.000Z\t-\t0.0\t-');
});

it('what was stored by another version, or is no JSON, spoils nothing', () => {
	expect(rememberedIn('{')).toEqual(UNTOUCHED);
	expect(rememberedIn('null')).toEqual(UNTOUCHED);
	expect(rememberedIn('{"hearing":{"floor":{"volume":0.5}},"presets":{"1":"fr"}}')).toEqual({
		hearing: { ...UNTOUCHED.hearing, floor: { volume: 0.5, pan: 0, bass: 0, treble: 0 } },
		presets: { 1: 'fr' },
	});
});
