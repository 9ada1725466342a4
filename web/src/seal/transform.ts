/**
 * Installs the frame transform on senders and receivers. Chromium silently bypasses a transform that is assigned late,
 * so `install` must be called in the same synchronous block as `addTransceiver`, before any track is set.
 */

/** What the worker is told about one stream of frames. */
export interface TransformOptions {
	/** `seal` on a sender, `open` on a receiver. */
	readonly side: 'seal' | 'open';
	/** The number of the transceiver, unique in the page: its `mid` is not known yet. */
	readonly line: number;
}

/** Whether this browser can pass frames through a worker; without it there is no meeting. */
export function canTransform(): boolean {
	return 'RTCRtpScriptTransform' in globalThis;
}

/** The worker and the lines that pass it; one for the page, so that it outlives peer connections. */
export class FrameTransforms {
	readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'seal' });
	#lines = 0;

	/** Puts the transform on the sending or receiving half of a transceiver that was created just now. */
	install(transceiver: RTCRtpTransceiver): void {
		const side = transceiver.direction === 'recvonly' ? 'open' : 'seal';
		const options: TransformOptions = { side, line: this.#lines++ };
		const half = side === 'open' ? transceiver.receiver : transceiver.sender;
		half.transform = new RTCRtpScriptTransform(this.#worker, options);
	}
}
