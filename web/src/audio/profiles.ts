/**
 * How a microphone is captured, by what it is for. Echo canceller, noise suppressor and automatic gain are three
 * switches: each is on where what it takes away is worth more than what it costs, and none follows from another.
 */

/** What a browser can do to the sound of a microphone. */
export interface Processing {
	readonly echoCancellation: boolean;
	readonly noiseSuppression: boolean;
	readonly autoGainControl: boolean;
}

/** `booth`: an interpreter; `floorHeadset` and `floorLoudspeaker`: everybody else, by how they hear the others. */
export type Profile = 'booth' | 'floorHeadset' | 'floorLoudspeaker';

export const PROCESSING: Readonly<Record<Profile, Processing>> = {
	/**
	 * A headset is asked for and confirmed, so there is no echo to cancel; the canceller also mutes one of two who speak at
	 * once, and an interpreter always speaks while another does. A suppressor takes consonants for noise. Automatic gain lifts
	 * the breath in pauses and moves the level, which must stay within 3 dB of the other channels.
	 */
	booth: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
	/**
	 * No echo either, and the microphone is so near that the room is no trouble. But nobody at the table watches a meter, and
	 * interpreters should not have to turn their volume with every speaker: the gain is automatic.
	 */
	floorHeadset: { echoCancellation: false, noiseSuppression: false, autoGainControl: true },
	/**
	 * The others come out of the loudspeaker and into the microphone: without a canceller all hear themselves. What it leaves
	 * is taken for noise by the suppressor, as is the room, which is near when the microphone is far. How far it is differs.
	 */
	floorLoudspeaker: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/**
 * What to ask `getUserMedia` for. Wishes, not conditions: a microphone that cannot do it is better than none, and
 * `processingOf` says what came of it.
 */
export function captureConstraints(profile: Profile): MediaTrackConstraints {
	const { echoCancellation, noiseSuppression, autoGainControl } = PROCESSING[profile];
	return {
		echoCancellation: { ideal: echoCancellation },
		noiseSuppression: { ideal: noiseSuppression },
		autoGainControl: { ideal: autoGainControl },
		channelCount: { ideal: 1 },
		sampleRate: { ideal: 48_000 },
	};
}

/** What is done to the sound of a track; a switch the browser does not tell of is not there. */
export function processingOf(settings: MediaTrackSettings): Partial<Processing> {
	const told: { -readonly [Switch in keyof Processing]?: boolean } = {};
	for (const name of ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const) {
		const value: unknown = settings[name];
		// The canceller may also be told by name: "all", "remote-only" (Media Capture and Streams, 4.3.8).
		if (value !== undefined) told[name] = value !== false;
	}
	return told;
}

/** The switches that are on though the profile wants them off. */
export function unwanted(told: Partial<Processing>, profile: Profile): readonly (keyof Processing)[] {
	const wanted = PROCESSING[profile];
	return (Object.keys(wanted) as (keyof Processing)[]).filter((name) => told[name] === true && !wanted[name]);
}
