import { TWO_BOOTHS, asks, speaksAs } from '../harness/booths.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

const WORDS = /** @type {const} */ ([
	['numbers', 'Interpreters ask: the numbers again, please'],
	['repeat', 'Interpreters ask: please say that again'],
	['microphone', 'Interpreters say: something is wrong with the microphone'],
	['slow_down', 'Interpreters ask: more slowly, please'],
]);

/** @param {import('../harness/person.mjs').Person<any>} person @returns {Promise<string>} */
const noteOf = ({ screen }) =>
	screen.evaluate(() => document.querySelector('[data-signal]')?.textContent?.trim() ?? '');

export const title = 'a word from a booth is read by who speaks and by the chair, by nobody else, and goes by itself';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({
		...TWO_BOOTHS,
		booths: TWO_BOOTHS.booths.slice(0, 1),
		chair: 'vesland-head',
		people: 2,
	});
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const other = await story.person(summit, 'vesland-1');
	const whitlock = await story.person(summit, 'interpreter-1');
	for (const person of [marsh, hale, other, whitlock]) await speaksAs(person, 3100);
	await story.meet(marsh, hale, other, whitlock);
	await marsh.screen.click('button', 'Raise hand');
	await hale.screen.click('button', `Give the floor to ${marsh.name}`);
	await marsh.reads('You have the floor');

	for (const [signal, words] of WORDS) {
		// The server lets a booth say something now and then, not all the time.
		await eventually(
			`"${words}" to be read`,
			async () => {
				await asks(whitlock, { type: 'booth.signal', signal });
				const notes = await Promise.all([marsh, hale].map(noteOf));
				return notes.every((note) => note === words);
			},
			{ every: 250 },
		);
	}
	const shown = Date.now();
	expect((await noteOf(other)) === '', 'who neither speaks nor presides reads it too');
	const says = await marsh.screen.evaluate(
		() => document.querySelector('[data-signal]')?.closest('[role="status"]') !== null,
	);
	expect(says, 'a screen reader is not told');
	const plays = await marsh.screen.evaluate(
		() =>
			[...document.querySelectorAll('audio, video')].filter((one) => !(/** @type {HTMLMediaElement} */ (one).muted))
				.length,
	);
	expect(plays === 0, 'the page of the speaker plays something for it');
	await story.pictures();

	await eventually('it to go by itself', async () => (await noteOf(marsh)) === '' && (await noteOf(hale)) === '');
	const gone = Date.now() - shown;
	story.says(`gone after ${gone} ms`);
	expect(gone > 5000 && gone < 11_000, `it was read for ${gone} ms`);
}
