import { hearsTones, speaks, speaksAs, TONES } from '../harness/booths.mjs';
import { changeOfVoice, hasAlarm, hasConsole, hasLamp, switchesMicrophone, wearsHeadset } from '../harness/console.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'two interpreters hand over with neither a gap nor two voices for longer than 250 ms; both open and nobody open are alarms';

const MOST_MS = 250;
const [FIRST, SECOND] = [TONES.french, TONES.russian];

/** @param {Story} story */
export default async function (story) {
	const booths = [{ id: 'fr', languages: ['fr'], interpreters: ['interpreter-1', 'interpreter-2'] }];
	// Nobody else understands the head of Meridia; the head of Vesland listens to French without being asked.
	const languages = { 'meridia-head': ['de'], 'vesland-head': ['fr'] };
	const summit = await story.summit({ booths, languages });
	const whitlock = await story.person(summit, 'interpreter-1');
	const sorokin = await story.person(summit, 'interpreter-2');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await Promise.all([
		speaksAs(whitlock, FIRST),
		speaksAs(sorokin, SECOND),
		speaksAs(marsh, TONES.floor),
		speaksAs(hale, 700),
	]);
	for (const person of [whitlock, sorokin]) await hasConsole(person);
	await story.meet(whitlock, sorokin, marsh, hale);
	await speaks(hale, false);
	await Promise.all([wearsHeadset(whitlock), wearsHeadset(sorokin)]);

	// Nobody works while the floor speaks: both are told, in words, by an alert.
	await Promise.all([hasAlarm(whitlock, 'nobody'), hasAlarm(sorokin, 'nobody')]);
	await story.picture(whitlock, 'nobody');
	await switchesMicrophone(whitlock, true);
	await Promise.all([
		hasAlarm(whitlock, ''),
		hasAlarm(sorokin, ''),
		hearsTones(hale, { loud: [FIRST], not: [SECOND] }),
	]);

	// Asked for and accepted.
	await whitlock.screen.press('h');
	await sorokin.reads('Clara Whitlock asks you to take over');
	await story.picture(sorokin, 'asked');
	const accepted = await changeOfVoice(hale, [FIRST, SECOND], async () => {
		await sorokin.screen.press('h');
		await Promise.all([hasLamp(sorokin, 'open'), hasLamp(whitlock, 'shut')]);
	});
	// Switched at once.
	const switched = await changeOfVoice(hale, [SECOND, FIRST], async () => {
		await whitlock.screen.press('Shift+H');
		await Promise.all([hasLamp(whitlock, 'open'), hasLamp(sorokin, 'shut')]);
	});
	for (const [how, { gap, overlap }] of Object.entries({ accepted, switched })) {
		story.says(`${how}: gap ${Math.round(gap)} ms, overlap ${Math.round(overlap)} ms`);
		expect(gap < MOST_MS, `${how}: a gap of ${Math.round(gap)} ms`);
		expect(overlap < MOST_MS, `${how}: two voices for ${Math.round(overlap)} ms`);
	}

	// A countdown is seen by both, and ended by either.
	await sorokin.screen.press('t');
	await Promise.all([sorokin.reads('You take over in '), whitlock.reads('Milan Sorokin takes over in ')]);
	await story.picture(whitlock, 'counting');
	await whitlock.screen.press('Escape');
	await eventually('the countdown to be over at both', async () =>
		(
			await Promise.all(
				[whitlock, sorokin].map(({ screen }) =>
					screen.evaluate(() => document.querySelector('[data-handover="none"]') !== null),
				),
			)
		).every(Boolean),
	);

	// Both open: both are told, and one of them is heard.
	await sorokin.screen.press('m');
	await Promise.all([hasAlarm(whitlock, 'both'), hasAlarm(sorokin, 'both'), hasLamp(sorokin, 'second')]);
	await story.picture(sorokin, 'both');
	await hearsTones(hale, { loud: [FIRST], not: [SECOND] });
	await switchesMicrophone(sorokin, false);
	await Promise.all([hasAlarm(whitlock, ''), hasAlarm(sorokin, '')]);

	// Open and silent is an alarm as well, later.
	await speaks(whitlock, false);
	await Promise.all([hasAlarm(whitlock, 'silent', 12_000), hasAlarm(sorokin, 'silent', 12_000)]);
	await speaks(whitlock);
	await hasAlarm(whitlock, '');
}
