/** What sealing changes in an SDP, and reads from it (RFC 8866). Pure functions over its text. */
import type { LineCodecs } from './frame-messages';
import { codecOf } from './payload';
import type { Codec } from './payload';

/** Every packet of sound is to have one size: else its size tells what is said. */
const CONSTANT = { cbr: '1', usedtx: '0' } as const;
const OPUS = /^a=rtpmap:(\d+) opus\//i;

/**
 * The description with Opus at a constant bit rate and without pauses. To be done with the remote one: its `fmtp` says
 * how the other side wants to be sent to, and so how this browser encodes (RFC 7587 section 6.1).
 */
export function withConstantOpus(sdp: string): string {
	const lines = sdp.split('\r\n');
	const types = new Set(lines.flatMap((line) => OPUS.exec(line)?.[1] ?? []));
	const isDescribed = (type: string): boolean => lines.some((line) => line.startsWith(`a=fmtp:${type} `));
	return lines
		.flatMap((line) => {
			const type = /^a=fmtp:(\d+) /.exec(line)?.[1];
			if (type !== undefined && types.has(type))
				return [`a=fmtp:${type} ${constant(line.slice(`a=fmtp:${type} `.length))}`];
			const opus = OPUS.exec(line)?.[1];
			return opus !== undefined && !isDescribed(opus) ? [line, `a=fmtp:${opus} ${constant('')}`] : [line];
		})
		.join('\r\n');
}

/** The codecs of each m-line, by its `mid`. */
export function codecsByMid(sdp: string): ReadonlyMap<string, LineCodecs> {
	const sections = sdp.split(/\r\n(?=m=)/).slice(1);
	return new Map(
		sections.flatMap((section) => {
			const mid = /^a=mid:(.+)$/m.exec(section)?.[1]?.trim();
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

function constant(parameters: string): string {
	const kept = parameters
		.split(';')
		.map((parameter) => parameter.trim())
		.filter((parameter) => parameter !== '' && !/^(cbr|usedtx)=/i.test(parameter));
	return [...kept, ...Object.entries(CONSTANT).map(([name, value]) => `${name}=${value}`)].join(';');
}
