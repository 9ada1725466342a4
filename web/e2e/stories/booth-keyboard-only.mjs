import { asks, speaks, speaksAs, TONES } from '../harness/booths.mjs';
import { hasConsole, hasLamp, switchesMicrophone, wearsHeadset } from '../harness/console.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'everything on the console is done by keys alone';

/** @param {Story} story */
export default async function (story) {
	const booths = [
		{ id: 'fr', languages: ['fr', 'es'], interpreters: ['interpreter-1', 'interpreter-2'], relay: ['ar'] },
		{ id: 'ar', languages: ['ar'], interpreters: ['interpreter-3'] },
	];
	const summit = await story.summit({ booths, chair: 'meridia-head' });
	const whitlock = await story.person(summit, 'interpreter-1');
	const sorokin = await story.person(summit, 'interpreter-2');
	const marsh = await story.person(summit, 'meridia-head');
	for (const person of [whitlock, sorokin, marsh]) await speaksAs(person, TONES.floor);
	await hasConsole(whitlock);
	story.bots(summit, ['vesland-head'], { words: ['--publish', '--ready', '--height', '0'] });
	await story.meet(whitlock, sorokin, marsh);
	await speaks(marsh);
	await wearsHeadset(whitlock);
	await wearsHeadset(sorokin);
	const { screen } = whitlock;
	const { keyboard } = screen.page;

	await switchesMicrophone(whitlock, true);
	await keyboard.down('c');
	await hasLamp(whitlock, 'cough');
	await keyboard.up('c');
	await hasLamp(whitlock, 'open');

	await screen.press('2');
	await whitlock.reads('Nobody works into Arabic: you hear Floor instead');
	await screen.press('1');
	await whitlock.reads('You hear: Floor');
	await screen.press('o');
	await has(whitlock, '[data-action="outgoing-es"][aria-pressed="true"]');

	await asks(marsh, { type: 'floor.give', seat: 'meridia-head' });
	for (const [key, words] of [
		['q', 'Slow down'],
		['F2', 'Repeat'],
		['e', 'Numbers'],
		['r', 'Microphone'],
	]) {
		// The server lets a booth say something every two seconds.
		await eventually(
			`"${words}" to be shown to the speaker`,
			async () => {
				await screen.press(key ?? '');
				return screen.evaluate(
					(of) => document.querySelector('[data-said]')?.textContent === `Shown to the speaker: ${of}`,
					words,
				);
			},
			{ every: 700 },
		);
	}

	await eventually('the speaker to be told', () =>
		marsh.screen.evaluate(() => window.sommet.state().meeting?.signal?.signal === 'microphone'),
	);

	await screen.press('v');
	await has(whitlock, '[data-slider="floor-volume"]:focus');
	await screen.press('ArrowDown');
	await whitlock.reads('95%');
	// The keys work on a slider as well.
	await screen.press('i');
	await whitlock.hasOpen('incidents');
	await has(whitlock, '[data-incident]');
	await screen.press('Escape');
	await screen.press('p');
	await whitlock.hasOpen('suspend');
	await screen.press('Enter');
	await Promise.all([hasLamp(whitlock, 'suspended'), sorokin.reads('Suspended: The sound cannot be understood')]);
	await screen.press('p');
	await hasLamp(whitlock, 'open');

	await screen.press('b');
	await keyboard.type('Mind the dates');
	await screen.press('Enter');
	await sorokin.reads('Mind the dates');
	await screen.press('Escape');
	await screen.press('n');
	await keyboard.type('1,250,000 tonnes');
	await screen.press('Enter');
	await has(sorokin, '[data-pad]');
	await sorokin.reads('1,250,000 tonnes');
	await screen.press('Escape');

	await screen.press('?');
	await whitlock.hasOpen('keys');
	await screen.press('Escape');
	await screen.press('h');
	await sorokin.reads('Clara Whitlock asks you to take over');
	await sorokin.screen.press('h');
	await Promise.all([hasLamp(sorokin, 'open'), hasLamp(whitlock, 'shut')]);
	await story.pictures();
}

/** @param {import('../harness/console.mjs').Anybody} person @param {string} selector */
function has({ seat, screen }, selector) {
	return eventually(`${seat} to have ${selector}`, () =>
		screen.evaluate((of) => document.querySelector(of) !== null, selector),
	);
}
