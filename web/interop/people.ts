/** People of one small summit, each with the implementation one likes. */
import { onTestFinished } from 'vitest';

import { fromUtf8 } from '../src/seal/bytes';
import type { PartyId } from '../src/seal/manifest';
import { makeEngine } from '../src/seal/mls/engine';
import { makeSuite } from '../src/seal/mls/suite';
import { NO_REVOCATIONS } from '../src/seal/revocation';
import { makeCheck } from '../src/seal/rules';
import { NOW, SUMMIT, certificateFor, certify, makeKeys, makeSummit } from '../src/seal/testing';
import type { KeyPair } from '../src/seal/testing';
import type { SeatId } from '../src/wire/types';
import type { Implementation, Member } from './member';
import { ProgramMember } from './program-member';
import { TsMlsMember } from './ts-mls-member';

export const GROUP = 'plenary';
export const SEATS = ['meridia-1', 'vesland-1', 'meridia-2', 'vesland-2', 'desk', 'meridia-3', 'vesland-3'] as const;

const summit = await makeSummit();

/** Somebody outside of the group, with a fresh key; their process, if any, ends with the test. */
export async function somebody(implementation: 'ts-mls', seat: SeatId): Promise<TsMlsMember>;
export async function somebody(implementation: Implementation, seat: SeatId): Promise<Member>;
export async function somebody(implementation: Implementation, seat: SeatId): Promise<Member> {
	return make(implementation, seat, summit.roots[partyOf(seat)] as KeyPair);
}

/** Somebody whose certificate no party of the summit signed. Only `mls-rs` has no opinion of its own certificate. */
export async function stranger(seat: SeatId): Promise<Member> {
	return make('mls-rs', seat, await makeKeys());
}

async function make(implementation: Implementation, seat: SeatId, signer: KeyPair): Promise<Member> {
	// Programs are given the seed of their key, so it can be taken out.
	const keys = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
	const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
	const identity = await certify(certificateFor(partyOf(seat), seat, publicKey), signer);
	if (implementation === 'ts-mls') {
		const check = makeCheck(() => ({ agreed: summit.agreed, revoked: NO_REVOCATIONS, now: NOW }));
		const engine = await makeEngine({ summit: SUMMIT, keys, publicKey, identity, check });
		return new TsMlsMember(engine, await makeSuite(keys), { seat, group: GROUP });
	}
	const { d: seed = '' } = await crypto.subtle.exportKey('jwk', keys.privateKey);
	const member = await ProgramMember.start(implementation, seat, {
		summit: SUMMIT,
		manifest: { payload: summit.payload, signatures: summit.signatures },
		group: GROUP,
		seed,
		certificate: JSON.parse(fromUtf8(identity)),
		now: NOW,
	});
	onTestFinished(() => member.close());
	return member;
}

function partyOf(seat: SeatId): PartyId {
	return seat === 'desk' ? 'secretariat' : (seat.split('-')[0] ?? '');
}

/** Names a member where a test fails. */
export function nameOf({ implementation, seat }: Member): string {
	return `${implementation} (${seat})`;
}
