import { hearsTones, speaks, speaksAs, TONES } from '../harness/booths.mjs';
import { hasConsole, hearsInMix, switchesMicrophone, wearsHeadset } from '../harness/console.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'a booth takes relay from another; when its pivot is lost it hears the floor and is told, and has it back by itself';

/** @param {Story} story */
export default async function (story) {
	const booths = [
		{ id: 'en', languages: ['en'], interpreters: ['interpreter-1'] },
		{ id: 'fr', languages: ['fr'], interpreters: ['interpreter-2'], relay: ['en'] },
		{ id: 'ar', languages: ['ar'], interpreters: ['interpreter-3'], relay: ['en'] },
	];
	const languages = { 'meridia-head': ['ru'], 'vesland-head': ['fr'] };
	const summit = await story.summit({ booths, languages });
	const pivot = await story.person(summit, 'interpreter-1');
	const french = await story.person(summit, 'interpreter-2');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await speaksAs(pivot, TONES.english);
	await speaksAs(french, TONES.french);
	await speaksAs(marsh, TONES.floor);
	await speaksAs(hale, 700);
	for (const person of [pivot, french]) await hasConsole(person);
	await story.meet(pivot, french, marsh, hale);
	await speaks(hale, false);
	for (const person of [pivot, french]) await wearsHeadset(person);

	// The pivot hears the floor; the French booth, by one key, hears the pivot in its place.
	await switchesMicrophone(pivot, true);
	await switchesMicrophone(french, true);
	await hearsInMix(pivot, { loud: [TONES.floor] });
	await hearsInMix(french, { loud: [TONES.floor], not: [TONES.english] });
	await french.screen.press('2');
	await Promise.all([
		hearsInMix(french, { loud: [TONES.english], not: [TONES.floor] }),
		hears(french, 'en'),
		pivot.reads('On relay of you: French'),
		hearsTones(hale, { loud: [TONES.french] }),
	]);
	await story.picture(french, 'on-relay');

	// The pivot cannot take relay back: it would hear itself, and is told so in words.
	await pivot.screen.press('2');
	await pivot.reads('The booth would hear itself by way of the others.');
	await story.picture(pivot, 'loop');

	await switchesMicrophone(pivot, false);
	await Promise.all([
		hearsInMix(french, { loud: [TONES.floor], not: [TONES.english] }),
		french.reads('Nobody works into English: you hear Floor instead'),
		hears(french, 'floor'),
	]);
	await story.picture(french, 'pivot-lost');
	await switchesMicrophone(pivot, true);
	await Promise.all([hearsInMix(french, { loud: [TONES.english], not: [TONES.floor] }), hears(french, 'en')]);
}

/** @param {import('../harness/console.mjs').Anybody} person @param {string} what */
function hears({ seat, screen }, what) {
	return eventually(`the console of ${seat} to say that it hears ${what}`, () =>
		screen.evaluate((of) => document.querySelector(`[data-heard="${of}"]`) !== null, what),
	);
}
