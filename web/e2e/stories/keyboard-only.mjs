import { eventually } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title = 'everything is done by the keyboard alone: joining, "ready", muting, camera, hand, leaving';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ chair: true });
	const marsh = await story.person(summit, 'meridia-head');
	story.bots(summit, ['vesland-head']);

	await marsh.arrive();
	await walkTo(marsh, 'Join');
	await marsh.screen.press('Enter');
	await marsh.reaches('lobby');
	await walkTo(marsh, 'We are ready');
	await story.picture(marsh, 'focus-in-the-lobby');
	await marsh.screen.press('Enter');
	await marsh.reaches('plenary');
	await marsh.seesSeat('vesland-head');

	await toggles(marsh, 'm', 'microphone');
	await toggles(marsh, 'v', 'camera');
	await marsh.screen.press('h');
	await eventually('the hand to be up', async () => (await floorQueue(marsh)).includes(marsh.seat));
	await story.picture(marsh, 'plenary');
	await marsh.screen.press('h');
	await eventually('the hand to be down', async () => (await floorQueue(marsh)).length === 0);

	await walkTo(marsh, 'Leave');
	await marsh.screen.press('Enter');
	await marsh.reads('Leave the summit?');
	await walkTo(marsh, 'Leave');
	await marsh.screen.press('Enter');
	await marsh.reaches('left');
}

/**
 * Presses Tab until the control of that name has the focus.
 * @param {Person} person
 * @param {string} name
 */
async function walkTo(person, name) {
	await eventually(
		`the Tab key to reach "${name}"`,
		async () => {
			await person.screen.press('Tab');
			return person.screen.evaluate((wanted) => {
				const focus = document.activeElement;
				return (focus?.getAttribute('aria-label') ?? focus?.textContent ?? '').trim().startsWith(wanted);
			}, name);
		},
		{ every: 20 },
	);
}

/**
 * @param {Person} person
 * @param {string} key
 * @param {'microphone' | 'camera'} device
 */
async function toggles(person, key, device) {
	const isOn = () =>
		person.screen.evaluate((which) => {
			const { meeting } = window.sommet.state();
			const own = meeting && meeting.presence[meeting.you];
			return own?.state === 'here' ? own.devices[which] : undefined;
		}, device);
	await eventually(`the ${device} to be on`, async () => (await isOn()) === true);
	await person.screen.press(key);
	await eventually(`the ${device} to be off`, async () => (await isOn()) === false);
	await person.screen.press(key);
	await eventually(`the ${device} to be on again`, async () => (await isOn()) === true);
}

/** @param {Person} person */
function floorQueue(person) {
	return person.screen.evaluate(() => window.sommet.state().meeting?.floor.queue ?? []);
}
