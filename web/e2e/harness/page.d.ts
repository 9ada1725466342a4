/** What the page shows of itself to those who look after it; read-only, and without secrets. */
import type { Stage, State } from '../../src/meeting/state';

declare global {
	interface Window {
		readonly sommet: {
			state(): State;
			stage(): Stage;
			stats(): Promise<Record<string, unknown>[]>;
			readonly pc: RTCPeerConnection | undefined;
			slots(): Record<string, number>;
			/** Closes the socket as a lost network would. */
			dropSocket(): void;
		};
		/** What a story keeps in the page between two looks. */
		story?: Record<string, unknown>;
	}
}
