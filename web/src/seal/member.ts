/**
 * This device as a member of the summit's groups: it comes to a certificate, says what it holds on every connection, and
 * goes through each group (`circle.ts`). It knows neither sockets nor workers; what it hears and says is in wire types.
 */
import type { Envelope, GroupView, SeatId, ServerMessage } from '../wire/types';
import { checkOwn, checkWelcome, identityOf, requestFor, withRevocationIfGood } from './admission';
import type { Checked } from './admission';
import { toBase64url } from './bytes';
import { readMember } from './certificate';
import type { Trust } from './certificate';
import { Circle } from './circle';
import type { CircleMeans } from './circle-means';
import { digitsOf } from './digits';
import type { GroupState, Leaf, MlsEngine, OwnKeyPackage } from './engine';
import { SealError, asSealError } from './errors';
import type { SealCode } from './errors';
import { numberOf } from './groups';
import type { GroupName } from './groups';
import { certified } from './identity';
import type { Identity, Vault } from './identity';
import type { PartyId } from './manifest';
import type { EngineOptions } from './mls/engine';
import { PACKAGES, Packages } from './packages';
import type { GroupText } from './plaintext';
import { isRevoked } from './revocation';
import { makeCheck } from './rules';
import { NOTHING, registrarOf, rosterOf } from './seal-view';
import type { MemberView } from './seal-view';

type Outside<S extends GroupState, K extends OwnKeyPackage> = Pick<
	CircleMeans<S, K>,
	'now' | 'later' | 'random' | 'ask' | 'onKeys' | 'onWritten' | 'onTrouble'
>;

export interface MemberOptions<S extends GroupState, K extends OwnKeyPackage> extends Outside<S, K> {
	/** Of the personal link, where this page was opened by it. */
	readonly secret: string | undefined;
	readonly vault: Vault | undefined;
	readonly openIdentity: (summit: string, seat: SeatId) => Promise<Identity>;
	readonly makeEngine: (options: EngineOptions) => Promise<MlsEngine<S, K>>;
	/** By the server's clock, in milliseconds since 1970. */
	readonly wall: () => number;
	readonly onView: (view: MemberView) => void;
}

interface Admitted<S extends GroupState, K extends OwnKeyPackage> {
	readonly certificate: Envelope;
	readonly engine: MlsEngine<S, K>;
	readonly seat: SeatId;
	readonly serial: string;
	readonly party: PartyId;
}

export class Member<S extends GroupState, K extends OwnKeyPackage> {
	readonly #options: MemberOptions<S, K>;
	readonly #packages = new Packages<K>();
	readonly #circles = new Map<GroupName, Circle<S, K>>();
	#checked: Checked | undefined;
	#identity: Identity | undefined;
	#admitted: Admitted<S, K> | undefined;
	#here: ReadonlyMap<SeatId, number> = new Map();
	/** The parties that are apart for good, by group. */
	readonly #apart = new Map<GroupName, Set<PartyId>>();
	#view: MemberView = NOTHING;
	#turn: Promise<void> = Promise.resolve();

	constructor(options: MemberOptions<S, K>) {
		this.#options = options;
	}

	get view(): MemberView {
		return this.#view;
	}

	/** What the server says; what is not about sealing is passed over. Resolves once it is dealt with. */
	hear(message: ServerMessage): Promise<void> {
		if ('group' in message) {
			const trouble = (error: unknown): void =>
				this.#options.onTrouble(asSealError(error, 'mls.bad_commit').code, message.group);
			return this.#turn.then(() => this.#circles.get(message.group)?.hear(message)).catch(trouble);
		}
		this.#turn = this.#turn.then(() => this.#hear(message)).catch((error: unknown) => this.#bar(error));
		return this.#turn;
	}

	/** Writes to a group. Rejects where it did not get there. */
	write(group: GroupName, text: Exclude<GroupText, { type: 'attest' }>): Promise<void> {
		const circle = this.#circles.get(group);
		return circle ? circle.write(text) : Promise.reject(new Error('there is no such group'));
	}

