/**
 * Waiting for something to become true, with a deadline. Stories never sleep for a fixed time: they wait for what they
 * need, and say what that was when it does not come.
 */

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks again and again until the answer is neither false, nor null, nor undefined.
 * @template T
 * @param {string} what finishes the sentence "waited N s for ..."
 * @param {() => T | Promise<T>} ask
 * @param {{ within?: number, every?: number }} [limits] in milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function eventually(what, ask, { within = 20_000, every = 100 } = {}) {
	const deadline = Date.now() + within;
	let last;
	for (;;) {
		try {
			const answer = await ask();
			if (answer !== false && answer !== null && answer !== undefined) return answer;
			last = answer;
		} catch (error) {
			last = error;
		}
		if (Date.now() > deadline) {
			const reason = last instanceof Error ? `; the last try said: ${last.message.split('\n')[0]}` : '';
			throw new Error(`waited ${within / 1000} s for ${what}${reason}`);
		}
		await pause(every);
	}
}

/**
 * Fails unless something is so.
 * @param {unknown} so
 * @param {string} otherwise says what is wrong
 * @returns {asserts so}
 */
export function expect(so, otherwise) {
	if (!so) throw new Error(otherwise);
}
