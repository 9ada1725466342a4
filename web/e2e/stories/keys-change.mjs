import { Guests, comeAndGo, epochOf } from '../harness/changes.mjs';
import { longestSilence, longestStandstill, looksAt, playedShare, watchLines } from '../harness/gaps.mjs';
import { smallCameras } from '../harness/probes.mjs';
import { linesOf } from '../harness/sealed.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/gaps.mjs').Listener} Listener */

export const title =
	'while ten people come and go, nobody misses 200 ms of what the others say, and no picture stands still';

/** The longest time that nothing may be heard of somebody who goes on sending, in milliseconds. */
const SILENCE_MS = 200;
/** The longest time from one frame to the next of a camera that gives one every 100 ms. */
const STANDSTILL_MS = 500;
/** How much sooner something may have waited for the processor than its lack is noticed. */
const BEFORE_MS = 300;
/** A microphone is sealed in packets of 20 ms; this much of them must be, on a machine that is busy. */
const SEALED_SHARE = 0.95;
const PACKETS_PER_MS = 1 / 20;

/** Talks all the time, and is no browser. */
const SPEAKER = 'meridia-1';
const GUESTS = ['vesland-1', 'meridia-2', 'vesland-2', 'meridia-3', 'vesland-3'];

/** @param {Story} story */
export default async function (story) {
	await goOnWhileKeysChange(story, { changes: 10, every: 1000 });
}

/**
 * Two people and somebody who talks all the time go on while so many others come or go.
 * @param {Story} story
 * @param {{ changes: number, every: number }} pace `every` in milliseconds
 * @returns {Promise<number>} how long the changes took, in milliseconds
 */
export async function goOnWhileKeysChange(story, pace) {
	const summit = await story.summit({ people: 4 });
	const guests = await Guests.invite(story, summit, GUESTS, pace.changes);
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const people = [marsh, hale];
	for (const { screen } of people) await screen.page.addInitScript(smallCameras);
	await story.meet(...people);
	const speaker = story.bots(summit, [SPEAKER], { words: ['--publish', '--all-speak'] });
	/** Who listens, and to whom. @type {[Listener, string[]][]} */
	const listening = [
		[marsh, [hale.seat, SPEAKER]],
		[hale, [marsh.seat, SPEAKER]],
	];
	for (const [listener, seats] of listening) {
		for (const seat of seats) await Promise.all([listener.seesSeat(seat), listener.hearsSeat(seat)]);
	}

	const before = await epochOf(people);
	const counted = await Promise.all(people.map(linesOf));
	for (const [listener, seats] of listening) await watchLines(listener, seats);
	const processor = await story.processorOfAll(speaker.pid);
	const took = await comeAndGo(guests, people, pace);
	const epochs = (await epochOf(people)) - before;
	expect(epochs >= pace.changes, `${pace.changes} times somebody came or went, and the keys changed ${epochs} times`);

	/** @type {string[]} */
	const missed = [];
	for (const [listener, seats] of listening) {
		for (const seat of seats) {
			const looks = await looksAt(listener, seat);
			const share = playedShare(looks);
			expect(share > 0.9, `${listener.seat} played the line of ${seat} for ${Math.round(100 * share)} % of the time`);
			for (const [what, gap, limit] of /** @type {const} */ ([
				['sound', longestSilence(looks), SILENCE_MS],
				['picture', longestStandstill(looks), STANDSTILL_MS],
			])) {
				const waited = processor.longestWait(gap.from - BEFORE_MS, gap.to);
				const text = `${listener.seat} had no ${what} of ${seat} for ${Math.round(gap.ms)} ms`;
				story.says(`${text}, of which something waited ${Math.round(waited)} ms`);
				if (gap.ms - waited > limit) missed.push(text);
			}
		}
	}
	processor.stop();
	expect(missed.length === 0, missed.join('; '));
	for (const [at, person] of people.entries()) await losesNothing(person, counted[at] ?? [], took);
	await wouldBeNoticed(marsh, hale);
	return took;
}

/**
 * No frame of the lines that are watched was lost for a key, and the own microphone was sealed all the time. Whatever the
 * machine does, this does not change. A frame that came twice was not lost: a packet that is sent again, to fill a line or to
 * mend one, is now and then a frame of its own that was there already, and is refused the second time.
 * @param {Listener} person
 * @param {import('../harness/sealed.mjs').Line[]} before
 * @param {number} milliseconds since then, at least
 */
async function losesNothing(person, before, milliseconds) {
	/** @type {string[]} */
	const compared = [];
	for (const { mid, kind, source, counts } of await linesOf(person)) {
		const then = before.find((line) => line.mid === mid && line.kind === kind);
		if (!counts || !then?.counts || (!kind && then.source?.seat !== source?.seat)) continue;
		const lost = /** @type {const} */ (['late', 'noKey', 'authFailed', 'wrongSender']).filter(
			(what) => counts[what] !== then.counts?.[what],
		);
		const whose = kind ? `its own ${kind}` : `the ${source?.kind} of ${source?.seat}`;
		expect(lost.length === 0, `${person.seat} lost frames of ${whose}: ${JSON.stringify([then.counts, counts])}`);
		compared.push(kind ?? `${source?.kind} of ${source?.seat}`);
		if (kind !== 'microphone') continue;
		const share = (counts.sealed - then.counts.sealed) / (PACKETS_PER_MS * milliseconds);
		expect(share > SEALED_SHARE, `${person.seat} sealed its microphone for ${Math.round(100 * share)} % of the time`);
	}
	const [own, others] = [
		['camera', 'microphone'],
		[`camera of ${SPEAKER}`, `microphone of ${SPEAKER}`],
	];
	const looked = [...own, ...others].every((what) => compared.includes(what));
	expect(looked, `of the lines of ${person.seat} only these could be looked at: ${compared.join(', ')}`);
}

/**
 * Whoever looks at nothing misses nothing: when somebody's microphone and camera stop, the same looks tell.
 * @param {Listener} speaker
 * @param {Listener} listener
 */
async function wouldBeNoticed(speaker, listener) {
	const begin = Date.now();
	await speaker.screen.evaluate(async () => {
		const sending = window.sommet.pc?.getSenders().filter(({ track }) => track) ?? [];
		for (const sender of sending) await sender.replaceTrack(null);
	});
	await eventually(`${listener.seat} to miss ${speaker.seat}, who sends nothing any more`, async () => {
		const looks = (await looksAt(listener, speaker.seat)).filter(({ at }) => at >= begin);
		return longestSilence(looks).ms > SILENCE_MS && longestStandstill(looks).ms > STANDSTILL_MS;
	});
}
