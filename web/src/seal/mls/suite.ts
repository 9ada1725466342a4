/**
 * The cipher suite for ts-mls, with two changes: signatures are made with a key that cannot be taken out of the
 * browser, and private HPKE keys are exported in the one form that every browser gives.
 */
import { defaultClientConfig, getCiphersuiteFromName, getCiphersuiteImpl } from './package';
import type { CiphersuiteImpl, ClientConfig } from './package';

import { copy } from '../bytes';
import { verify } from '../documents';

export const SUITE_NAME = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';

/** What ts-mls passes around as the signature key: nothing, the real one is in `keys`. */
export const NO_SIGNATURE_KEY = new Uint8Array();

/**
 * Part of every state. Message keys of one former epoch are kept, for what was on its way. Credentials are checked
 * elsewhere, before and after: whatever ts-mls asks about one by itself is answered with no.
 */
export const CLIENT_CONFIG: ClientConfig = {
	...defaultClientConfig,
	keyRetentionConfig: { retainKeysForGenerations: 64, retainKeysForEpochs: 1, maximumForwardRatchetSteps: 1000 },
	paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
	authService: { validateCredential: () => Promise.resolve(false) },
};

export async function makeSuite(keys: CryptoKeyPair): Promise<CiphersuiteImpl> {
	const suite = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE_NAME));
	return {
		...suite,
		signature: {
			sign: async (_, message) => new Uint8Array(await crypto.subtle.sign('Ed25519', keys.privateKey, copy(message))),
			verify: (key, message, signature) => verify(copy(key), copy(signature), copy(message)),
			keygen: () => Promise.reject(new Error('signature keys are made elsewhere')),
		},
		hpke: {
			...suite.hpke,
			exportPrivateKey: async (key) => privateBytes(await crypto.subtle.exportKey('pkcs8', key as CryptoKey)),
		},
	};
}

/**
 * The 32 bytes of an X25519 key in PKCS #8 (RFC 8410 section 7). Asked for a JWK instead, as ts-mls does, Firefox fails for keys
 * that it did not make itself.
 */
function privateBytes(pkcs8: ArrayBuffer): Uint8Array {
	return new Uint8Array(pkcs8).slice(16, 48);
}
