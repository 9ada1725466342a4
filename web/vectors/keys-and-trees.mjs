/** Suites of RFC 9420 about keys, secrets and trees: how each vector is read and compared. */
import { mlsExporter } from 'ts-mls';
import { deriveSecret, deriveTreeSecret, expandWithLabel } from 'ts-mls/crypto/kdf.js';
import { encryptWithLabel, decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { refhash } from 'ts-mls/crypto/hash.js';
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js';
import * as tm from 'ts-mls/treemath.js';
import * as rt from 'ts-mls/ratchetTree.js';
import { treeHash, treeHashRoot } from 'ts-mls/treeHash.js';
import { verifyParentHashes } from 'ts-mls/parentHash.js';
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js';
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js';
import { encodeGroupContext } from 'ts-mls/groupContext.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { computePskSecret } from 'ts-mls/presharedkey.js';
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js';
import * as prop from 'ts-mls/proposal.js';
import { applyUpdatePath, createUpdatePath, decodeUpdatePath } from 'ts-mls/updatePath.js';
import { applyUpdatePathSecret } from 'ts-mls/createCommit.js';
import { getCommitSecret } from 'ts-mls/pathSecrets.js';
import { toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { hex, bytes, ok, same, whole, context, keysMatch, sigMatch } from './common.mjs';

export const tests = {
	'tree-math': (v) => {
		const w = v.n_leaves,
			opt = (f) => {
				try {
					return f();
				} catch {
					return null;
				}
			};
		same(tm.nodeWidth(w), v.n_nodes, 'n_nodes');
		same(tm.root(w), v.root, 'root');
		for (let i = 0; i < v.n_nodes; i++) {
			same(
				opt(() => tm.left(i)),
				v.left[i],
				'left',
			);
			same(
				opt(() => tm.right(i)),
				v.right[i],
				'right',
			);
			same(
				opt(() => tm.parent(i, w)),
				v.parent[i],
				'parent',
			);
			same(
				opt(() => tm.sibling(i, w)),
				v.sibling[i],
				'sibling',
			);
		}
	},
	'crypto-basics': async (v, cs) => {
		let x = v.ref_hash;
		bytes(await refhash(x.label, hex(x.value), cs.hash), x.out, 'ref_hash');
		x = v.expand_with_label;
		bytes(await expandWithLabel(hex(x.secret), x.label, hex(x.context), x.length, cs.kdf), x.out, 'expand');
		x = v.derive_secret;
		bytes(await deriveSecret(hex(x.secret), x.label, cs.kdf), x.out, 'derive_secret');
		x = v.derive_tree_secret;
		bytes(await deriveTreeSecret(hex(x.secret), x.label, x.generation, x.length, cs.kdf), x.out, 'derive_tree_secret');
		x = v.sign_with_label;
		ok(await verifyWithLabel(hex(x.pub), x.label, hex(x.content), hex(x.signature), cs.signature), 'verify');
		ok(
			await verifyWithLabel(
				hex(x.pub),
				x.label,
				hex(x.content),
				await signWithLabel(hex(x.priv), x.label, hex(x.content), cs.signature),
				cs.signature,
			),
			'sign',
		);
		x = v.encrypt_with_label;
		const priv = await cs.hpke.importPrivateKey(hex(x.priv));
		bytes(
			await decryptWithLabel(priv, x.label, hex(x.context), hex(x.kem_output), hex(x.ciphertext), cs.hpke),
			x.plaintext,
			'decrypt',
		);
		const e = await encryptWithLabel(
			await cs.hpke.importPublicKey(hex(x.pub)),
			x.label,
			hex(x.context),
			hex(x.plaintext),
			cs.hpke,
		);
		bytes(await decryptWithLabel(priv, x.label, hex(x.context), e.enc, e.ct, cs.hpke), x.plaintext, 'encrypt');
	},
	'secret-tree': async (v, cs) => {
		const s = v.sender_data;
		bytes(await expandSenderDataKey(cs, hex(s.sender_data_secret), hex(s.ciphertext)), s.key, 'sender data key');
		bytes(await expandSenderDataNonce(cs, hex(s.sender_data_secret), hex(s.ciphertext)), s.nonce, 'sender data nonce');
		const tree = await createSecretTree(v.leaves.length, hex(v.encryption_secret), cs.kdf);
		const cfg = { retainKeysForGenerations: 1, retainKeysForEpochs: 1, maximumForwardRatchetSteps: 1e6 };
		for (const [i, gens] of v.leaves.entries())
			for (const kind of ['application', 'handshake']) {
				let r = tree[2 * i][kind];
				for (const g of gens) {
					[r] = await ratchetUntil(r, g.generation, cfg, cs.kdf);
					bytes(await deriveKey(r.secret, g.generation, cs), g[kind + '_key'], kind + ' key');
					bytes(await deriveNonce(r.secret, g.generation, cs), g[kind + '_nonce'], kind + ' nonce');
				}
			}
	},
	'key-schedule': async (v, cs) => {
		let init = hex(v.initial_init_secret);
		for (const [i, e] of v.epochs.entries()) {
			const gc = context({ ...e, group_id: v.group_id, epoch: i }, cs);
			bytes(encodeGroupContext(gc), e.group_context, 'group_context');
			const s = await initializeEpoch(init, hex(e.commit_secret), gc, hex(e.psk_secret), cs.kdf),
				k = s.keySchedule;
			const pairs = {
				joiner_secret: s.joinerSecret,
				welcome_secret: s.welcomeSecret,
				encryption_secret: s.encryptionSecret,
				init_secret: k.initSecret,
				sender_data_secret: k.senderDataSecret,
				exporter_secret: k.exporterSecret,
				epoch_authenticator: k.epochAuthenticator,
				external_secret: k.externalSecret,
				confirmation_key: k.confirmationKey,
				membership_key: k.membershipKey,
				resumption_psk: k.resumptionPsk,
			};
			for (const [n, b] of Object.entries(pairs)) bytes(b, e[n], n);
			bytes(
				await cs.hpke.exportPublicKey((await cs.hpke.deriveKeyPair(k.externalSecret)).publicKey),
				e.external_pub,
				'external_pub',
			);
			bytes(
				await mlsExporter(k.exporterSecret, e.exporter.label, hex(e.exporter.context), e.exporter.length, cs),
				e.exporter.secret,
				'exporter',
			);
			init = k.initSecret;
		}
	},
	psk_secret: async (v, cs) =>
		bytes(
			await computePskSecret(
				v.psks.map((p) => [{ psktype: 'external', pskId: hex(p.psk_id), pskNonce: hex(p.psk_nonce) }, hex(p.psk)]),
				cs,
			),
			v.psk_secret,
			'psk_secret',
		),
	'tree-operations': async (v, cs) => {
		const b = hex(v.tree_before),
			t = whole(rt.decodeRatchetTree(b, 0), b, 'tree'),
			p = prop.decodeProposal(hex(v.proposal), 0)[0];
		if (v.tree_hash_before) bytes(await treeHashRoot(t, cs.hash), v.tree_hash_before, 'tree hash before');
		const after =
			p.proposalType === 'add'
				? rt.addLeafNode(t, p.add.keyPackage.leafNode)[0]
				: p.proposalType === 'update'
					? rt.updateLeafNode(t, p.update.leafNode, v.proposal_sender)
					: rt.removeLeafNode(t, p.remove.removed);
		bytes(rt.encodeRatchetTree(after), v.tree_after, 'tree after');
		if (v.tree_hash_after) bytes(await treeHashRoot(after, cs.hash), v.tree_hash_after, 'tree hash after');
	},
	'tree-validation': async (v, cs) => {
		const b = hex(v.tree),
			t = whole(rt.decodeRatchetTree(b, 0), b, 'tree');
		for (const [i, r] of v.resolutions.entries()) same(rt.resolution(t, i), r, 'resolution');
		for (const [i, h] of v.tree_hashes.entries()) bytes(await treeHash(t, i, cs.hash), h, 'tree hash');
		ok(await verifyParentHashes(t, cs.hash), 'parent hashes');
		for (const [i, n] of t.entries())
			if (n?.nodeType === 'leaf')
				ok(await verifyLeafNodeSignature(n.leaf, hex(v.group_id), i / 2, cs.signature), 'leaf signature');
		bytes(rt.encodeRatchetTree(t), v.tree, 'tree again');
	},
	treekem: async (v, cs) => {
		const b = hex(v.ratchet_tree),
			t = whole(rt.decodeRatchetTree(b, 0), b, 'tree');
		const gc = { ...context(v, cs), treeHash: await treeHashRoot(t, cs.hash) },
			secretsOf = (l) => Object.fromEntries(l.path_secrets.map((p) => [p.node, hex(p.path_secret)]));
		const privates = await Promise.all(
			v.leaves_private.map(async (l) => {
				const p = await toPrivateKeyPath(secretsOf(l), l.index, cs);
				return { ...p, privateKeys: { ...p.privateKeys, [2 * l.index]: hex(l.encryption_priv) } };
			}),
		);
		for (const l of v.leaves_private) {
			const n = t[2 * l.index].leaf;
			await keysMatch(n.hpkePublicKey, hex(l.encryption_priv), cs);
			await sigMatch(n.signaturePublicKey, hex(l.signature_priv), cs);
			for (const p of l.path_secrets)
				bytes(
					await cs.hpke.exportPublicKey(
						(await cs.hpke.deriveKeyPair(await deriveSecret(hex(p.path_secret), 'node', cs.kdf))).publicKey,
					),
					t[p.node].parent.hpkePublicKey,
					'node key',
				);
		}
		for (const u of v.update_paths) {
			const ub = hex(u.update_path),
				path = whole(decodeUpdatePath(ub, 0), ub, 'update path');
			ok(await verifyLeafNodeSignature(path.leafNode, gc.groupId, u.sender, cs.signature), 'leaf signature');
			const after = await applyUpdatePath(t, u.sender, path, cs.hash),
				th = await treeHashRoot(after, cs.hash);
			bytes(th, u.tree_hash_after, 'tree hash after');
			const gc2 = { ...gc, treeHash: th };
			const mine = v.leaves_private.find((l) => l.index === u.sender);
			const [nt, np, nsec, , ncommit] = await createUpdatePath(t, u.sender, gc, hex(mine.signature_priv), cs);
			const ngc = { ...gc, treeHash: await treeHashRoot(nt, cs.hash), epoch: gc.epoch + 1n };
			bytes(ncommit, await deriveSecret(nsec.at(-1).secret, 'path', cs.kdf), 'commit secret made');
			const again = await applyUpdatePath(t, u.sender, np, cs.hash);
			bytes(await treeHashRoot(again, cs.hash), ngc.treeHash, 'own path applied');
			for (const p of privates) {
				if (p.leafIndex === u.sender) {
					same(u.path_secrets[p.leafIndex], null, 'sender');
					continue;
				}
				const s = await applyUpdatePathSecret(t, p, u.sender, gc2, path, [], cs);
				bytes(s.pathSecret, u.path_secrets[p.leafIndex], 'path secret');
				bytes(await getCommitSecret(after, s.nodeIndex, s.pathSecret, cs.kdf), u.commit_secret, 'commit secret');
				const ns = await applyUpdatePathSecret(t, p, u.sender, ngc, np, [], cs);
				bytes(await getCommitSecret(nt, ns.nodeIndex, ns.pathSecret, cs.kdf), ncommit, 'own commit secret');
			}
		}
	},
};
