/** The page's one audio context: it may only run once the person has touched the page, so it waits for that. */

let context: AudioContext | undefined;

/** The audio context; resumed by itself at the person's first click or key. */
export function audioContext(): AudioContext {
	context ??= new AudioContext();
	if (context.state === 'suspended') void context.resume().catch(() => undefined);
	return context;
}

/** Calls `then` at the next click or key, once. */
export function onNextGesture(then: () => void): void {
	const controller = new AbortController();
	const once = (): void => {
		controller.abort();
		then();
	};
	for (const type of ['pointerdown', 'keydown']) {
		addEventListener(type, once, { signal: controller.signal, capture: true });
	}
}
