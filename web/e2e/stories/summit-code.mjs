import { command } from '../harness/parties.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Reader */

export const title =
	'both sides read the same thirty digits, those of the command line, and that they compared them is remembered';

/** @param {Reader} reader */
async function readsCode(reader) {
	await reader.screen.press('e');
	await reader.hasOpen('security');
	return eventually(`the summit code at ${reader.seat}`, async () => {
		const groups = await reader.screen.page.locator('[data-panel="security"] .code .group').allTextContents();
		return groups.length === 6 && groups.every((group) => /^\d{5}$/.test(group)) ? groups.join(' ') : null;
	});
}

/** @param {Story} story */
export default async function (story) {
	const server = await story.server();
	const summit = await story.summit();
	const marsh = await story.person(summit, 'meridia-head');
	const hale = await story.person(summit, 'vesland-head');
	await story.meet(marsh, hale);

	const [code, other] = [await readsCode(marsh), await readsCode(hale)];
	expect(code === other, `the sides read different codes: ${code} and ${other}`);
	const { file } = summit.keys['vesland'] ?? { file: '' };
	const status = JSON.parse(
		await command('summit', 'status', summit.id, '--json', '--key', file, '--server', server.url),
	);
	expect(status.code === code, `the command line says ${status.code}, the page ${code}`);
	await story.pictures();

	const title = 'Compared, as remembered in this browser';
	await marsh.screen.click('button', 'We compared it: it is the same');
	await marsh.reads(title);
	await marsh.screen.reload();
	await marsh.reaches('plenary');
	expect((await readsCode(marsh)) === code, 'the code is another one after the reload');
	await marsh.reads(title);
	await marsh.screen.click('button', 'Take it back');
	await marsh.reads('We compared it: it is the same');
}
