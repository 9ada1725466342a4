/**
 * What sealing needs of an implementation of MLS (RFC 9420), cipher suite 1. A state of a group is a value: whatever
 * is done with one gives another and leaves the first as it was, so that a commit the server does not announce can be
 * forgotten. An engine asks its `GroupCheck` about every leaf and every commit by itself; there is no way around it.
 */
import type { Bytes } from './bytes';
import type { GroupName } from './groups';

/** What a leaf says of its member. */
export interface LeafContent {
	/** The identity bytes of its basic credential: a member certificate. */
	readonly identity: Bytes;
	/** Its signature key. */
	readonly key: Bytes;
	/** Its HPKE key. */
	readonly encryptionKey: Bytes;
}

export interface Leaf extends LeafContent {
	readonly index: number;
}

/** A proposal in a commit, as far as it matters who comes and who goes. */
export type Proposal =
	| { readonly kind: 'add'; readonly leaf: LeafContent }
	| { readonly kind: 'remove'; readonly leaf: number }
	| { readonly kind: 'update'; readonly sender: number; readonly leaf: LeafContent }
	| { readonly kind: 'external_init' }
	/** Anything else; what it is called is for logs. */
	| { readonly kind: 'other'; readonly name: string };

/** A commit, read and not applied. */
export interface CommitContent {
	/** The leaf of its author; nothing where it comes from outside. */
	readonly sender: number | undefined;
	readonly proposals: readonly Proposal[];
	/** The author's leaf after it, if it has a path. */
	readonly path: LeafContent | undefined;
	/** Of the whole message, in bytes. */
	readonly size: number;
}

/** Judges who may be in a group. All throw a `SealError`. */
export interface GroupCheck {
	/** All of a tree, before a joiner uses it. */
	tree(group: GroupName, leaves: readonly Leaf[]): Promise<void>;
	/** A commit, before anything of it is used. Returns the leaves there must be after it. */
	commit(group: GroupName, before: readonly Leaf[], commit: CommitContent): Promise<readonly Leaf[]>;
}

/** A group in one epoch, as one member knows it. */
export interface GroupState {
	readonly group: GroupName;
	readonly epoch: number;
}

/** A key package that was made here, with what is secret of it. */
export interface OwnKeyPackage {
	/** The MLS message to be published. */
	readonly message: Bytes;
}

/** Who comes, who goes. Nothing of it: a commit that only renews the keys. */
export interface Change {
	/** Key packages of new members, as MLS messages. */
	readonly adds?: readonly Bytes[];
	/** Leaves. */
	readonly removes?: readonly number[];
	/** The own certificate from now on. */
	readonly identity?: Bytes;
}

/** A commit made here; its author applies it by taking the state, once it is announced. */
export interface Committed<S> {
	readonly state: S;
	readonly commit: Bytes;
	/** For those who were added. */
	readonly welcome: Bytes | undefined;
	/** With which others can come in from outside: it has the external key and the tree. */
	readonly groupInfo: Bytes;
}

/** What became of a commit of somebody else. */
export type Processed<S> =
	| { readonly kind: 'applied'; readonly state: S; readonly sender: number | undefined }
	/** The own leaf is gone: there is no next state. */
	| { readonly kind: 'removed' };

export interface Opened<S> {
	readonly state: S;
	readonly sender: number;
	readonly epoch: number;
	readonly plaintext: Bytes;
}

/**
 * All errors are `SealError`: `cert.*` from the check, `mls.welcome_unusable` while joining, `mls.epoch_old` and
 * `mls.epoch_unknown` for what is of another epoch, `mls.bad_commit` for all else.
 */
export interface MlsEngine<S extends GroupState, K extends OwnKeyPackage = OwnKeyPackage> {
	keyPackage(): Promise<K>;
	/** What the leaf of a key package says; nothing of it is checked. */
	read(keyPackage: Bytes): LeafContent;
	/** A new group, with one member. */
	create(group: GroupName): Promise<S>;
	/** Takes the key package the Welcome is for out of `candidates`. */
	join(group: GroupName, welcome: Bytes, candidates: readonly K[]): Promise<{ readonly state: S; readonly used: K }>;
	/** Comes in from outside; the leaf that `isFormer` recognises, if any, goes in the same commit. */
	joinExternal(group: GroupName, groupInfo: Bytes, isFormer: (leaf: Leaf) => boolean): Promise<Committed<S>>;
	commit(state: S, change: Change): Promise<Committed<S>>;
	process(state: S, commit: Bytes): Promise<Processed<S>>;
	encrypt(state: S, plaintext: Bytes): Promise<{ readonly state: S; readonly message: Bytes }>;
	decrypt(state: S, message: Bytes): Promise<Opened<S>>;
	/** The base key of frames in this epoch, 16 bytes. */
	baseKey(state: S): Promise<Bytes>;
	epochAuthenticator(state: S): Bytes;
	treeHash(state: S): Bytes;
	/** In order of their index; blank ones are left out. */
	leaves(state: S): readonly Leaf[];
	ownLeaf(state: S): number;
	groupInfo(state: S): Promise<Bytes>;
}
