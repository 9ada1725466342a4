/** What the page shows of itself to those who look after it; read-only, and without secrets. */
import type { Trouble } from '../../src/app/seal.svelte';
import type { Stage, State } from '../../src/meeting/state';
import type { LineReport } from '../../src/seal/lines';
import type { MemberView } from '../../src/seal/seal-view';

declare global {
	interface Window {
		readonly sommet: {
			state(): State;
			stage(): Stage;
			stats(): Promise<Record<string, unknown>[]>;
			readonly pc: RTCPeerConnection | undefined;
			slots(): Record<string, number>;
			seal(): MemberView;
			sealTroubles(): readonly Trouble[];
			sealedLines(): Promise<readonly LineReport[]>;
			/** Closes the socket as a lost network would. */
			dropSocket(): void;
		};
		/** What a story keeps in the page between two looks. */
		story?: Record<string, unknown>;
	}
}
