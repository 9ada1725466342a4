/** What sealing changes in an SDP, and reads from it (RFC 8866). Pure functions over its text. */
import type { LineCodecs } from './frame-messages';
import { codecOf } from './payload';
import type { Codec } from './payload';

/** Every packet of sound is to have one size: else its size tells what is said. */
const CONSTANT = { cbr: '1', usedtx: '0' } as const;
/** A voice needs no more; Firefox knows no constant bit rate, and is padded to its largest frame (`opus.ts`). */
export const VOICE_BPS = 32_000;
/** What an interpreter says is heard by many for hours, and by other booths as what they interpret. */
export const BOOTH_BPS = 64_000;
const OPUS = /^a=rtpmap:(\d+) opus\//i;

/**
 * The description with Opus at a constant bit rate and without pauses, and the m-lines `voices` in mono at `bps`. To be
 * done with the remote one: its `fmtp` says how the other side wants to be sent to, and so how this browser encodes
 * (RFC 7587 section 6.1).
 */
export function withConstantOpus(sdp: string, voices: readonly string[] = [], bps = VOICE_BPS): string {
	const voice = { ...CONSTANT, stereo: '0', maxaveragebitrate: String(bps) };
	return sdp
		.split(/(?<=\r\n)(?=m=)/)
		.map((section) => sectionWithOpus(section, voices.includes(midOf(section) ?? '') ? voice : CONSTANT))
		.join('');
}

function sectionWithOpus(section: string, wanted: Readonly<Record<string, string>>): string {
	const lines = section.split('\r\n');
	const types = new Set(lines.flatMap((line) => OPUS.exec(line)?.[1] ?? []));
	const isDescribed = (type: string): boolean => lines.some((line) => line.startsWith(`a=fmtp:${type} `));
	return lines
		.flatMap((line) => {
			const [start, type] = /^a=fmtp:(\d+) /.exec(line) ?? [];
			if (start !== undefined && type !== undefined && types.has(type))
				return [start + merged(line.slice(start.length), wanted)];
			const opus = OPUS.exec(line)?.[1];
			return opus !== undefined && !isDescribed(opus) ? [line, `a=fmtp:${opus} ${merged('', wanted)}`] : [line];
		})
		.join('\r\n');
}

/** The codecs of each m-line, by its `mid`. */
export function codecsByMid(sdp: string): ReadonlyMap<string, LineCodecs> {
	const sections = sdp.split(/\r\n(?=m=)/).slice(1);
	return new Map(
		sections.flatMap((section) => {
			const mid = midOf(section);
			return mid === undefined ? [] : [[mid, codecsOf(section)] as const];
		}),
	);
}

function codecsOf(section: string): LineCodecs {
	const byPayloadType: Record<number, Codec> = {};
	const media = /^m=(\w+) \S+ \S+ (.*)$/m.exec(section);
	for (const [, type, name] of section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\//gm)) {
		const codec = codecOf(`${media?.[1] ?? ''}/${name ?? ''}`);
		if (codec) byPayloadType[Number(type)] = codec;
	}
	const order = (media?.[2] ?? '').trim().split(' ').map(Number);
	return { byPayloadType, first: order.map((type) => byPayloadType[type]).find((codec) => codec !== undefined) };
}

function merged(parameters: string, wanted: Readonly<Record<string, string>>): string {
	const kept = parameters
		.split(';')
		.map((parameter) => parameter.trim())
		.filter((parameter) => parameter !== '' && wanted[parameter.split('=')[0]?.toLowerCase() ?? ''] === undefined);
	return [...kept, ...Object.entries(wanted).map(([name, value]) => `${name}=${value}`)].join(';');
}

function midOf(section: string): string | undefined {
	return /^a=mid:(.+)$/m.exec(section)?.[1]?.trim();
}
