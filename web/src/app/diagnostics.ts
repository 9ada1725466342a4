/**
 * `window.sommet`: what the page shows of itself to those who look after it, in the browser's console and in tests.
 * Read-only and without secrets; nothing in the page uses it.
 */
import type { Stage, State } from '../meeting/state';
import type { LineReport } from '../seal/lines';
import type { MemberView } from '../seal/seal-view';
import type { Mid, SourceId } from '../wire/types';
import type { PageClient } from './client.svelte';
import type { Trouble } from './seal.svelte';

export interface Diagnostics {
	/** Everything the page knows of the meeting. */
	state(): State;
	stage(): Stage;
	/** The browser's counters of the media connection; receiving entries carry their `mid`. */
	stats(): Promise<Record<string, unknown>[]>;
	readonly pc: RTCPeerConnection | undefined;
	/** What each receiving m-line carries. */
	slots(): Readonly<Record<Mid, SourceId>>;
	/** Groups, members, epochs and codes as this device has them; no key. */
	seal(): MemberView;
	/** What went wrong in the groups lately. */
	sealTroubles(): readonly Trouble[];
	/** What became of the frames of each m-line. */
	sealedLines(): Promise<readonly LineReport[]>;
	/** Closes the socket as a lost network would. */
	dropSocket(): void;
}

export function exposeDiagnostics(client: PageClient): void {
	const diagnostics: Diagnostics = {
		state: () => client.state,
		stage: () => client.stage,
		stats: () => client.media.link.stats(),
		get pc() {
			return client.media.link.peer;
		},
		slots: () => client.state.meeting?.slots ?? {},
		seal: () => client.seal.view,
		sealTroubles: () => client.seal.troubles,
		sealedLines: () => client.media.lines.report(),
		dropSocket: () => client.breakConnection(),
	};
	Object.defineProperty(window, 'sommet', { value: Object.freeze(diagnostics) });
}
