/**
 * The sealing as views see it: what the worker of MLS says of keys and members, joined with where the person is. It
 * decides nothing: which keys seal what is `seal/sealing.ts`, who is a member the worker's.
 */
import { PageCaptions } from '../captions/captions.svelte';
import { PageChat } from '../chat/chat.svelte';
import type { ChatOptions } from '../chat/chat.svelte';
import { allSeats } from '../meeting/selectors';
import type { MeetingState } from '../meeting/state';
import type { Written } from '../seal/circle-means';
import { fromBase64url, fromUtf8 } from '../seal/bytes';
import { fingerprint } from '../seal/digits';
import type { SealCode } from '../seal/errors';
import type { GroupName } from '../seal/groups';
import { NOTHING } from '../seal/seal-view';
import type { CircleView, MemberView } from '../seal/seal-view';
import { groupOf } from '../seal/sealing';
import type { Situation } from '../seal/sealing';
import type { Envelope, GroupId, SeatId } from '../wire/types';
import type {
	AdmittedBy,
	ClientSeal,
	Digits,
	OwnCertificate,
	PartyId,
	Revoked,
	SealedMember,
	SealedParty,
	SealStatus,
	SealTrouble,
} from './context';
import { SEAL_TROUBLES } from './context';

/** How long something that passes by itself is told, in milliseconds. */
const PASSING_MS = 15_000;

/** Troubles that are kept for diagnostics; the oldest goes first. */
const TROUBLES_MAX = 20;

/** Where a browser remembers that a person compared the code of a summit. */
const COMPARED = 'sommet.compared';

/** What stands between the page and its sealing. */
export interface SealOptions extends Pick<ChatOptions, 'now' | 'way' | 'write' | 'askForPair'> {
	readonly meeting: () => MeetingState | null;
	/** Seals the microphone for the own party from the next frame on, or for everybody again, and tells the server. */
	readonly onWhisper: (on: boolean) => void;
}

/** Something that went wrong in a group, and whose key or word it was about. */
export interface Trouble {
	readonly code: SealCode;
	readonly group: GroupName;
	readonly about: string | undefined;
}

export class PageSeal implements ClientSeal {
	readonly chat: PageChat;
	readonly captions: PageCaptions;
	readonly #options: SealOptions;
	#view: MemberView = $state.raw(NOTHING);
	#passing: { readonly trouble: SealTrouble; readonly of: string | undefined } | undefined = $state.raw();
	#passingTimer: ReturnType<typeof setTimeout> | undefined;
	#revoked: readonly Revoked[] = $state.raw([]);
	#troubles: readonly Trouble[] = [];
	#compared: string | null = $state(null);
	#whispering = $state(false);
	/** Fingerprints of registrars' keys, in two groups; told once they are computed. */
	#registrars: ReadonlyMap<string, Digits> = $state.raw(new Map());
	/** Since when a certificate is in a group, by the server's clock. */
	readonly #since = new Map<string, number>();

