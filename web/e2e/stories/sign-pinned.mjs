import { clean } from '../harness/axe.mjs';
import { asks, speaksAs, TONES, worksInBooth } from '../harness/booths.mjs';
import * as probes from '../harness/probes.mjs';
import { eventually, expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Anybody */

export const title =
	'an interpreter into a sign language stays in sight whatever is on the page, and a handover leaves no gap';

const VIEWPORT = { width: 1180, height: 700 };

/** Notes, frame by frame, whose picture the pane shows; frames without one are counted once there was one. */
function watchSign() {
	/** @type {{ signers: string[], gaps: number }} */
	const seen = { signers: [], gaps: 0 };
	window.story = { ...window.story, seen };
	const look = () => {
		const videos = [...document.querySelectorAll('[data-sign="ase"] video')].filter(
			(video) =>
				video instanceof HTMLVideoElement &&
				video.checkVisibility({ visibilityProperty: true }) &&
				video.videoWidth > 0,
		);
		const signer = videos.length === 1 ? (videos[0]?.getAttribute('data-seat') ?? '') : undefined;
		if (signer === undefined) seen.gaps += 1;
		else if (seen.signers.at(-1) !== signer) seen.signers.push(signer);
		requestAnimationFrame(look);
	};
	look();
}

/** Waits until the picture of an interpreter moves in the pane. @param {Anybody} viewer @param {string} seat */
async function seesSigning(viewer, seat) {
	const element = `[data-sign="ase"] video[data-seat="${seat}"].shown`;
	/** @type {import('../harness/probes.mjs').Picture | null} */
	let first = null;
	await eventually(`${viewer.seat} to see ${seat} sign`, async () => {
		const now = await viewer.screen.evaluate(probes.picture, { seat, kind: /** @type {const} */ ('camera'), element });
		if (!first || !now || now.mid !== first.mid) first = now;
		else return now.framesDecoded >= first.framesDecoded + 3 && now.framesShown > first.framesShown;
		return false;
	});
}

/** @param {Anybody} viewer */
const pane = ({ screen }) =>
	screen.evaluate(() => {
		const found = document.querySelector('[data-sign="ase"]');
		const box = found?.getBoundingClientRect();
		return found && box ? { width: Math.round(box.width), text: found.textContent ?? '' } : null;
	});

/** @param {Story} story */
export default async function (story) {
	const booths = [{ id: 'hands', languages: ['ase'], interpreters: ['interpreter-1', 'interpreter-2'], signed: true }];
	const summit = await story.summit({ people: 14, chair: 'vesland-head', booths });
	const whitlock = await story.person(summit, 'interpreter-1');
	const sorokin = await story.person(summit, 'interpreter-2');
	const marsh = await story.person(summit, 'meridia-head', { options: { viewport: VIEWPORT } });
	const hale = await story.person(summit, 'vesland-head');
	for (const person of [whitlock, sorokin, hale]) await speaksAs(person, TONES.floor);
	await marsh.screen.page.addInitScript(probes.smallCameras);
	await story.meet(whitlock, sorokin, marsh, hale);

	await marsh.screen.press('t');
	const dialog = marsh.screen.page.locator('[data-dialog="captions"]');
	await dialog.locator('input[name="sign-ase"]').check();
	await clean(marsh, 'the menu of sign languages');
	await marsh.screen.press('Escape');
	await marsh.reads('American Sign Language', 'Nobody is signing now');
	await worksInBooth(whitlock);
	await seesSigning(marsh, whitlock.seat);
	expect((await pane(marsh))?.text.includes('Clara Whitlock'), 'who signs is not named');
	await marsh.screen.evaluate(watchSign);

	await marsh.screen.press('PageDown');
	await eventually('the second page', () => marsh.screen.page.locator('[data-page="2"]').isVisible());
	await seesSigning(marsh, whitlock.seat);
	await asks(hale, { type: 'floor.give', seat: hale.seat });
	await eventually('another speaker', () => marsh.screen.page.locator('[data-holder="vesland-head"]').isVisible());
	await seesSigning(marsh, whitlock.seat);

	// From medium to large, then to small.
	const widths = [(await pane(marsh))?.width ?? 0];
	for (const size of ['large', 'small']) {
		await marsh.screen.press('g');
		await eventually(`the size "${size}"`, () => marsh.screen.page.locator(`[data-signs="${size}"]`).isVisible());
		widths.push((await pane(marsh))?.width ?? 0);
		await seesSigning(marsh, whitlock.seat);
		await story.picture(marsh, size);
	}
	const [medium = 0, large = 0, small = 0] = widths;
	expect(small < medium && medium < large, `small, medium and large are ${[small, medium, large].join(', ')} px wide`);
	await marsh.fits('the pane');
	await clean(marsh, 'the pane');

	// The partner opens, then the first one closes; and back by the booth's own handover.
	await worksInBooth(sorokin);
	await worksInBooth(whitlock, false);
	await seesSigning(marsh, sorokin.seat);
	await asks(whitlock, { type: 'booth.handover', to: whitlock.seat, after: 0 });
	await seesSigning(marsh, whitlock.seat);
	const seen = await marsh.screen.evaluate(
		() => /** @type {{ signers: string[], gaps: number }} */ (window.story?.['seen']),
	);
	story.says(`pictures: ${seen.signers.join(', ')}; frames without one: ${seen.gaps}`);
	expect(seen.gaps === 0, `${seen.gaps} frames without a picture`);
	expect(
		seen.signers.join() === [whitlock, sorokin, whitlock].map(({ seat }) => seat).join(),
		`it showed ${seen.signers.join()}`,
	);

	await marsh.screen.reload();
	await marsh.reaches('plenary');
	await seesSigning(marsh, whitlock.seat);
	expect((await pane(marsh))?.width === small, 'the size is forgotten');
	await worksInBooth(whitlock, false);
	await marsh.reads('Nobody is signing now');
	await story.pictures();
}
