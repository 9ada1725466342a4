import { expect, test } from 'vitest';

import { captureConstraints, processingOf, unwanted } from './profiles';

test('a booth asks for one channel of 48 kHz to which nothing is done', () => {
	expect(captureConstraints('booth')).toEqual({
		echoCancellation: { ideal: false },
		noiseSuppression: { ideal: false },
		autoGainControl: { ideal: false },
		channelCount: { ideal: 1 },
		sampleRate: { ideal: 48_000 },
	});
});

test('whoever hears the others by a loudspeaker has an echo canceller, whoever has a headset has none', () => {
	expect(captureConstraints('floorLoudspeaker').echoCancellation).toEqual({ ideal: true });
	expect(captureConstraints('floorHeadset').echoCancellation).toEqual({ ideal: false });
});

test('what the browser did is known as far as it tells, and what was not wanted is named', () => {
	expect(processingOf({})).toEqual({});
	const told = processingOf({ echoCancellation: 'all', noiseSuppression: false } as unknown as MediaTrackSettings);
	expect(told).toEqual({ echoCancellation: true, noiseSuppression: false });
	expect(unwanted(told, 'booth')).toEqual(['echoCancellation']);
	expect(unwanted(told, 'floorLoudspeaker')).toEqual([]);
	expect(unwanted({}, 'booth')).toEqual([]);
});