	/** Who is here now: a party without anybody is not waited for. */
	setHere(seats: readonly SeatId[]): void {
		const now = this.#options.now();
		const isNew = seats.some((seat) => !this.#here.has(seat));
		this.#here = new Map(seats.map((seat) => [seat, this.#here.get(seat) ?? now]));
		if (isNew) for (const circle of this.#circles.values()) circle.watchAttesting();
		this.#show({});
	}

	/** Nothing is held any more. */
	close(): void {
		for (const circle of this.#circles.values()) circle.close();
		this.#circles.clear();
		this.#admitted = undefined;
	}

	async #hear(message: ServerMessage): Promise<void> {
		switch (message.type) {
			case 'welcome':
				return this.#beWelcomed(message);
			case 'cert.issued':
				return this.#beIssued(message.certificate);
			case 'cert.waiting':
				return this.#admitted ? undefined : this.#show({ stage: 'waiting' });
			case 'cert.denied':
				return this.#admitted ? undefined : this.#show({ stage: 'denied', denied: message.why });
			case 'cert.revoked':
				return this.#revoke(message.list);
			case 'seal.groups':
				return this.#learnGroups(message.groups);
			case 'seal.packages_wanted': {
				if (!this.#admitted) return;
				const packages = await this.#packages.make(this.#admitted.engine, message.count);
				return this.#tell({ type: 'seal.packages', packages: packages.map(toBase64url) });
			}
			default:
		}
	}

	async #beWelcomed(welcome: Extract<ServerMessage, { type: 'welcome' }>): Promise<void> {
		const checked = await checkWelcome(welcome, this.#checked, this.#options.wall());
		this.#checked = checked;
		this.#barRevoked();
		const { agreed } = checked;
		const { code, fingerprints } = await digitsOf(agreed);
		this.#show({ code, fingerprints });
		if (this.#admitted) return this.#resume();
		this.#identity ??= await this.#options.openIdentity(agreed.manifest.summit, welcome.you);
		this.#show({ lasts: this.#identity.lasts });
		const kept = this.#identity.certificate;
		if (kept !== undefined && (await this.#tryKept(kept))) return;
		this.#show({ stage: 'asking' });
		const request = await requestFor(this.#options.secret, checked.invitation, this.#identity);
		this.#tell({ type: 'cert.request', request });
	}

	/** The certificate of before a reload, if it is still good. */
	async #tryKept(kept: string): Promise<boolean> {
		try {
			await this.#admit(JSON.parse(kept) as Envelope);
			return true;
		} catch {
			return false;
		}
	}

	async #beIssued(certificate: Envelope): Promise<void> {
		if (!this.#checked || !this.#identity || this.#admitted) return;
		await this.#admit(certificate);
		const { summit } = this.#checked.agreed.manifest;
		const { seat } = this.#checked.invitation;
		const text = new TextDecoder().decode(identityOf(certificate));
		this.#identity = await certified(this.#identity, text, summit, seat, this.#options.vault);
		this.#show({ lasts: this.#identity.lasts });
	}

	async #admit(certificate: Envelope): Promise<void> {
		if (!this.#checked || !this.#identity) return;
		const { keys, publicKey } = this.#identity;
		const { seat } = this.#checked.invitation;
		const identity = identityOf(certificate);
		const own = await checkOwn(identity, publicKey, seat, this.#trust());
		const { summit } = this.#checked.agreed.manifest;
		const check = makeCheck(() => this.#trust());
		const engine = await this.#options.makeEngine({ summit, keys, publicKey, identity, check });
		this.#admitted = { certificate, engine, seat, serial: own.serial, party: own.party };
		const shown = { party: own.party, expires: own.exp, registrar: registrarOf(identity) };
		this.#show({ stage: 'admitted', own: shown, denied: undefined, trouble: undefined });
		await this.#resume();
	}

	/** On every connection: what this device is, and what it holds. */
	async #resume(): Promise<void> {
		if (!this.#admitted) return;
		const { certificate, engine } = this.#admitted;
		const packages = await this.#packages.make(engine, PACKAGES);
		const held = [...this.#circles.values()].flatMap(({ group, held: seq }) =>
			seq === undefined ? [] : [{ group, seq }],
		);
		this.#tell({ type: 'seal.resume', certificate, held, packages: packages.map(toBase64url) });
	}

	async #revoke(list: Envelope): Promise<void> {
		if (!this.#checked) return;
		const revoked = await withRevocationIfGood(this.#checked.revoked, list, this.#checked.agreed, this.#options.wall());
		this.#checked = { ...this.#checked, revoked };
		this.#barRevoked();
		if (this.#admitted && isRevoked(revoked, this.#admitted.party, this.#admitted.serial))
			throw new SealError('cert.revoked');
	}

	/** Nothing of whoever's certificate was withdrawn is opened any more, in these circles. */
	#barRevoked(circles: Iterable<Circle<S, K>> = this.#circles.values()): void {
		const isOut = ({ identity }: Leaf): boolean => {
			const { party, serial } = readMember(identity);
			return this.#checked !== undefined && isRevoked(this.#checked.revoked, party, serial);
		};
		for (const circle of circles) circle.bar(isOut);
	}

	/** Groups come and go as the server says; who is in them, it does not say. */
	#learnGroups(groups: readonly GroupView[]): void {
		if (!this.#admitted || !this.#checked) return;
		for (const [name, circle] of this.#circles) {
			if (groups.some(({ group }) => group === name)) continue;
			circle.close();
			this.#circles.delete(name);
		}
		for (const { group, number: given } of groups) {
			const number = numberOf(this.#checked.agreed, group, given);
			if (this.#circles.has(group) || number === undefined) continue;
			// Two groups with one number would be sealed with one another's keys.
			if ([...this.#circles.values()].some((other) => other.number === number)) continue;
			const circle = new Circle(group, number, this.#means(this.#admitted, group));
			this.#barRevoked([circle]);
			this.#circles.set(group, circle);
		}
		this.#show({});
	}

	#means({ engine, seat }: Admitted<S, K>, group: GroupName): CircleMeans<S, K> {
		const { now, later, random, ask, onKeys, onWritten, onTrouble } = this.#options;
		const hereSince = (other: SeatId): number | undefined => this.#here.get(other);
		// A group that the server takes away and brings again is not believed any more than before.
		const apart = this.#apart.get(group) ?? new Set();
		this.#apart.set(group, apart);
		return {
			...{ engine, seat, now, later, random, ask, onKeys, onWritten, onTrouble, hereSince, apart },
			packages: this.#packages,
			trust: () => this.#trust(),
			onChange: () => this.#show({}),
		};
	}

	#trust(): Trust {
		if (!this.#checked) throw new SealError('manifest.incomplete', 'nothing was agreed yet');
		return { agreed: this.#checked.agreed, revoked: this.#checked.revoked, now: this.#options.wall() };
	}

	/** This device cannot take part: nothing of it is sealed, and so nothing is sent. */
	#bar(error: unknown): void {
		const code: SealCode = asSealError(error, 'cert.malformed').code;
		this.close();
		this.#show({ stage: 'barred', trouble: code, own: undefined });
	}

	#tell(request: Parameters<CircleMeans<S, K>['ask']>[0]): void {
		// On the next connection it is said anew.
		this.#options.ask(request).catch(() => undefined);
	}

	#show(change: Partial<MemberView>): void {
		const circles = [...this.#circles.values()].map((circle) => ({
			group: circle.group,
			number: circle.number,
			status: circle.status,
			sealing: circle.sealing,
			roster: rosterOf(circle.leaves),
			attestations: circle.attestations,
		}));
		this.#view = { ...this.#view, ...change, circles };
		this.#options.onView(this.#view);
	}
}
