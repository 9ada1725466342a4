/** What the page and the worker of MLS say to each other. */
import type { Outcome, Request, SeatId, ServerMessage } from '../wire/types';
import type { Written } from './circle-means';
import type { SealCode } from './errors';
import type { KeysMessage } from './frame-messages';
import type { GroupName } from './groups';
import type { GroupText } from './plaintext';
import type { MemberView } from './seal-view';

/** What members may write. */
export type Text = Exclude<GroupText, { type: 'attest' }>;

export type ToMlsWorker =
	/** The first message. The secret of the personal link, where this page was opened by it. */
	| { readonly type: 'start'; readonly secret: string | undefined }
	/** What the server says, in order. */
	| { readonly type: 'hear'; readonly message: ServerMessage }
	/** What became of something the worker asked; nothing where the connection was lost first. */
	| { readonly type: 'answer'; readonly id: number; readonly outcome: Outcome | undefined }
	| { readonly type: 'write'; readonly id: number; readonly group: GroupName; readonly text: Text }
	/** Who is here now. */
	| { readonly type: 'here'; readonly seats: readonly SeatId[] }
	/** How far the server's clock is ahead, in milliseconds. */
	| { readonly type: 'clock'; readonly offset: number }
	/** Everything held is forgotten; the next welcome begins anew. */
	| { readonly type: 'close' };

export type FromMlsWorker =
	| { readonly type: 'ask'; readonly id: number; readonly request: Request }
	| { readonly type: 'keys'; readonly keys: KeysMessage }
	| { readonly type: 'view'; readonly view: MemberView }
	| { readonly type: 'written'; readonly written: Written }
	| { readonly type: 'wrote'; readonly id: number; readonly done: boolean }
	| {
			readonly type: 'trouble';
			readonly code: SealCode;
			readonly group: GroupName;
			readonly about: string | undefined;
	  };
