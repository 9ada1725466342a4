import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title =
	'clock, connections and who speaks are shown; who left comes back; the chair ends the summit, and all are told';

const CONNECTIONS = [
	'Good connection',
	'Fair connection',
	'Poor connection',
	'Computer overloaded',
	'Long delay',
	'Reception breaks up',
	'Sending breaks up',
	'Network too narrow',
];

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2, chair: true });
	const bots = story.bots(summit, ['vesland-head', 'vesland-1']);
	const marsh = await story.person(summit, 'meridia-head');
	const santander = await story.person(summit, 'chair');
	await story.meet(marsh, santander);
	await marsh.seesSeat('vesland-head');

	await showsClock(marsh);
	await santander.seesSpeaking(['vesland-head', 'vesland-1', marsh.seat]);
	for (const [person, seat] of /** @type {const} */ ([
		[marsh, santander.seat],
		[santander, marsh.seat],
		[marsh, marsh.seat],
	])) {
		await eventually(`${person.seat} to read how the connection of ${seat} is`, async () => {
			const said = await person.tileText(seat);
			return CONNECTIONS.some((words) => said.includes(words));
		});
	}
	await story.pictures('-plenary');

	await marsh.leave();
	await marsh.reads('You have left the summit', 'Your seat is kept for you.');
	await story.picture(marsh, 'left');
	await eventually('the chair to read that Marsh has left', async () =>
		(await santander.tileText(marsh.seat)).includes('Has left'),
	);
	await marsh.screen.click('button', 'Come back');
	await marsh.reaches('preflight');
	await marsh.enter();
	await marsh.reaches('plenary');
	await Promise.all([santander.sees(marsh), marsh.sees(santander), santander.hears(marsh)]);

	await santander.screen.click('button', 'End summit');
	await santander.reads('End the summit for everybody?');
	await story.picture(santander, 'question');
	await santander.screen.click('button', 'Cancel');
	expect((await santander.stage()) === 'plenary', '"Cancel" ended the summit');
	for (const person of [santander, marsh]) {
		await person.screen.evaluate(() => {
			const { pc } = window.sommet;
			window.story = { pc, tracks: pc?.getSenders().flatMap(({ track }) => track ?? []) };
		});
	}
	await santander.screen.click('button', 'End summit');
	await santander.screen.click('button', 'End for everybody');
	for (const person of [santander, marsh]) {
		await person.reaches('ended');
		await person.reads('The summit has ended');
		const still = await person.screen.evaluate(() => {
			const { pc, tracks } = /** @type {{ pc: RTCPeerConnection, tracks: MediaStreamTrack[] }} */ (window.story);
			return { state: pc.connectionState, sending: tracks.filter(({ readyState }) => readyState === 'live').length };
		});
		expect(still.state === 'closed', `the connection of ${person.seat} is still there after the end`);
		expect(still.sending === 0, `camera or microphone of ${person.seat} still run after the end`);
	}
	await eventually('the bots to be told', () => bots.exitCode !== null);
	await story.picture(marsh, 'ended');

	const late = await story.person(summit, 'meridia-1');
	await late.screen.goto(late.link);
	await late.reaches('problem');
}

/**
 * The time where the person is, by the summit's file, and UTC.
 * @param {Person} person
 */
async function showsClock(person) {
	/** @param {string} timeZone */
	const time = (timeZone) =>
		new Date().toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
	await eventually('the clock to be right', () =>
		person.screen.evaluate(
			([own, utc]) => {
				const words = document.querySelector('[data-view="plenary"]')?.textContent ?? '';
				return words.includes(`Your time ${own}`) && words.includes(`UTC ${utc}`);
			},
			[time('Europe/Vienna'), time('UTC')],
		),
	);
}
