/** What one group of a member needs of its surroundings, and what it tells them. */
import type { Outcome, Request, SeatId, ServerMessage } from '../wire/types';
import type { Trust } from './certificate';
import type { GroupState, MlsEngine, OwnKeyPackage } from './engine';
import type { SealCode } from './errors';
import type { KeysMessage } from './frame-messages';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import type { Packages } from './packages';
import type { GroupText } from './plaintext';

export type Said<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** What the server says about one group. */
export type GroupMessage = Said<
	'mls.wanted' | 'mls.committed' | 'mls.welcome' | 'mls.group_info' | 'mls.switch' | 'mls.void' | 'mls.app'
>;

/** Where a member is in a group. */
export type CircleStatus = 'joining' | 'active' | 'committing' | 'transition' | 'desync' | 'removed' | 'closed';

/** Something that was written in a group. */
export interface Written {
	readonly group: GroupName;
	/** Its place in the group's log. */
	readonly seq: number;
	/** Who wrote it, by the seal and not by the server's word. */
	readonly by: SeatId;
	readonly text: Exclude<GroupText, { type: 'attest' }>;
}

/** Time and chance, from outside. */
export interface Clockwork {
	/** In milliseconds. */
	readonly now: () => number;
	/** Runs it later; returns how to prevent it. */
	readonly later: (work: () => void, ms: number) => () => void;
	/** From 0 to 1, for waits. */
	readonly random: () => number;
}

export interface CircleMeans<S extends GroupState, K extends OwnKeyPackage> extends Clockwork {
	readonly engine: MlsEngine<S, K>;
	readonly seat: SeatId;
	readonly packages: Packages<K>;
	readonly trust: () => Trust;
	/** Rejects where the connection was lost before the answer. */
	readonly ask: (request: Request) => Promise<Outcome>;
	/** Since when somebody is here, in milliseconds. */
	readonly hereSince: (seat: SeatId) => number | undefined;
	/** The parties of whom somebody ever saw another group of this name than this device: for good. */
	readonly apart: Set<PartyId>;
	readonly onKeys: (message: KeysMessage) => void;
	readonly onWritten: (written: Written) => void;
	/** Status, roster, epoch or attestations are others than before. */
	readonly onChange: () => void;
	readonly onTrouble: (code: SealCode, group: GroupName, about?: string) => void;
}

/** What is to happen later, and does not happen any more once it is cleared. */
export class Timers {
	readonly #later: Clockwork['later'];
	readonly #stops = new Set<() => void>();

	constructor(later: Clockwork['later']) {
		this.#later = later;
	}

	after(ms: number, work: () => void): void {
		const stop = this.#later(() => {
			this.#stops.delete(stop);
			work();
		}, ms);
		this.#stops.add(stop);
	}

	clear(): void {
		for (const stop of this.#stops) stop();
		this.#stops.clear();
	}
}
