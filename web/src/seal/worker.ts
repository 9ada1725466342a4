/**
 * The worker every frame passes on its way between codec and network. It is where frames will be sealed and opened;
 * the streams are set up here so that no frame ever takes a way around it.
 */
import type { TransformOptions } from './transform';

interface TransformEvent extends Event {
	readonly transformer: {
		readonly readable: ReadableStream<unknown>;
		readonly writable: WritableStream<unknown>;
		readonly options: TransformOptions;
	};
}

addEventListener('rtctransform', (event) => {
	const { readable, writable } = (event as TransformEvent).transformer;
	void readable.pipeTo(writable).catch(() => {
		// The transceiver is gone: its connection was closed. There is nothing left to forward.
	});
});
