import fs from 'node:fs';
import { createRequire } from 'node:module';

import { expect } from '../harness/wait.mjs';

/** @typedef {import('../harness/story.mjs').Story} Story */
/** @typedef {import('../harness/person.mjs').Person<import('../harness/chromium.mjs').ChromiumScreen>} Person */

export const title = 'axe finds nothing wrong on any page';
export const seconds = 90;

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {Story} story */
export default async function (story) {
	const summit = await story.summit({ people: 2, chair: true });
	const marsh = await story.person(summit, 'meridia-head');
	const nobody = await story.person(summit, 'meridia-1');

	await nobody.screen.goto(nobody.link.slice(0, -4) + 'AAAA');
	await nobody.reaches('problem');
	await clean(nobody, 'problem');
	await marsh.arrive();
	await clean(marsh, 'preflight');
	await marsh.enter();
	await clean(marsh, 'lobby');
	story.bots(summit, ['vesland-head', 'chair']);
	await marsh.declareReady();
	await marsh.reaches('plenary');
	await marsh.seesSeat('vesland-head');
	await clean(marsh, 'plenary');
	await marsh.screen.click('button', 'Devices');
	await clean(marsh, 'devices');
	await story.pictures();
	await marsh.screen.press('Escape');
	await marsh.screen.click('button', 'Leave');
	await clean(marsh, 'leave');
}

/**
 * @param {Person} person
 * @param {string} where
 */
async function clean(person, where) {
	// Evaluated by the debugger, which the page's policy does not bind.
	if (!(await person.screen.evaluate(() => 'axe' in window))) await person.screen.page.evaluate(AXE);
	const violations = await person.screen.page.evaluate(async () => {
		const found = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
		return found.violations.map((/** @type {any} */ violation) => ({
			rule: violation.id,
			where: violation.nodes.map((/** @type {any} */ node) => node.target.join(' ')).slice(0, 3),
		}));
	});
	expect(violations.length === 0, `${where}: ${JSON.stringify(violations)}`);
}
