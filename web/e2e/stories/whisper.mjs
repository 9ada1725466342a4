import { smallCameras } from '../harness/probes.mjs';
import { linesOf, opensMeanwhile } from '../harness/sealed.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title = 'a whisper is heard by the own side alone, with keys that the other side does not have';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2 });
	const vidal = await story.person(summit, 'meridia-1');
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	for (const { screen } of [vidal, marsh, hale]) await screen.page.addInitScript(smallCameras);
	await story.meet(vidal, marsh, hale);
	await Promise.all([vidal.hears(marsh), hale.hears(marsh), hale.sees(marsh)]);

	await marsh.screen.press('w');
	await Promise.all([
		marsh.reads('Whispering: only your delegation hears you.'),
		vidal.reads('Whispers to your delegation'),
	]);
	// What was said before may still be on its way.
	const isWhisper = (/** @type {{ seat: string, kind: string }} */ { seat, kind }) =>
		seat === marsh.seat && kind === 'microphone';
	await eventually(
		`${hale.seat} to open no more of the voice`,
		async () => (await opensMeanwhile(hale, isWhisper, 500)) === 0,
		{ within: 3000, every: 0 },
	);
	const [opened] = await Promise.all([opensMeanwhile(hale, isWhisper, 2000), vidal.hears(marsh), hale.sees(marsh)]);
	expect(opened === 0, `${hale.seat} opened ${opened} frames of the whisper`);
	const whispers = await opensMeanwhile(vidal, isWhisper, 500);
	expect(whispers > 0, 'the own side opens nothing of the whisper');
	expect(!(await hale.tileText(marsh.seat)).includes('Whispers'), 'the other side is told of the whisper');
	for (const { mid, counts } of await linesOf(hale))
		expect(!counts?.authFailed && !counts?.wrongSender, `${hale.seat}, line ${mid}: ${JSON.stringify(counts)}`);
	await story.pictures();

	await marsh.screen.press('w');
	await Promise.all([hale.hears(marsh), vidal.hears(marsh)]);
}
