/**
 * Whether somebody goes on being heard and seen: the longest time without their sound or their picture, as the browser
 * itself counts it. The looks are taken in the page, so that no call from outside is late for them.
 */
/** How often a page looks, in milliseconds. */
export const LOOK_MS = 100;
/** Browsers play sound at 48 kHz. */
const SAMPLES_PER_MS = 48;
/** In a look without any sound, this share of the samples is concealed; the rest is the edge of a packet. */
const ALL = 0.95;

/**
 * What one look saw of somebody.
 * @typedef {object} Look
 * @property {number} at in milliseconds since 1970
 * @property {{ mid: string, samples: number, concealed: number } | null} sound nothing where no line carries it
 * @property {{ mid: string, frames: number, delays: number, bytes: number, freezes: number, frozen: number } | null} picture
 * `delays` adds up the times from one frame to the next, `frozen` those that the browser takes for freezes, in milliseconds
 */

/** @typedef {{ ms: number, from: number, to: number }} Gap how long, and between which looks */

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Listener */

/**
 * Notes from now on what reaches this page of these people.
 * @param {Listener} listener
 * @param {string[]} seats
 */
export async function watchLines({ screen }, seats) {
	await screen.evaluate(
		({ seats: watched, every }) => {
			const { sommet } = window;
			/** @type {Record<string, Look[]>} */
			const looks = Object.fromEntries(watched.map((seat) => [seat, []]));
			window.story = { ...window.story, looks };
			/** @param {unknown} value */
			const number = (value) => Number(value ?? 0);
			const look = async () => {
				const stats = await sommet.stats();
				const at = Date.now();
				const sources = sommet.state().meeting?.sources ?? [];
				const slots = Object.entries(sommet.slots());
				/** @param {string} seat @param {string} kind */
				const lineOf = (seat, kind) => {
					const source = sources.find((candidate) => candidate.seat === seat && candidate.kind === kind);
					const mid = source && slots.find(([, id]) => id === source.id)?.[0];
					return mid && stats.find((entry) => entry['type'] === 'inbound-rtp' && entry['mid'] === mid);
				};
				for (const seat of watched) {
					const [sound, picture] = [lineOf(seat, 'microphone'), lineOf(seat, 'camera')];
					looks[seat]?.push({
						at,
						sound: sound
							? {
									mid: String(sound['mid']),
									samples: number(sound['totalSamplesReceived']),
									concealed: number(sound['concealedSamples']),
								}
							: null,
						picture: picture
							? {
									mid: String(picture['mid']),
									frames: number(picture['framesDecoded']),
									delays: 1000 * number(picture['totalInterFrameDelay']),
									bytes: number(picture['bytesReceived']),
									freezes: number(picture['freezeCount']),
									frozen: 1000 * number(picture['totalFreezesDuration']),
								}
							: null,
					});
				}
			};
			setInterval(() => void look(), every);
		},
		{ seats, every: LOOK_MS },
	);
}

/**
 * @param {Listener} listener
 * @param {string} seat
 * @returns {Promise<Look[]>}
 */
export function looksAt({ screen }, seat) {
	return screen.evaluate((of) => {
		const looks = /** @type {Record<string, Look[]> | undefined} */ (window.story?.['looks']);
		return looks?.[of] ?? [];
	}, seat);
}

/**
 * The longest time in which no sound came. The browser counts what it had to make up; where a look lies within a gap, all
 * of it was made up, and a gap may reach into the look before and the one after by as much as was made up there. Sound
 * that moved to another line is taken to have been away since the last look.
 * @param {Look[]} looks
 * @returns {Gap}
 */
export function longestSilence(looks) {
	/** @type {Gap} */
	let longest = { ms: 0, from: 0, to: 0 };
	/** The gap that may go on. */
	let open = { ms: 0, from: looks[0]?.at ?? 0 };
	for (const [before, now] of pairs(looks)) {
		const { ms, isWhole } = madeUp(before, now);
		const all = open.ms + ms;
		if (all > longest.ms) longest = { ms: all, from: open.from, to: now.at };
		open = isWhole ? { ms: all, from: open.from } : { ms, from: before.at };
	}
	return longest;
}

/**
 * @param {Look} before
 * @param {Look} now
 */
function madeUp(before, now) {
	if (!before.sound || before.sound.mid !== now.sound?.mid) return { ms: now.at - before.at, isWhole: true };
	const concealed = now.sound.concealed - before.sound.concealed;
	const samples = now.sound.samples - before.sound.samples;
	return { ms: concealed / SAMPLES_PER_MS, isWhole: concealed >= ALL * samples };
}

/**
 * The longest time in which a picture stood still: no two frames of one look can be further apart than all its times from
 * frame to frame together.
 * @param {Look[]} looks
 * @returns {Gap}
 */
export function longestStandstill(looks) {
	/** @type {Gap} */
	let longest = { ms: 0, from: 0, to: 0 };
	let last = looks[0]?.at ?? 0;
	for (const [before, now] of pairs(looks)) {
		const { frames, delays } = shown(before, now);
		const ms = Math.max(delays, frames > 0 ? 0 : now.at - last);
		if (ms > longest.ms) longest = { ms, from: Math.min(last, before.at), to: now.at };
		if (frames > 0) last = now.at;
	}
	return longest;
}

/**
 * @param {Look} before
 * @param {Look} now
 */
function shown({ picture: before }, { picture: now }) {
	if (!before || !now || before.mid !== now.mid) return { frames: 0, delays: 0 };
	return { frames: now.frames - before.frames, delays: now.delays - before.delays };
}

/**
 * Which part of the time sound was played at all, made up or not: a line that nobody listens to has no gaps.
 * @param {Look[]} looks
 */
export function playedShare(looks) {
	const [first, last] = [looks.find(({ sound }) => sound), looks.findLast(({ sound }) => sound)];
	if (!first?.sound || !last?.sound || first === last) return 0;
	return (last.sound.samples - first.sound.samples) / SAMPLES_PER_MS / (last.at - first.at);
}

/**
 * Which part of the sound that was played was made up, because it had not come.
 * @param {Look[]} looks
 */
export function madeUpShare(looks) {
	let [samples, concealed] = [0, 0];
	for (const [before, now] of pairs(looks)) {
		if (!before.sound || before.sound.mid !== now.sound?.mid) continue;
		samples += now.sound.samples - before.sound.samples;
		concealed += now.sound.concealed - before.sound.concealed;
	}
	return samples > 0 ? concealed / samples : 1;
}

/**
 * @param {Look[]} looks
 * @returns {[Look, Look][]}
 */
function pairs(looks) {
	return looks.slice(1).map((now, at) => [/** @type {Look} */ (looks[at]), now]);
}
