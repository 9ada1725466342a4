/** What the lock in the heading says, and where what is wrong is told. */
import type { ClientSeal, SealTrouble } from '../../app/context';
import type { Stage } from '../../meeting/state';
import type { IconName } from '../../ui/icons';

export type Lock = 'sealed' | 'checking' | 'problem';

type Seal = Pick<ClientSeal, 'status' | 'trouble'>;

export const LOCK_ICONS: Readonly<Record<Lock, IconName>> = {
	sealed: 'lock',
	checking: 'lock-checking',
	problem: 'lock-open',
};

/** Whatever passes by itself is no problem; that no registrar is there is one, until it is. */
export function lockOf({ status }: Seal): Lock {
	switch (status) {
		case 'sealed':
			return 'sealed';
		case 'checking':
		case 'joining':
			return 'checking';
		case 'waiting':
		case 'paused':
		case 'broken':
			return 'problem';
	}
}

/** What another try on this page, with this link and in this browser, does not change. */
const FINAL: readonly SealTrouble[] = [
	'cert.revoked',
	'no_transform',
	'no_ed25519',
	'invitation_invalid',
	'denied_expired',
	'denied_proof',
	'denied_revoked',
	'denied_unknown',
	'denied_used',
];

/** Whether the page loaded anew may get past it. */
export const mayReload = (trouble: SealTrouble | undefined): boolean =>
	trouble === undefined || !FINAL.includes(trouble);

/** Where trouble is told: as a page of its own before one is in the room, over the room afterwards. */
export function troublePlace(stage: Stage['name'], seal: Seal): 'page' | 'banner' | undefined {
	const room = stage === 'lobby' || stage === 'plenary';
	if (seal.status === 'broken') return stage === 'preflight' ? 'page' : room ? 'banner' : undefined;
	return room && (seal.status === 'paused' || seal.status === 'waiting') ? 'banner' : undefined;
}
