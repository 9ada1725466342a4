/** What stories look at of the sealing: groups, and what became of the frames of each line. */
import fs from 'node:fs';
import path from 'node:path';

import { eventually, expect, pause } from './wait.mjs';

/** @typedef {import('./person.mjs').Person<any>} Anybody */
/** @typedef {{ came: number, late: number, sealed: number, opened: number, noKey: number, authFailed: number, replayed: number, wrongSender: number }} Counts */

/**
 * A group as a person's device has it.
 * @typedef {object} Circle
 * @property {string} status
 * @property {number | null} epoch with whose keys is sealed
 * @property {number} number
 * @property {{ seat: string, serial: string, lead: boolean }[]} roster in the order of the leaves
 * @property {[string, string][]} attestations
 */

/**
 * @typedef {object} Line
 * @property {string | null} mid
 * @property {string | undefined} kind what is sent on it; nothing of a receiving one
 * @property {{ seat: string, kind: string } | undefined} source what it carries
 * @property {Counts | undefined} counts
 */

/**
 * @param {Anybody} person
 * @param {string} group
 * @returns {Promise<Circle | null>}
 */
export function circleOf({ screen }, group = 'plenary') {
	return screen.evaluate((/** @type {string} */ name) => {
		const circle = window.sommet.seal().circles.find((candidate) => candidate.group === name);
		if (!circle) return null;
		const { status, sealing, number, roster, attestations } = circle;
		return {
			status,
			epoch: sealing ?? null,
			number,
			roster: roster.map(({ seat, serial, lead }) => ({ seat, serial, lead })),
			attestations: [...attestations],
		};
	}, group);
}

/**
 * Waits until these people, and nobody else, are a group: one epoch, one roster by certificate, confirmed by every party.
 * @param {Anybody[]} people
 * @param {{ group?: string, after?: number, within?: number }} [wish] an epoch later than this one
 */
export function shareKeys(people, { group = 'plenary', after = -1, within = 20_000 } = {}) {
	const seats = people.map(({ seat }) => seat).sort();
	return eventually(
		`${seats.join(', ')} to hold the same keys of "${group}"`,
		async () => {
			const circles = await Promise.all(people.map((person) => circleOf(person, group)));
			const [first] = circles;
			if (!first || first.epoch === null || first.epoch <= after) return null;
			const holders = first.roster.map(({ seat }) => seat).sort();
			const roster = JSON.stringify(first.roster);
			const isShared = circles.every(
				(circle) =>
					circle?.status === 'active' &&
					circle.epoch === first.epoch &&
					JSON.stringify(circle.roster) === roster &&
					circle.attestations.every(([, said]) => said === 'agreed'),
			);
			return isShared && JSON.stringify(holders) === JSON.stringify(seats) ? { ...first, epoch: first.epoch } : null;
		},
		{ within },
	);
}

/**
 * @param {Anybody} person
 * @returns {Promise<Line[]>}
 */
export function linesOf({ screen }) {
	return screen.evaluate(async () => {
		const sources = window.sommet.state().meeting?.sources ?? [];
		const lines = await window.sommet.sealedLines();
		const slots = window.sommet.slots();
		return lines.map(({ mid, kind, counts }) => {
			const source = sources.find(({ id }) => mid !== null && id === slots[mid]);
			return { mid, kind, counts, source: source && { seat: source.seat, kind: source.kind } };
		});
	});
}

/**
 * Waits until camera and microphone of a person are sealed and each line that carries somebody is opened; no frame was
 * altered, came twice or was attributed to somebody else.
 * @param {Anybody} person
 */