	readonly #situation: Situation | undefined = $derived.by(() => {
		const meeting = this.#options.meeting();
		return meeting ? situationOf(meeting, this.#whispering) : undefined;
	});
	readonly #circle: CircleView | undefined = $derived.by(() => {
		const situation = this.#situation;
		const name = situation && groupOf(situation);
		return this.#view.circles.find(({ group }) => group === name);
	});
	readonly #roster: readonly SealedMember[] = $derived.by(() => {
		const circle = this.#circle;
		return (circle?.roster ?? []).map(({ leaf, seat, party, lead, registrar, serial }) => ({
			leaf,
			seat,
			party,
			lead,
			admittedBy: this.#admittedBy(registrar),
			since: this.#since.get(`${circle?.group}/${serial}`) ?? this.#options.now(),
		}));
	});

	constructor(options: SealOptions) {
		this.#options = options;
		this.chat = new PageChat({
			...options,
			you: () => options.meeting()?.you,
			seats: () => {
				const meeting = options.meeting();
				return meeting ? allSeats(meeting).map(({ seat }) => seat.id) : [];
			},
			groups: () => this.#view.circles.map(({ group, roster }) => ({ group, open: roster.length > 0 })),
		});
		this.captions = new PageCaptions({
			...options,
			group: () => this.group,
			isOpen: (name) => this.#view.circles.some(({ group, roster }) => group === name && roster.length > 0),
		});
	}

	get status(): SealStatus {
		const { stage } = this.#view;
		if (stage === 'denied' || stage === 'barred') return 'broken';
		if (stage === 'waiting') return 'waiting';
		if (stage !== 'admitted') return 'checking';
		const said = [...(this.#circle?.attestations.values() ?? [])];
		if (said.includes('mismatch')) return 'broken';
		if (said.includes('missing')) return 'paused';
		return this.#circle?.sealing === undefined ? 'joining' : 'sealed';
	}

	get trouble(): SealTrouble | undefined {
		const { stage, denied, trouble } = this.#view;
		if (stage === 'denied' && denied) return `denied_${denied}`;
		if (stage === 'barred') return troubleOf(trouble ?? 'cert.malformed');
		const said = [...(this.#circle?.attestations.values() ?? [])];
		if (said.includes('mismatch')) return 'attest.mismatch';
		if (said.includes('missing')) return 'attest.missing';
		return this.#passing?.trouble;
	}

	get troubleOf(): SeatId | PartyId | undefined {
		const apart = [...(this.#circle?.attestations ?? [])].find(([, said]) => said === 'mismatch' || said === 'missing');
		return apart?.[0] ?? this.#passing?.of;
	}

	get code(): Digits | undefined {
		return this.#view.code?.split(' ');
	}

	get parties(): readonly SealedParty[] {
		return this.#view.fingerprints.map(({ party, digits: fingerprint }) => ({
			party,
			fingerprint: fingerprint.split(' '),
			attestation: this.#circle?.attestations.get(party),
		}));
	}

	get group(): GroupId | undefined {
		return this.#circle && this.#circle.roster.length > 0 ? this.#circle.group : undefined;
	}

	get roster(): readonly SealedMember[] {
		return this.#roster;
	}

	get own(): OwnCertificate | undefined {
		const { own } = this.#view;
		return own && { admittedBy: this.#admittedBy(own.registrar), expires: own.expires };
	}

	get codeCompared(): boolean {
		return this.#view.code !== undefined && this.#compared === this.#view.code;
	}

	markCompared(compared: boolean): void {
		this.#compared = compared ? (this.#view.code ?? null) : null;
		remember(this.#comparedKey(), this.#compared);
	}

	get revoked(): readonly Revoked[] {
		return this.#revoked;
	}

	dismissRevoked(seat: SeatId): void {
		this.#revoked = this.#revoked.filter((known) => known.seat !== seat);
	}

	get whispering(): boolean {
		return this.#whispering;
	}

	whisper(on: boolean): void {
		this.#options.onWhisper(on);
	}

	/** What the worker of MLS says, for diagnostics. */
	get view(): MemberView {
		return this.#view;
	}

	// ---- what the page tells

	/** Where the person is now, for the keys. */
	get situation(): Situation | undefined {
		return this.#situation;
	}

	setWhispering(on: boolean): void {
		this.#whispering = on;
	}

	show(view: MemberView): void {
		if (view.code !== undefined && view.code !== this.#view.code) this.#compared = recall(this.#comparedKey());
		for (const { group, roster } of view.circles)
			for (const { serial, registrar } of roster) {
				const key = `${group}/${serial}`;
				if (!this.#since.has(key)) this.#since.set(key, this.#options.now());
				void this.#learnRegistrar(registrar);
			}
		void this.#learnRegistrar(view.own?.registrar);
		this.#view = view;
	}

	hear(written: Written): void {
		const { text } = written;
		if (text.type === 'caption') this.captions.hear({ ...written, text });
		else this.chat.hear(written);
	}

	/** What went wrong lately, the latest last, for diagnostics. */
	get troubles(): readonly Trouble[] {
		return this.#troubles;
	}

	/** Something went wrong that passes by itself, or that `show` tells as well. */
	warn(code: SealCode, group: GroupName, about: string | undefined): void {
		this.#troubles = [...this.#troubles, { code, group, about }].slice(-TROUBLES_MAX);
		const trouble = troubleOf(code);
		if (!trouble) return;
		this.#passing = { trouble, of: about };
		clearTimeout(this.#passingTimer);
		this.#passingTimer = setTimeout(() => (this.#passing = undefined), PASSING_MS);
	}

	/** A party withdrew certificates: whose they are is told. */
	learnRevoked(list: Envelope): void {
		const serials = serialsIn(list);
		const roster = this.#view.circles.flatMap((circle) => circle.roster);
		const seats = new Set(roster.filter(({ serial }) => serials.includes(serial)).map(({ seat }) => seat));
		const known = new Set(this.#revoked.map(({ seat }) => seat));
		const news = [...seats].filter((seat) => !known.has(seat));
		this.#revoked = [...this.#revoked, ...news.map((seat) => ({ seat, at: this.#options.now() }))];
	}

	#admittedBy(registrar: string | undefined): AdmittedBy {
		return registrar === undefined ? { by: 'root' } : { by: 'registrar', key: this.#registrars.get(registrar) ?? [] };
	}

	async #learnRegistrar(registrar: string | undefined): Promise<void> {
		const key = registrar === undefined || this.#registrars.has(registrar) ? undefined : fromBase64url(registrar);
		if (registrar === undefined || !key) return;
		const known = (await fingerprint(key)).split(' ').slice(0, 2);
		this.#registrars = new Map(this.#registrars).set(registrar, known);
	}

	#comparedKey(): string {
		return `${COMPARED}.${this.#options.meeting()?.summit ?? ''}`;
	}
}

/** Where a person is in the meeting. */
function situationOf({ you, plan, phase, caucuses }: MeetingState, whispering: boolean): Situation {
	const party = plan.delegations.find(({ seats }) => seats.some(({ id }) => id === you))?.id ?? 'secretariat';
	const caucus = caucuses.find(({ inside }) => inside.includes(you));
	const place = caucus ? { caucus: caucus.caucus } : phase.state === 'lobby' ? 'lobby' : 'plenary';
	return { party, place, whispering };
}

/** A code of the sealing among those that have words for people. */
function troubleOf(code: SealCode): SealTrouble | undefined {
	const named: Readonly<Partial<Record<SealCode, SealTrouble>>> = {
		'manifest.incomplete': 'manifest_incomplete',
		'identity.no_ed25519': 'no_ed25519',
		'identity.no_secret': 'storage_blocked',
		'document.malformed': 'manifest_invalid',
		'document.signature': 'manifest_invalid',
	};
	const known = SEAL_TROUBLES.find((trouble) => trouble === code) ?? named[code];
	if (known) return known;
	if (code.startsWith('manifest.') || code.startsWith('revocation.')) return 'manifest_invalid';
	return code.startsWith('invitation.') ? 'invitation_invalid' : undefined;
}

/** The numbers on a revocation list, which the worker checks; here they only say whom to name. */
function serialsIn({ payload }: Envelope): readonly string[] {
	try {
		const { serials } = JSON.parse(fromUtf8(fromBase64url(payload) ?? new Uint8Array())) as { serials?: unknown };
		return Array.isArray(serials) ? serials.filter((serial) => typeof serial === 'string') : [];
	} catch {
		return [];
	}
}

function remember(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Forbidden: it is asked again in the next session.
	}
}

function recall(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
