import { TONES, TWO_BOOTHS, asks, hearsTones, speaks, speaksAs, worksInBooth } from '../harness/booths.mjs';
import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */

export const title =
	'an interpreter comes along into a caucus: who is in there hears the channel, who is outside hears nothing of it';

/** @param {Story} story */
export default async function (story) {
	const { floor, english, russian } = TONES;
	const summit = await story.summit({ ...TWO_BOOTHS, booths: TWO_BOOTHS.booths.slice(0, 1), people: 2 });
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	const other = await story.person(summit, 'vesland-1');
	const whitlock = await story.person(summit, 'interpreter-1');
	await Promise.all([
		speaksAs(marsh, floor),
		speaksAs(hale, 3100),
		speaksAs(other, russian),
		speaksAs(whitlock, english),
	]);
	await story.meet(marsh, hale, other, whitlock);
	await speaks(hale, false);
	await worksInBooth(whitlock);
	await hearsTones(other, { loud: [english], soft: [floor] });

	await asks(marsh, { type: 'caucus.open', seats: [hale.seat, whitlock.seat] });
	const caucus = await eventually('the caucus to be open', () =>
		marsh.screen.evaluate(() => window.sommet.state().meeting?.caucuses[0]?.caucus),
	);
	for (const person of [marsh, hale, whitlock]) await asks(person, { type: 'caucus.enter', caucus });
	await Promise.all([marsh, hale].map((person) => person.reads('You are in a caucus')));
	await hale.reads('Nobody interprets into English now.');
	// Who changes the room leaves no open microphone behind.
	await hearsTones(hale, { loud: [floor], not: [english] });
	await hearsTones(other, { not: [english, floor] });

	await worksInBooth(whitlock);
	await hearsTones(hale, { loud: [english], soft: [floor], not: [russian] });
	await hearsTones(other, { not: [english, floor] });
	await story.pictures();

	await asks(whitlock, { type: 'caucus.leave' });
	await hearsTones(hale, { loud: [floor], not: [english] });
	await worksInBooth(whitlock);
	await asks(marsh, { type: 'caucus.leave' });
	await hearsTones(other, { loud: [english], soft: [floor] });
}
