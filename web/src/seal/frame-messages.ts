/** What the page and the worker of frames say to each other. */
import type { SeatId } from '../wire/types';
import type { Bytes } from './bytes';
import type { Expected, SealWith } from './frames';
import type { LineCounts } from './line';
import type { Codec } from './payload';

/** The number of a line: unique in the page, over all its connections. */
export type LineId = number;

/** What a line is, told when it is made. */
export interface LineSetup {
	/** `seal` on a sender, `open` on a receiver. */
	readonly side: 'seal' | 'open';
	readonly line: LineId;
}

/** The codecs of a line, as they were agreed; used where the browser does not tell the codec of a frame. */
export interface LineCodecs {
	readonly byPayloadType: Readonly<Record<number, Codec>>;
	readonly first: Codec | undefined;
}

/** Keys come from the worker of MLS, over the page. */
export type KeysMessage = Extract<ToFrameWorker, { type: `keys.${string}` }>;

export type ToFrameWorker =
	| {
			readonly type: 'keys.install';
			readonly group: number;
			readonly epoch: number;
			readonly baseKey: Bytes;
			readonly leaves: readonly (readonly [leaf: number, seat: SeatId])[];
			readonly own: number;
	  }
	/** After so many milliseconds an epoch is forgotten. */
	| { readonly type: 'keys.retire'; readonly group: number; readonly epoch: number; readonly after: number }
	/** What these leaves sealed in that epoch is refused from now on. */
	| { readonly type: 'keys.bar'; readonly group: number; readonly epoch: number; readonly leaves: readonly number[] }
	| ({ readonly type: 'line.seal'; readonly line: LineId } & SealWith)
	| { readonly type: 'line.rest'; readonly line: LineId }
	/** So many frames of sound that went before go with each. */
	| { readonly type: 'line.redundancy'; readonly line: LineId; readonly depth: number }
	/** Whose frames a receiving line carries, as the server says; nobody's while it is idle. */
	| { readonly type: 'line.source'; readonly line: LineId; readonly source: Expected | undefined }
	| { readonly type: 'line.codecs'; readonly line: LineId; readonly codecs: LineCodecs }
	/** The line will not be used any more. */
	| { readonly type: 'line.end'; readonly line: LineId }
	| { readonly type: 'counts'; readonly id: number };

export interface FromFrameWorker {
	readonly type: 'counts';
	readonly id: number;
	readonly lines: ReadonlyMap<LineId, LineCounts>;
}
