/** The worker every frame passes on its way between codec and network: sealed on the way out, opened on the way in. */
import type { LineSetup, ToFrameWorker } from './frame-messages';
import { FrameWorker } from './frame-worker';
import type { Transformer } from './frame-worker';

interface TransformEvent extends Event {
	readonly transformer: Transformer & { readonly options: LineSetup };
}

const worker = new FrameWorker({
	now: () => performance.now(),
	later: (work, ms) => void setTimeout(work, ms),
	send: (message) => postMessage(message),
});

addEventListener('message', ({ data }: MessageEvent<ToFrameWorker>) => void worker.hear(data));

addEventListener('rtctransform', (event) => {
	const { transformer } = event as TransformEvent;
	void worker.run(transformer.options, transformer);
});
