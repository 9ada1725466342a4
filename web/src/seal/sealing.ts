/** Which keys seal what leaves: a pure choice from where the person is and what the groups are ready for. */
import type { SourceKind } from '../wire/types';
import type { SealWith } from './frames';
import { PLENARY, sideOf } from './groups';
import type { GroupName } from './groups';
import type { PartyId } from './manifest';
import type { CircleView } from './seal-view';

/** With which keys each kind is sealed; what is not named rests. */
export type SealingOf = Readonly<Partial<Record<SourceKind, Omit<SealWith, 'kind'>>>>;

/** Where the person is. */
export interface Situation {
	/** The own party. */
	readonly party: PartyId;
	/** Before the reveal one is among one's own. */
	readonly place: 'lobby' | 'plenary' | { readonly caucus: GroupName };
	/** The microphone is for the own party only. */
	readonly whispering: boolean;
}

const KINDS: readonly SourceKind[] = ['microphone', 'camera', 'screen', 'screen_audio'];

/** The group one is in now. */
export function groupOf({ party, place }: Situation): GroupName {
	if (place === 'lobby') return sideOf(party);
	return place === 'plenary' ? PLENARY : place.caucus;
}

/**
 * Everything with the keys of the group one is in; a whisper with those of the own party. What has no keys rests: it is
 * never sealed with another group's instead. Only before one is a member of everybody's group, one goes on among one's
 * own, as in the lobby: they are among those who may see and hear it, and nobody else can. A member whose keys may not
 * be used, because the sides do not agree on them, rests.
 */
export function sealingFor(situation: Situation, circles: readonly CircleView[]): SealingOf {
	const keysOf = (name: GroupName): Omit<SealWith, 'kind'> | undefined => {
		const circle = circles.find(({ group }) => group === name);
		return circle?.sealing === undefined ? undefined : { group: circle.number, epoch: circle.sealing };
	};
	// Who made it has keys that nobody else has yet; who is alone because the others went may be one who must rest.
	const isMember = circles.some(
		({ group, roster, sealing }) =>
			group === PLENARY && (roster.length > 1 || (roster.length === 1 && sealing === undefined)),
	);
	const here = situation.place === 'plenary' && !isMember ? sideOf(situation.party) : groupOf(situation);
	const entries = KINDS.flatMap((kind) => {
		const name = kind === 'microphone' && situation.whispering ? sideOf(situation.party) : here;
		const keys = keysOf(name);
		return keys ? [[kind, keys] as const] : [];
	});
	return Object.fromEntries(entries);
}
