/** What people do in the panel of messages, at Chromium. */
import { eventually } from './wait.mjs';

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Writer */

/** @param {Writer} writer */
async function openPanel({ screen: { page } }) {
	const panel = page.locator('[data-panel="chat"]');
	if ((await panel.count()) === 0) await page.keyboard.press('c');
	await panel.waitFor();
	const back = panel.locator('[data-action="chat-back"]');
	if ((await back.count()) > 0) await back.click();
	return panel;
}

/**
 * Opens a conversation.
 * @param {Writer} writer
 * @param {string} thread the group's name
 */
export async function openThread(writer, thread) {
	const panel = await openPanel(writer);
	await panel.locator(`[data-thread="${thread}"]`).click();
	await panel.locator('[data-conversation]').waitFor();
}

/**
 * Begins a conversation with one person.
 * @param {Writer} writer
 * @param {string} seat
 */
export async function openPair(writer, seat) {
	const panel = await openPanel(writer);
	await panel.locator(`[data-write="${seat}"]`).click();
	await panel.locator('[data-conversation^="pair-"]').waitFor();
	return (await panel.locator('[data-conversation]').getAttribute('data-conversation')) ?? '';
}

/**
 * Writes in the conversation that is open, and waits until it is sent.
 * @param {Writer} writer
 * @param {string} words
 */
export async function writes(writer, words) {
	const { page } = writer.screen;
	await page.locator('[data-conversation] textarea').fill(words);
	await page.locator('[data-conversation] textarea').press('Enter');
	await eventually(
		`what ${writer.seat} wrote to be sent`,
		async () => (await page.locator('[data-message][data-state="sent"]', { hasText: words }).count()) > 0,
	);
}
