/**
 * Whether a tone can be heard in what was passed on, by somebody who has no key but knows the format. It runs where there is
 * `AudioDecoder`, which is a page.
 */

/** The longest header of SFrame (RFC 9605 section 4.3): one byte, and two numbers of eight. The byte after it says what follows. */
const HEAD_MAX = 1 + 8 + 8 + 1;
/** Behind the content a tag may follow, or nothing. */
const TAILS = [0, 16];
/** The header of a block of RED that is not the last (RFC 2198 section 3), in bytes. */
const RED_HEADER = 4;
const RATE = 48_000;
/** At which samples without a codec are likely to be sent. */
const RATES_OF_SAMPLES = [8000, 16_000, 48_000];
/** The longest packet of Opus, in samples (RFC 6716 section 3.4, R5). */
const SAMPLES_MAX = 0.12 * RATE;
/** Below this a sound is silence, whatever its spectrum. */
const SILENCE = 0.001;
/** Of a frame's energy at least half is the tone's. What a decoder makes of ciphertext is so in one frame of hundreds. */
const SHARE = 0.5;

/** @typedef {{ head: number, tail: number, red: boolean }} Cut what is taken away from every payload, and whether the rest is RED */

/**
 * The part of a sound's energy that lies at one frequency: 1 for that tone alone, and nearly nothing for noise (Goertzel).
 * @param {Float32Array} samples
 * @param {number} frequency in hertz
 * @param {number} rate samples in a second
 */
export function shareOfTone(samples, frequency, rate) {
	const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate);
	let [last, beforeLast, energy] = [0, 0, 0];
	for (const sample of samples) {
		[last, beforeLast] = [sample + turn * last - beforeLast, last];
		energy += sample * sample;
	}
	if (energy / samples.length < SILENCE * SILENCE) return 0;
	const atTone = last * last + beforeLast * beforeLast - turn * last * beforeLast;
	return (2 * atTone) / (samples.length * energy);
}

/**
 * For how long the tone is heard, in seconds, with that cut among all plausible ones with which it is heard longest.
 * @param {Uint8Array[]} payloads in their order
 * @param {number} tone in hertz
 * @returns {Promise<{ seconds: number, cut: Cut, tried: number, decoded: number }>} how many cuts were tried, and how many packets
 * were decoded in all
 */
export async function hearTone(payloads, tone) {
	let best = { seconds: 0, cut: { head: 0, tail: 0, red: false } };
	let [tried, decoded] = [0, 0];
	for (let head = 0; head <= HEAD_MAX; head += 1)
		for (const tail of TAILS)
			for (const red of [false, true]) {
				const cut = { head, tail, red };
				const packets = payloads.map((payload) => applyCut(payload, cut)).filter((packet) => packet !== undefined);
				const sounds = await decode(packets.filter(isOpus));
				const heard = sounds.filter((samples) => shareOfTone(samples, tone, RATE) >= SHARE);
				const seconds = heard.reduce((all, samples) => all + samples.length / RATE, 0);
				if (seconds > best.seconds) best = { seconds, cut };
				[tried, decoded] = [tried + 1, decoded + sounds.length];
			}
	return { ...best, tried, decoded };
}

/**
 * The same without a decoder, for whoever sends samples of 16 bits as they are.
 * @param {Uint8Array[]} payloads
 * @param {number} tone in hertz
 * @returns {number} seconds
 */
export function hearToneInSamples(payloads, tone) {
	let longest = 0;
	for (let head = 0; head <= HEAD_MAX; head += 1)
		for (const isLittle of [false, true])
			for (const rate of RATES_OF_SAMPLES) {
				let seconds = 0;
				for (const payload of payloads) {
					const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
					const length = Math.max(0, Math.floor((payload.length - head) / 2));
					const samples = Float32Array.from(
						{ length },
						(_, place) => view.getInt16(head + 2 * place, isLittle) / 2 ** 15,
					);
					if (shareOfTone(samples, tone, rate) >= SHARE) seconds += samples.length / rate;
				}
				longest = Math.max(longest, seconds);
			}
	return longest;
}

