/**
 * All that is used of ts-mls, in one place. Codecs, tree, key schedule and framing are its own. How a commit is made,
 * judged and applied and how a group is joined is done in this folder instead, because ts-mls 1.6.4,
 * as it is published (decision 0009 says what our patch mends of it),
 * - refuses sound trees with unmerged leaves when somebody joins,
 * - takes a commit secret of zeros when a path has no nodes, so that a member who was removed can follow, and a wrong one
 *   when the root is not on the filtered path (RFC 9420 section 7.4),
 * - does not compare the keys of an added leaf with those in the tree,
 * - makes no path for additions alone, and does not say who sent an application message.
 *
 * Its index cannot be imported: it asks for a package that it does not name among its own (`@noble/hashes`).
 */
export { addHistoricalReceiverData, createGroup, exportSecret, nextEpochContext } from 'ts-mls/clientState.js';
export { defaultClientConfig } from 'ts-mls/clientConfig.js';
export { encode } from 'ts-mls/codec/tlsEncoder.js';
export { createGroupInfo, createGroupInfoWithExternalPubAndRatchetTree } from 'ts-mls/createCommit.js';
export { createApplicationMessage } from 'ts-mls/createMessage.js';
export { getCiphersuiteFromName } from 'ts-mls/crypto/ciphersuite.js';
export { getCiphersuiteImpl } from 'ts-mls/crypto/getCiphersuiteImpl.js';
export { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
export { deriveSecret } from 'ts-mls/crypto/kdf.js';
export { createConfirmationTag, createContentCommitSignature, verifyConfirmationTag } from 'ts-mls/framedContent.js';
export { groupContextEncoder } from 'ts-mls/groupContext.js';
export {
	ratchetTreeFromExtension,
	verifyGroupInfoConfirmationTag,
	verifyGroupInfoSignature,
} from 'ts-mls/groupInfo.js';
export { generateKeyPackageWithKey, makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js';
export { deriveKeySchedule, initializeEpoch, mlsExporter } from 'ts-mls/keySchedule.js';
export { verifyLeafNodeSignature, verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
export { decodeMlsMessage, encodeMlsMessage } from 'ts-mls/message.js';
export { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
export { protectPublicMessage, unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
export { verifyParentHashes } from 'ts-mls/parentHash.js';
export { toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
export {
	addLeafNode,
	filteredDirectPathAndCopathResolution,
	findLeafIndex,
	ratchetTreeEncoder,
} from 'ts-mls/ratchetTree.js';
export { removeLeafNode, resolution } from 'ts-mls/ratchetTree.js';
export { createSecretTree } from 'ts-mls/secretTree.js';
export { treeHashRoot } from 'ts-mls/treeHash.js';
export { directPath, left, leafWidth, right, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
export { applyUpdatePath, createUpdatePath } from 'ts-mls/updatePath.js';
export { decryptGroupInfo, decryptGroupSecrets, encryptGroupInfo, encryptGroupSecrets } from 'ts-mls/welcome.js';

export type {
	CiphersuiteImpl,
	ClientConfig,
	ClientState,
	GroupContext,
	GroupInfo,
	KeyPackage,
	KeySchedule,
} from 'ts-mls';
export type { LeafIndex, LeafNode, MLSMessage, MlsMessageContent, PrivateKeyPackage, PrivateKeyPath } from 'ts-mls';
export type { Proposal, PublicMessage, RatchetTree, UpdatePath, Welcome } from 'ts-mls';
export type { FramedContentCommit } from 'ts-mls/framedContent.js';
export type { LeafNodeKeyPackage } from 'ts-mls/leafNode.js';
export type { NodeIndex } from 'ts-mls/treemath.js';

/** The version this folder is written for. */
export const TS_MLS_VERSION = '1.6.4';
