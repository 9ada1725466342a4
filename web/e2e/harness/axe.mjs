/** Whether axe finds anything wrong with what is on a person's screen. */
import fs from 'node:fs';
import { createRequire } from 'node:module';

import { expect } from './wait.mjs';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * @param {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} person
 * @param {string} where
 */
export async function clean(person, where) {
	const { page } = person.screen;
	// Evaluated by the debugger, which the page's policy does not bind.
	if (!(await person.screen.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
	const violations = await page.evaluate(async () => {
		// Colours are judged as they are once everything that fades in has done so.
		for (const animation of document.getAnimations()) {
			if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
		}
		const found = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
		return found.violations.map((/** @type {any} */ violation) => ({
			rule: violation.id,
			where: violation.nodes.map((/** @type {any} */ node) => node.target.join(' ')).slice(0, 3),
		}));
	});
	expect(violations.length === 0, `${where}: ${JSON.stringify(violations)}`);
}
