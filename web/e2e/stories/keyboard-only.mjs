import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person} Person */

export const title =
	'everything is done by the keyboard alone: testing, joining, "ready", devices, hand, floor, document, leaving';

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ chair: 'meridia-head' });
	const marsh = await story.person(summit, 'meridia-head');
	story.bots(summit, ['vesland-head']);

	await marsh.arrive();
	await walkTo(marsh, 'Record and play back');
	await marsh.screen.press('Enter');
	await marsh.reads('Speak now');
	// The same key ends the test, so the focus has stayed.
	await marsh.screen.press('Enter');
	await marsh.reads('Record and play back');
	await marsh.screen.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
	await marsh.screen.press('Enter');
	await marsh.screen.press('Tab');
	expect((await marsh.stage()) === 'preflight', 'Enter joined where it was not pressed on "Join"');
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
	await changesCamera(marsh);

	await marsh.screen.press('h');
	await eventually('the hand to be up', async () => (await floor(marsh)).queue.includes(marsh.seat));
	await story.picture(marsh, 'plenary');
	await marsh.screen.press('h');
	await eventually('the hand to be down', async () => (await floor(marsh)).queue.length === 0);

	const panelIsOpen = () => marsh.screen.evaluate(() => document.querySelector('[data-panel="floor"]') !== null);
	if (!(await panelIsOpen())) await marsh.screen.press('f');
	await walkTo(marsh, 'Give the floor to Viktor Hale');
	await marsh.screen.press('Enter');
	await eventually('the other to have the floor', async () => (await floor(marsh)).holder === 'vesland-head');
	await walkTo(marsh, 'End the speech');
	await marsh.screen.press('Enter');
	await eventually('the floor to be free', async () => (await floor(marsh)).holder === null);

	await marsh.screen.press('s');
	await eventually('to be asked what is shared', () =>
		marsh.screen.evaluate(() => document.querySelector('dialog[open]') !== null),
	);
	await marsh.screen.press('Enter');
	await eventually('the screen to be shared', () => shares(marsh), { within: 15_000 });
	await marsh.screen.press('s');
	await eventually('the screen to be shared no more', async () => !(await shares(marsh)));

	await switchesKeysOff(marsh);

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
				const label =
					focus instanceof HTMLSelectElement || focus instanceof HTMLInputElement ? focus.labels?.[0] : focus;
				return (focus?.getAttribute('aria-label') ?? label?.textContent ?? '').trim().startsWith(wanted);
			}, name);
		},
		{ every: 20 },
	);
}

/** Another camera, by the dialog and the arrow keys; the focus comes back to where it was. @param {Person} person */
async function changesCamera(person) {
	const sent = () =>
		person.screen.evaluate(
			() =>
				(window.sommet.pc?.getSenders() ?? []).find(({ track }) => track?.kind === 'video')?.track?.getSettings()
					.deviceId,
		);
	const before = await sent();
	await walkTo(person, 'Devices');
	await person.screen.press('Enter');
	await person.hasOpen('devices');
	await walkTo(person, 'Camera');
	await person.screen.press('ArrowDown');
	await eventually('another camera to be sent', async () => {
		const now = await sent();
		return now !== undefined && now !== before;
	});
	await person.screen.press('Escape');
	const focus = await person.screen.evaluate(() => document.activeElement?.getAttribute('data-action'));
	expect(focus === 'devices', `after the dialog the focus is on "${focus}"`);
}

/** The keys of one letter can be switched off, and then do nothing. @param {Person} person */
async function switchesKeysOff(person) {
	await person.screen.press('?');
	await person.hasOpen('keys');
	await walkTo(person, 'Use these keys');
	await person.screen.press('Space');
	await person.screen.press('Escape');
	await person.screen.press('h');
	await person.screen.press('m');
	await walkTo(person, 'Keyboard');
	await person.screen.press('Enter');
	await person.hasOpen('keys');
	expect((await floor(person)).queue.length === 0, 'H raised the hand although the keys are switched off');
	expect((await isOn(person, 'microphone')) === true, 'M muted although the keys are switched off');
	await person.screen.press('Escape');
}

/**
 * @param {Person} person
 * @param {string} key
 * @param {'microphone' | 'camera'} device
 */
async function toggles(person, key, device) {
	await eventually(`the ${device} to be on`, async () => (await isOn(person, device)) === true);
	await person.screen.press(key);
	await eventually(`the ${device} to be off`, async () => (await isOn(person, device)) === false);
	await person.screen.press(key);
	await eventually(`the ${device} to be on again`, async () => (await isOn(person, device)) === true);
}

/**
 * As the others are told.
 * @param {Person} person
 * @param {'microphone' | 'camera'} device
 */
function isOn(person, device) {
	return person.screen.evaluate((which) => {
		const { meeting } = window.sommet.state();
		const own = meeting && meeting.presence[meeting.you];
		return own?.state === 'here' ? own.devices[which] : undefined;
	}, device);
}

/** @param {Person} person */
function shares(person) {
	return person.screen.evaluate(() => {
		const { meeting } = window.sommet.state();
		return meeting?.sources.some(({ seat, kind }) => seat === meeting.you && kind === 'screen') ?? false;
	});
}

/** @param {Person} person */
function floor(person) {
	return person.screen.evaluate(() => {
		const seen = window.sommet.state().meeting?.floor;
		return { holder: seen?.holder?.[0] ?? null, queue: seen?.queue ?? [] };
	});
}
