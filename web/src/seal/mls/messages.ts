/** Between the messages of ts-mls and ours: nothing here decides anything. */
import { copy } from '../bytes';
import type { Bytes } from '../bytes';
import type { CommitContent, Leaf, LeafContent, Proposal } from '../engine';
import { SealError } from '../errors';
import type { SealCode } from '../errors';
import { decodeMlsMessage, encodeMlsMessage } from './package';
import type {
	LeafNode,
	MLSMessage,
	MlsMessageContent,
	PublicMessage,
	RatchetTree,
	Proposal as TsProposal,
} from './package';

type Kind = MlsMessageContent['wireformat'];
type Of<K extends Kind> = Extract<MlsMessageContent, { wireformat: K }>;

/** Of any message, in bytes. */
export const MESSAGE_SIZE_MAX = 256 * 1024;

/** @throws SealError with `code` where it is not one whole message of that kind. */
export function decode<K extends Kind>(bytes: Uint8Array, kind: K, code: SealCode): Of<K> {
	if (bytes.length > MESSAGE_SIZE_MAX) throw new SealError(code, 'too large');
	let decoded: [MLSMessage, number] | undefined;
	try {
		decoded = decodeMlsMessage(bytes, 0);
	} catch (cause) {
		throw new SealError(code, 'it cannot be read', { cause });
	}
	if (decoded?.[0].wireformat !== kind || decoded[1] !== bytes.length) throw new SealError(code, `it is no ${kind}`);
	return decoded[0] as MlsMessageContent as Of<K>;
}

export function encodeMessage(content: MlsMessageContent): Bytes {
	return copy(encodeMlsMessage({ version: 'mls10', ...content }));
}

/** @throws SealError `mls.bad_commit` where it is another message than a commit of a member or of who comes in. */
export function contentOf({ content }: PublicMessage, size: number): CommitContent {
	if (content.contentType !== 'commit') throw new SealError('mls.bad_commit', 'not a commit');
	const { sender } = content;
	if (sender.senderType !== 'member' && sender.senderType !== 'new_member_commit') {
		throw new SealError('mls.bad_commit', 'by a stranger');
	}
	const proposals = content.commit.proposals.map((entry): Proposal =>
		// A reference is to a proposal that was sent by itself: nobody sends those here.
		entry.proposalOrRefType === 'proposal' ? proposalOf(entry.proposal) : { kind: 'other', name: 'reference' },
	);
	return {
		sender: sender.senderType === 'member' ? sender.leafIndex : undefined,
		proposals,
		path: content.commit.path && leafOf(content.commit.path.leafNode),
		size,
	};
}

function proposalOf(proposal: TsProposal): Proposal {
	if ('add' in proposal) return { kind: 'add', leaf: leafOf(proposal.add.keyPackage.leafNode) };
	if ('remove' in proposal) return { kind: 'remove', leaf: proposal.remove.removed };
	if ('externalInit' in proposal) return { kind: 'external_init' };
	return { kind: 'other', name: String(proposal.proposalType) };
}

/** What a leaf says; a credential of another type than basic has no identity, and no check lets it pass. */
export function leafOf({ credential, signaturePublicKey, hpkePublicKey }: LeafNode): LeafContent {
	const identity = 'identity' in credential ? copy(credential.identity) : new Uint8Array();
	return { identity, key: copy(signaturePublicKey), encryptionKey: copy(hpkePublicKey) };
}

/** In order of their index; blank ones are left out. */
export function leavesIn(tree: RatchetTree): Leaf[] {
	return tree.flatMap((node, at) => (node?.nodeType === 'leaf' ? [{ ...leafOf(node.leaf), index: at / 2 }] : []));
}
