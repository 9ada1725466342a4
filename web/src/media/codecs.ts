/**
 * Which codecs are offered, and how the camera is encoded. Only what a meeting uses is offered: an offer of twelve
 * m-lines with every codec a browser knows would not fit into one message.
 */

/** The camera in three sizes, so that the server can send each viewer the one that fills its tile. */
export const CAMERA_ENCODINGS: readonly RTCRtpEncodingParameters[] = [
	{ rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
	{ rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
	{ rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

const CODECS = {
	audio: ['audio/opus', 'audio/red'],
	camera: ['video/VP8', 'video/rtx'],
	screen: ['video/VP9', 'video/VP8', 'video/rtx'],
} as const;

/** Restricts a transceiver to the codecs of its use, best first. */
export function limitCodecs(transceiver: RTCRtpTransceiver, use: keyof typeof CODECS): void {
	const known = RTCRtpReceiver.getCapabilities(use === 'audio' ? 'audio' : 'video')?.codecs ?? [];
	const wanted = pickCodecs(known, CODECS[use]);
	if (wanted.length > 0) transceiver.setCodecPreferences(wanted);
}

/** Those of `known` whose type is in `types`, in the order of `types`. VP9 is taken in its 8-bit profile only. */
export function pickCodecs<C extends { mimeType: string; sdpFmtpLine?: string }>(
	known: readonly C[],
	types: readonly string[],
): C[] {
	const isWanted = (codec: C, type: string): boolean =>
		codec.mimeType.toLowerCase() === type.toLowerCase() && !/profile-id=[1-9]/.test(codec.sdpFmtpLine ?? '');
	return types.flatMap((type) => known.filter((codec) => isWanted(codec, type)));
}
