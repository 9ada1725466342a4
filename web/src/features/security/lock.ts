/** What the lock in the heading says, and where what is wrong is told. */
import type { ClientSeal } from '../../app/context';
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

/** Where trouble is told: as a page of its own before one is in the room, over the room afterwards. */
export function troublePlace(stage: Stage['name'], seal: Seal): 'page' | 'banner' | undefined {
	const room = stage === 'lobby' || stage === 'plenary';
	if (seal.status === 'broken') return stage === 'preflight' ? 'page' : room ? 'banner' : undefined;
	return room && (seal.status === 'paused' || seal.status === 'waiting') ? 'banner' : undefined;
}