/** @param {Uint8Array} payload @param {Cut} cut */
function applyCut(payload, { head, tail, red }) {
	if (payload.length <= head + tail) return undefined;
	const rest = payload.subarray(head, payload.length - tail);
	return red ? lastOfRed(rest) : rest;
}

/** The present frame of a RED payload that has former ones too. @param {Uint8Array} payload */
function lastOfRed(payload) {
	let [at, former] = [0, 0];
	while ((payload[at] ?? 0) & 0x80) {
		former += (((payload[at + 2] ?? 0) & 3) << 8) | (payload[at + 3] ?? 0);
		at += RED_HEADER;
	}
	const begin = at + 1 + former;
	return at > 0 && begin < payload.length ? payload.subarray(begin) : undefined;
}

/**
 * Whether that may be a packet of Opus (RFC 6716 section 3.4): a decoder that is given another one is of no use any more.
 * @param {Uint8Array} packet
 */
export function isOpus(packet) {
	const [toc, ...rest] = packet;
	if (toc === undefined) return false;
	const config = toc >> 3;
	// In samples: SILK has 10, 20, 40 and 60 ms, hybrid 10 and 20, CELT 2.5, 5, 10 and 20 (section 3.1).
	const length =
		config < 12
			? ([480, 960, 1920, 2880][config & 3] ?? 0)
			: config < 16
				? ([480, 960][config & 1] ?? 0)
				: 120 << (config & 3);
	switch (toc & 3) {
		case 0:
			return rest.length <= 1275;
		case 1:
			return rest.length % 2 === 0 && rest.length / 2 <= 1275;
		case 2: {
			const [first, after] = lengthAt(rest, 0);
			return after + first <= rest.length && rest.length - after - first <= 1275;
		}
		default:
			return isOpusOfMany(rest, length);
	}
}

/** @param {number[]} rest the packet without its first byte @param {number} length of a frame, in samples */
function isOpusOfMany(rest, length) {
	const [count = 0] = rest;
	const frames = count & 0x3f;
	if (frames === 0 || frames * length > SAMPLES_MAX) return false;
	let at = 1;
	let padding = 0;
	if (count & 0x40) {
		for (;;) {
			const more = rest[at];
			if (more === undefined) return false;
			at += 1;
			padding += more === 255 ? 254 : more;
			if (more !== 255) break;
		}
	}
	if (count & 0x80) {
		let known = 0;
		for (let frame = 1; frame < frames; frame += 1) {
			const [size, after] = lengthAt(rest, at);
			[known, at] = [known + size, after];
		}
		const last = rest.length - at - padding - known;
		return last >= 0 && last <= 1275;
	}
	const all = rest.length - at - padding;
	return all >= 0 && all % frames === 0 && all / frames <= 1275;
}

/**
 * The length of a frame, and where its bytes go on (section 3.2.1).
 * @param {number[]} rest @param {number} at
 * @returns {[number, number]}
 */
function lengthAt(rest, at) {
	const first = rest[at] ?? 0;
	return first < 252 ? [first, at + 1] : [first + 4 * (rest[at + 1] ?? 0), at + 2];
}

/**
 * The first channel of each packet that a decoder takes.
 * @param {Uint8Array[]} packets
 * @returns {Promise<Float32Array[]>}
 */
async function decode(packets) {
	/** @type {Float32Array[]} */
	const sounds = [];
	let next = 0;
	while (next < packets.length) {
		/** @type {AudioDecoder} */
		const decoder = new AudioDecoder({
			output: (data) => {
				const samples = new Float32Array(data.numberOfFrames);
				data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
				data.close();
				sounds.push(samples);
			},
			// It is closed then, and another one goes on.
			error: () => undefined,
		});
		decoder.configure({ codec: 'opus', sampleRate: RATE, numberOfChannels: 2 });
		const before = sounds.length;
		for (const [index, data] of packets.slice(next).entries())
			decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: 20_000 * index, data: new Uint8Array(data) }));
		await decoder.flush().catch(() => undefined);
		if (decoder.state !== 'closed') {
			decoder.close();
			return sounds;
		}
		// The one after the last that was decoded was refused.
		next += sounds.length - before + 1;
	}
	return sounds;
}
