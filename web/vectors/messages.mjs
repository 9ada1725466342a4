/** Suites of RFC 9420 about messages, and about members who follow a group. */
import {
	decodeMlsMessage,
	encodeMlsMessage,
	joinGroup,
	makePskIndex,
	processPrivateMessage,
	processPublicMessage,
	bytesToBase64,
	acceptAll,
} from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import * as rt from 'ts-mls/ratchetTree.js';
import { createSecretTree } from 'ts-mls/secretTree.js';
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js';
import { decodeAuthenticatedContent } from 'ts-mls/authenticatedContent.js';
import { verifyConfirmationTag, signFramedContentTBS, createConfirmationTag } from 'ts-mls/framedContent.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import * as prop from 'ts-mls/proposal.js';
import { decodeCommit, encodeCommit } from 'ts-mls/commit.js';
import { decodeGroupSecrets, encodeGroupSecrets } from 'ts-mls/groupSecrets.js';
import { protect, protectApplicationData, protectProposal, unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { protectProposalPublic, protectPublicMessage, unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import { determineLength, lengthEncoder } from 'ts-mls/codec/variableLength.js';
import { hex, bytes, ok, same, whole, rejects, context, message, keysMatch, sigMatch } from './common.mjs';

export const tests = {
	'message-protection': async (v, cs) => {
		const gc = context(v, cs),
			pub = hex(v.signature_pub),
			priv = hex(v.signature_priv),
			mk = hex(v.membership_key),
			sd = hex(v.sender_data_secret);
		const secrets = () => createSecretTree(2, hex(v.encryption_secret), cs.kdf);
		const leaf = { nodeType: 'leaf', leaf: { signaturePublicKey: pub } },
			tree = [leaf, undefined, leaf];
		const openPriv = async (m) =>
			(await unprotectPrivateMessage(sd, m, await secrets(), tree, gc, defaultClientConfig.keyRetentionConfig, cs))
				.content.content;
		const openPub = async (m) => (await unprotectPublicMessage(mk, gc, tree, m, cs)).content;
		const P = (c) => bytes(prop.encodeProposal(c.proposal), v.proposal, 'proposal'),
			C = (c) => bytes(encodeCommit(c.commit), v.commit, 'commit'),
			A = (c) => bytes(c.applicationData, v.application, 'application');
		P(await openPub(message(v.proposal_pub, 'mls_public_message').publicMessage));
		P(await openPriv(message(v.proposal_priv, 'mls_private_message').privateMessage));
		C(await openPub(message(v.commit_pub, 'mls_public_message').publicMessage));
		C(await openPriv(message(v.commit_priv, 'mls_private_message').privateMessage));
		A(await openPriv(message(v.application_priv, 'mls_private_message').privateMessage));
		const proposal = prop.decodeProposal(hex(v.proposal), 0)[0],
			commit = decodeCommit(hex(v.commit), 0)[0],
			none = new Uint8Array(),
			pad = { kind: 'padUntilLength', padUntilLength: 256 };
		P(await openPub((await protectProposalPublic(priv, mk, gc, none, proposal, 1, cs)).publicMessage));
		P(
			await openPriv((await protectProposal(priv, sd, proposal, none, gc, await secrets(), 1, pad, cs)).privateMessage),
		);
		A(
			await openPriv(
				(await protectApplicationData(priv, sd, hex(v.application), none, gc, await secrets(), 1, pad, cs))
					.privateMessage,
			),
		);
		for (const wireformat of ['mls_public_message', 'mls_private_message']) {
			const content = {
				contentType: 'commit',
				commit,
				groupId: gc.groupId,
				epoch: gc.epoch,
				sender: { senderType: 'member', leafIndex: 1 },
				authenticatedData: none,
			};
			const signature = await signFramedContentTBS(
				priv,
				{ protocolVersion: 'mls10', wireformat, content, senderType: 'member', context: gc },
				cs.signature,
			);
			const auth = {
				contentType: 'commit',
				signature,
				confirmationTag: await createConfirmationTag(
					cs.rng.randomBytes(cs.kdf.size),
					gc.confirmedTranscriptHash,
					cs.hash,
				),
			};
			if (wireformat === 'mls_public_message')
				C(await openPub(await protectPublicMessage(mk, gc, { wireformat, content, auth }, cs)));
			else
				C(
					await openPriv(
						(await protect(sd, none, gc, await secrets(), { ...content, auth }, 1, pad, cs)).privateMessage,
					),
				);
		}
		await rejects(
			() =>
				protectPublicMessage(
					mk,
					gc,
					{
						wireformat: 'mls_public_message',
						content: {
							contentType: 'application',
							applicationData: none,
							sender: { senderType: 'member', leafIndex: 1 },
						},
						auth: {},
					},
					cs,
				),
			'application in PublicMessage',
		);
	},
	'transcript-hashes': async (v, cs) => {
		const b = hex(v.authenticated_content),
			a = whole(decodeAuthenticatedContent(b, 0), b, 'authenticated content');
		const confirmed = await createConfirmedHash(
			hex(v.interim_transcript_hash_before),
			{ wireformat: a.wireformat, content: a.content, signature: a.auth.signature },
			cs.hash,
		);
		bytes(confirmed, v.confirmed_transcript_hash_after, 'confirmed');
		bytes(
			await createInterimHash(confirmed, a.auth.confirmationTag, cs.hash),
			v.interim_transcript_hash_after,
			'interim',
		);
		ok(
			await verifyConfirmationTag(hex(v.confirmation_key), a.auth.confirmationTag, confirmed, cs.hash),
			'confirmation tag',
		);
	},
	welcome: async (v, cs) => {
		const w = message(v.welcome, 'mls_welcome').welcome,
			kp = message(v.key_package, 'mls_key_package').keyPackage;
		const gs = await decryptGroupSecrets(
			await cs.hpke.importPrivateKey(hex(v.init_priv)),
			await makeKeyPackageRef(kp, cs.hash),
			w,
			cs.hpke,
		);
		const none = new Uint8Array(cs.kdf.size),
			gi = await decryptGroupInfo(w, gs.joinerSecret, none, cs);
		ok(await verifyGroupInfoSignature(gi, hex(v.signer_pub), cs.signature), 'group info signature');
		ok(await verifyGroupInfoConfirmationTag(gi, gs.joinerSecret, none, cs), 'confirmation tag');
	},
	messages: (v) => {
		const kinds = {
			mls_welcome: 'mls_welcome',
			mls_group_info: 'mls_group_info',
			mls_key_package: 'mls_key_package',
			public_message_application: 'mls_public_message',
			public_message_proposal: 'mls_public_message',
			public_message_commit: 'mls_public_message',
			private_message: 'mls_private_message',
		};
		for (const [f, k] of Object.entries(kinds)) bytes(encodeMlsMessage(message(v[f], k)), v[f], f);
		const codecs = {
			ratchet_tree: [rt.decodeRatchetTree, rt.encodeRatchetTree],
			group_secrets: [decodeGroupSecrets, encodeGroupSecrets],
			commit: [decodeCommit, encodeCommit],
			add_proposal: [prop.decodeAdd, prop.encodeAdd],
			update_proposal: [prop.decodeUpdate, prop.encodeUpdate],
			remove_proposal: [prop.decodeRemove, prop.encodeRemove],
			pre_shared_key_proposal: [prop.decodePSK, prop.encodePSK],
			re_init_proposal: [prop.decodeReinit, prop.encodeReinit],
			external_init_proposal: [prop.decodeExternalInit, prop.encodeExternalInit],
			group_context_extensions_proposal: [prop.decodeGroupContextExtensions, prop.encodeGroupContextExtensions],
		};
		for (const [f, [d, e]] of Object.entries(codecs)) {
			const b = hex(v[f]);
			bytes(e(whole(d(b, 0), b, f)), b, f);
		}
	},
	deserialization: (v) => {
		const h = hex(v.vlbytes_header),
			d = determineLength(h, 0);
		same(d.length, v.length, 'length');
		same(d.lengthFieldSize, h.length, 'header size');
		const [n, write] = lengthEncoder(v.length),
			buf = new ArrayBuffer(n);
		write(0, buf);
		bytes(new Uint8Array(buf), h, 'encoded again');
	},
};
const passive = async (v, cs) => {
	const psks = makePskIndex(
		undefined,
		Object.fromEntries(v.external_psks.map((p) => [bytesToBase64(hex(p.psk_id)), hex(p.psk)])),
	);
	const kp = message(v.key_package, 'mls_key_package').keyPackage,
		w = message(v.welcome, 'mls_welcome').welcome;
	await sigMatch(kp.leafNode.signaturePublicKey, hex(v.signature_priv), cs);
	await keysMatch(kp.initKey, hex(v.init_priv), cs);
	await keysMatch(kp.leafNode.hpkePublicKey, hex(v.encryption_priv), cs);
	const tree = v.ratchet_tree ? rt.decodeRatchetTree(hex(v.ratchet_tree), 0)[0] : undefined;
	let state = await joinGroup(
		w,
		kp,
		{
			initPrivateKey: hex(v.init_priv),
			hpkePrivateKey: hex(v.encryption_priv),
			signaturePrivateKey: hex(v.signature_priv),
		},
		psks,
		cs,
		tree,
	);
	bytes(state.keySchedule.epochAuthenticator, v.initial_epoch_authenticator, 'initial authenticator');
	const take = async (h) => {
		// not processMessage: it hands an empty psk index to private messages
		const m = decodeMlsMessage(hex(h), 0)[0];
		state = (
			m.wireformat === 'mls_public_message'
				? await processPublicMessage(state, m.publicMessage, makePskIndex(state, ext), cs, acceptAll)
				: await processPrivateMessage(state, m.privateMessage, makePskIndex(state, ext), cs, acceptAll)
		).newState;
	};
	const ext = Object.fromEntries(v.external_psks.map((p) => [bytesToBase64(hex(p.psk_id)), hex(p.psk)]));
	for (const [i, e] of v.epochs.entries()) {
		try {
			for (const p of e.proposals) await take(p);
			await take(e.commit);
		} catch (err) {
			throw new Error(`epoch ${i}: ${err.message}`, { cause: err });
		}
		bytes(state.keySchedule.epochAuthenticator, e.epoch_authenticator, `authenticator of epoch ${i}`);
	}
};
tests['passive-client-welcome'] = passive;
tests['passive-client-handling-commit'] = passive;
tests['passive-client-random'] = passive;