export async function sealsAndOpens(person, within = 20_000) {
	const lines = await eventually(
		`${person.seat} to seal and open on every line in use`,
		async () => {
			const now = await linesOf(person);
			const sending = now.filter(({ kind }) => kind === 'camera' || kind === 'microphone');
			const receiving = now.filter(({ kind, source }) => kind === undefined && source !== undefined);
			const works =
				sending.length === 2 &&
				receiving.length > 0 &&
				sending.every(({ counts }) => (counts?.sealed ?? 0) > 0) &&
				receiving.every(({ counts }) => (counts?.opened ?? 0) > 0);
			return works ? now : null;
		},
		{ within },
	);
	for (const { mid, counts } of lines) {
		const bad = ['authFailed', 'wrongSender'].filter((what) => counts?.[/** @type {keyof Counts} */ (what)]);
		expect(bad.length === 0, `${person.seat}, line ${mid}: ${JSON.stringify(counts)}`);
	}
	return lines;
}

/** All frames that a person's device opened so far. @param {Anybody} person */
export async function openedBy(person) {
	const lines = await linesOf(person);
	return lines.reduce((all, { counts }) => all + (counts?.opened ?? 0), 0);
}

/**
 * How many frames a person's device opens in a while on lines that carry one of these sources, or nothing at all.
 * @param {Anybody} person
 * @param {(source: { seat: string, kind: string }) => boolean} isWatched
 * @param {number} milliseconds
 */
export async function opensMeanwhile(person, isWatched, milliseconds) {
	const before = await linesOf(person);
	await pause(milliseconds);
	const after = await linesOf(person);
	const mayCount = (/** @type {Line | undefined} */ line) => !line?.source || isWatched(line.source);
	return after.reduce((all, line) => {
		const then = before.find(({ mid, kind }) => mid === line.mid && kind === line.kind);
		if (!mayCount(line) || !mayCount(then)) return all;
		return all + (line.counts?.opened ?? 0) - (then?.counts?.opened ?? 0);
	}, 0);
}

/**
 * The files of a folder that hold one of these texts, as they are or as base64 or hexadecimal digits.
 * @param {string} folder
 * @param {string[]} texts
 */
export function filesWith(folder, texts) {
	const forms = formsOf(texts);
	const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	expect(files.length > 0, `there is nothing in ${folder}`);
	return files
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => {
			const content = fs.readFileSync(file);
			return forms.some((form) => content.includes(form));
		});
}

/**
 * Whether the memory of a process holds one of these texts: what somebody would find in a core dump of it.
 * @param {number} process
 * @param {string[]} texts
 */
export function memoryHolds(process, texts) {
	const forms = formsOf(texts);
	const memory = fs.openSync(`/proc/${process}/mem`, 'r');
	try {
		const areas = fs.readFileSync(`/proc/${process}/maps`, 'utf8').split('\n');
		return areas
			.filter((line) => line.split(' ')[1]?.startsWith('rw'))
			.some((line) => {
				const [from = 0n, to = 0n] =
					line
						.split(' ', 1)[0]
						?.split('-')
						.map((digits) => BigInt(`0x${digits}`)) ?? [];
				try {
					const area = Buffer.alloc(Number(to - from));
					fs.readSync(memory, area, 0, area.length, from);
					return forms.some((form) => area.includes(form));
				} catch {
					// Some areas cannot be read from outside; nothing of the program is in them.
					return false;
				}
			});
	} finally {
		fs.closeSync(memory);
	}
}

/**
 * The forms in which these texts may be kept: as they are, as base64 or as hexadecimal digits.
 * @param {string[]} texts
 */
function formsOf(texts) {
	return texts.flatMap((text) => {
		const bytes = Buffer.from(text);
		// Wherever the text begins among three bytes, these digits of base64 are its own.
		const inner = [0, 1, 2].map((skip) => {
			const whole = bytes.subarray(skip, skip + 3 * Math.floor((bytes.length - skip) / 3));
			return whole.toString('base64');
		});
		const digits = [...inner, ...inner.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
		return [
			bytes,
			...[...digits, bytes.toString('hex'), bytes.toString('hex').toUpperCase()].map((form) => Buffer.from(form)),
		];
	});
}
