import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Envelope, Outcome, Request, SeatId, ServerMessage } from '../wire/types';
import { identityOf } from './admission';
import { fromUtf8, toBase64url } from './bytes';
import type { Written } from './circle-means';
import type { KeysMessage } from './frame-messages';
import { Member } from './member';
import { makeEngine } from './mls/engine';
import type { TsMlsKeyPackage, TsMlsState } from './mls/engine';
import type { CircleView, MemberView } from './seal-view';
import { NOW, PLAN, SUMMIT, certificateFor, certify, makeKeys, makeSummit, signJson } from './testing';
import type { KeyPair } from './testing';
import { Delivery } from './testing-delivery';

const summit = await makeSummit();
const root = (party: string): KeyPair => summit.roots[party] as KeyPair;
const partyOf = (seat: SeatId): string => (seat === 'desk' ? 'secretariat' : seat.replace(/-\d$/, ''));

/** Time that goes on when it is told to. */
class Time {
	now = 0;
	#waiting: { at: number; work: () => void }[] = [];

	readonly later = (work: () => void, ms: number): (() => void) => {
		const entry = { at: this.now + ms, work };
		this.#waiting.push(entry);
		return () => (this.#waiting = this.#waiting.filter((other) => other !== entry));
	};

	advance(ms: number): void {
		this.now += ms;
		const due = this.#waiting.filter(({ at }) => at <= this.now);
		this.#waiting = this.#waiting.filter(({ at }) => at > this.now);
		for (const { work } of due) work();
	}
}

interface Person {
	readonly seat: SeatId;
	readonly member: Member<TsMlsState, TsMlsKeyPackage>;
	readonly keys: KeysMessage[];
	readonly written: Written[];
	readonly troubles: string[];
	readonly asked: Request[];
	view: MemberView;
}

const circleOf = ({ view }: Person): CircleView | undefined => view.circles[0];
const waitFor = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** All are in the same epoch, seal with it, and hold the same key for it. */
async function together(people: readonly Person[], epoch?: number): Promise<number> {
	return waitFor(() => {
		const sealing = people.map((person) => circleOf(person)?.sealing);
		expect(new Set(sealing).size).toBe(1);
		expect(sealing[0]).toBeDefined();
		if (epoch !== undefined) expect(sealing[0]).toBe(epoch);
		for (const person of people) expect(circleOf(person)?.roster).toHaveLength(people.length);
		const bases = people.map(({ keys }) =>
			keys
				.flatMap((key) => (key.type === 'keys.install' && key.epoch === sealing[0] ? [toBase64url(key.baseKey)] : []))
				.at(-1),
		);
		expect(new Set(bases).size).toBe(1);
		return sealing[0] as number;
	});
}

function makeWorld(): {
	delivery: Delivery;
	time: Time;
	come: (seat: SeatId, odd?: { secret?: string | undefined }) => Promise<Person>;
} {
	const delivery = new Delivery();
	const time = new Time();
	const come = async (
		seat: SeatId,
		odd: { secret?: string | undefined } = { secret: 'a'.repeat(32) },
	): Promise<Person> => {
		const party = partyOf(seat);
		const { keys: pair, raw } = await makeKeys();
		const issued = JSON.parse(fromUtf8(await certify(certificateFor(party, seat, raw), root(party)))) as Envelope;
		const ask = (request: Request): Promise<Outcome> => {
			person.asked.push(request);
			if (request.type === 'cert.request') void person.member.hear({ type: 'cert.issued', certificate: issued });
			return delivery.ask(seat, request);
		};
		const member = new Member<TsMlsState, TsMlsKeyPackage>({
			secret: odd.secret,
			vault: undefined,
			openIdentity: () => Promise.resolve({ keys: pair, publicKey: raw, certificate: undefined, lasts: false }),
			makeEngine,
			wall: () => NOW,
			now: () => time.now,
			later: time.later,
			random: () => 0,
			ask,
			onKeys: (key) => person.keys.push(key),
			onWritten: (text) => person.written.push(text),
			onTrouble: (code) => person.troubles.push(code),
			onView: (view) => (person.view = view),
		});
		const person: Person = { seat, member, keys: [], written: [], troubles: [], asked: [], view: member.view };
		delivery.connect(seat, (message) => void member.hear(message));
		member.setHere([...PLAN.delegations.flatMap(({ seats }) => seats.map(({ id }) => id)), 'desk']);
		await member.hear(await welcomeFor(seat));
		return person;
	};
	return { delivery, time, come };
}

/** The list by which its party withdraws the certificate of somebody whom this person sees. */
async function revoke(
	by: Person,
	seat: SeatId,
): Promise<{ entry: CircleView['roster'][number] | undefined; list: Envelope }> {
	const entry = circleOf(by)?.roster.find((other) => other.seat === seat);
	const party = partyOf(seat);
	const withdrawn = { v: 1, summit: SUMMIT, party, number: 1, serials: [entry?.serial] };
	return { entry, list: (await signJson(withdrawn, 'revocation', root(party))) as Envelope };
}

async function welcomeFor(seat: SeatId): Promise<Extract<ServerMessage, { type: 'welcome' }>> {
	const party = partyOf(seat);
	const document = {
		v: 1,
		summit: SUMMIT,
		party,
		seat,
		jti: toBase64url(new Uint8Array(16)),
		nbf: NOW - 1000,
		exp: NOW + 1000,
	};
	const manifest = { payload: summit.payload, signatures: [...summit.signatures] };
	const invitation = (await signJson(document, 'invitation', root(party))) as Envelope;
	const rest = { plan: PLAN, meeting: null as never, now: NOW, media: false, revocations: [] };
	return { type: 'welcome', summit: SUMMIT, you: seat, manifest, invitation, ...rest };
}

afterEach(() => vi.restoreAllMocks());

describe('a member', () => {
	it('creates the group when it is the first, and lets others in', async () => {
		const { come } = makeWorld();
		const ada = await come('meridia-1');
		await waitFor(() => expect(circleOf(ada)?.sealing).toBe(0));
		expect(ada.view).toMatchObject({ stage: 'admitted', own: { party: 'meridia' }, lasts: false });
		expect(ada.view.code).toMatch(/^(\d{5} ){5}\d{5}$/);
		const cleo = await come('vesland-1');
		await together([ada, cleo]);
		const desk = await come('desk');
		await together([ada, cleo, desk]);
		await waitFor(() =>
			expect([...(circleOf(desk)?.attestations ?? [])]).toEqual([
				['meridia', 'agreed'],
				['vesland', 'agreed'],
				['secretariat', 'agreed'],
			]),
		);
		expect(circleOf(desk)?.roster.map(({ seat, lead }) => [seat, lead])).toEqual([
			['meridia-1', true],
			['vesland-1', true],
			['desk', true],
		]);
		expect([ada, cleo, desk].flatMap(({ troubles }) => troubles)).toEqual([]);
	});

	it('writes, and everybody reads it in the same order, the author too', async () => {
		const { come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		const say = (person: Person, text: string): Promise<void> =>
			person.member.write('plenary', { type: 'chat', id: text, text });
		await Promise.all([say(ada, 'one'), say(cleo, 'two')]);
		await say(ada, 'three');
		await waitFor(() => expect(cleo.written).toHaveLength(3));
		await waitFor(() => expect(ada.written).toHaveLength(3));
		expect(ada.written.map(({ by, text }) => [by, text])).toEqual(cleo.written.map(({ by, text }) => [by, text]));
		expect(new Set(ada.written.map(({ by }) => by))).toEqual(new Set(['meridia-1', 'vesland-1']));
	});

	it('forgets its own commit when another one was first', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		delivery.want('meridia-1');
		delivery.want('vesland-1');
		await together([ada, cleo], epoch + 1);
		expect(circleOf(ada)?.status).toBe('active');
		await waitFor(() => expect(circleOf(cleo)?.status).toBe('active'));
	});

	it('applies whichever of its commits was taken, when it was slow and asked twice', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		delivery.want('meridia-1');
		delivery.want('meridia-1');
		await together([ada, cleo], epoch + 1);
		expect(ada.asked.filter(({ type }) => type === 'mls.commit')).toHaveLength(3);
		expect(ada.troubles).toEqual([]);
	});

	it('is removed, holds no keys any more, and is not heard by the others', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo, desk] = [await come('meridia-1'), await come('vesland-1'), await come('desk')];
		await together([ada, cleo, desk]);
		const leaf = circleOf(desk)?.roster.find(({ seat }) => seat === 'vesland-1')?.leaf;
		delivery.remove('vesland-1');
		await together([ada, desk]);
		await waitFor(() => expect(circleOf(cleo)?.status).toBe('removed'));
		expect(circleOf(cleo)?.sealing).toBeUndefined();
		expect(cleo.keys.at(-1)).toMatchObject({ type: 'keys.retire', after: 0 });
		expect(desk.keys).toContainEqual(expect.objectContaining({ type: 'keys.bar', leaves: [leaf] }));
		expect(desk.keys).toContainEqual(expect.objectContaining({ type: 'keys.retire', after: 2000 }));
	});

	it('seals with the new keys only from the switch on, and opens with them before', async () => {
		const { delivery, time, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		delivery.mischief.holdsSwitch = true;
		delivery.refresh();
		const installed = (person: Person): boolean =>
			person.keys.some((key) => key.type === 'keys.install' && key.epoch === epoch + 1);
		await waitFor(() => expect([installed(ada), installed(cleo)]).toEqual([true, true]));
		expect([circleOf(ada)?.sealing, circleOf(cleo)?.sealing]).toEqual([epoch, epoch]);
		await waitFor(() => expect([circleOf(ada)?.status, circleOf(cleo)?.status]).toEqual(['transition', 'transition']));
		// The word gets lost: after a while it is taken as said.
		time.advance(3000);
		await together([ada, cleo], epoch + 1);
	});

	it('goes back when a commit is void, and on with the next one', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		delivery.mischief.tell = (seat, message) => {
			if (seat !== 'vesland-1' || message.type !== 'mls.committed') return message;
			return { ...message, commit: toBase64url(new Uint8Array(50)) };
		};
		delivery.refresh();
		await waitFor(() => expect(cleo.troubles).toContain('mls.bad_commit'));
		await waitFor(() => expect(circleOf(ada)?.status).toBe('active'));
		expect(cleo.asked).toContainEqual(expect.objectContaining({ type: 'mls.refused', why: 'mls.bad_commit' }));
		delete delivery.mischief.tell;
		delivery.refresh();
		await together([ada, cleo], epoch + 1);
	});

	it('understands from the word of the epoch before that its commit was void', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		delivery.mischief.tell = (seat, message) => {
			if (seat === 'meridia-1') return message.type === 'mls.void' ? undefined : message;
			return message.type === 'mls.committed' ? { ...message, commit: toBase64url(new Uint8Array(50)) } : message;
		};
		delivery.refresh();
		await waitFor(() => expect(cleo.troubles).toContain('mls.bad_commit'));
		await waitFor(() => expect(circleOf(ada)?.status).toBe('transition'));
		await ada.member.hear({ type: 'mls.switch', group: 'plenary', epoch });
		expect(circleOf(ada)?.status).toBe('active');
		delete delivery.mischief.tell;
		delivery.refresh();
		await together([ada, cleo], epoch + 1);
	});

	it('does not hear whoever was revoked while it was away', async () => {
		const { come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		const { entry, list } = await revoke(ada, 'vesland-1');
		await ada.member.hear({ ...(await welcomeFor('meridia-1')), revocations: [list] });
		expect(ada.keys).toContainEqual(expect.objectContaining({ type: 'keys.bar', leaves: [entry?.leaf] }));
	});

	it('comes in anew when its state does not go on', async () => {
		const { delivery, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		delivery.mischief.tell = (seat, message) =>
			seat === 'vesland-1' && message.type === 'mls.committed' ? undefined : message;
		delivery.mischief.holdsSwitch = true;
		delivery.refresh();
		await waitFor(() => expect(circleOf(ada)?.status).toBe('transition'));
		delete delivery.mischief.tell;
		delivery.mischief.holdsSwitch = false;
		delivery.switch();
		await waitFor(() => expect(circleOf(cleo)?.status).toBe('desync'));
		// The wait before the first try is none, but it is a timer.
		await waitFor(() => expect(cleo.view.circles).toHaveLength(1));
	});

	it('joins by itself when nobody is there to let it in', async () => {
		const { delivery, come } = makeWorld();
		const ada = await come('meridia-1');
		await waitFor(() => expect(circleOf(ada)?.sealing).toBe(0));
		delivery.disconnect('meridia-1');
		const cleo = await come('vesland-1');
		await waitFor(() => expect(circleOf(cleo)?.sealing).toBe(1));
		expect(cleo.asked.map(({ type }) => type)).toContain('mls.external');
	});

	it('pauses while a party that is here says nothing, and not for one of which nobody is', async () => {
		const { delivery, time, come } = makeWorld();
		delivery.mischief.tell = (_, message) => (message.type === 'mls.app' ? undefined : message);
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		time.advance(15_000);
		await waitFor(() => expect(circleOf(ada)?.sealing).toBeUndefined());
		expect(ada.troubles).toContain('attest.missing');
		expect(circleOf(ada)?.attestations.get('vesland')).toBe('missing');
		// Nobody of it is connected: then it is waited for without harm.
		ada.member.setHere(['meridia-1']);
		expect(circleOf(ada)?.sealing).toBeDefined();
		// Who comes back has as much time as after a change.
		ada.member.setHere(['meridia-1', 'vesland-1']);
		time.advance(14_000);
		expect(circleOf(ada)?.sealing).toBeDefined();
		time.advance(1000);
		expect(circleOf(ada)?.attestations.get('vesland')).toBe('missing');
	});

	it('hears the next member of a party when the first is not here', async () => {
		const { delivery, time, come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		delivery.mischief.tell = (_, message) =>
			message.type === 'mls.app' && message.by === 'vesland-1' ? undefined : message;
		const eve = await come('vesland-2');
		await together([ada, cleo, eve]);
		expect(circleOf(ada)?.attestations.get('vesland')).toBe('waiting');
		time.advance(3000);
		await waitFor(() => expect(eve.asked.at(-1)?.type).toBe('mls.app'));
		ada.member.setHere(['meridia-1', 'vesland-2']);
		await waitFor(() => expect(circleOf(ada)?.attestations.get('vesland')).toBe('agreed'));
		// In the place of one who is here nobody speaks: that one may be in another group.
		ada.member.setHere(['meridia-1', 'vesland-1', 'vesland-2']);
		expect(circleOf(ada)?.attestations.get('vesland')).toBe('waiting');
	});

	it('says again what it sees until that gets through', async () => {
		const { delivery, time, come } = makeWorld();
		const refused: SeatId[] = [];
		delivery.mischief.refuse = (seat, { type }) => {
			if (type !== 'mls.app' || refused.length > 2) return undefined;
			refused.push(seat);
			return { result: 'refused', why: 'not_recorded' };
		};
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		await waitFor(() => {
			time.advance(1000);
			expect(circleOf(ada)?.attestations.get('vesland')).toBe('agreed');
			expect(circleOf(cleo)?.attestations.get('meridia')).toBe('agreed');
		});
		expect(refused).toHaveLength(3);
	});

	it('stops for good when a member sees another group', async () => {
		const { come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		const epoch = await together([ada, cleo]);
		const nothing = toBase64url(new Uint8Array(32));
		const lie = { type: 'attest', epoch, authenticator: nothing, tree: nothing, roster: nothing };
		await cleo.member.write('plenary', lie as never);
		await waitFor(() => expect(circleOf(ada)?.attestations.get('vesland')).toBe('mismatch'));
		expect(ada.troubles).toEqual(['attest.mismatch']);
		await come('meridia-2');
		await waitFor(() => expect(circleOf(ada)?.roster).toHaveLength(3));
		expect(circleOf(ada)?.attestations.get('vesland')).toBe('mismatch');
		expect(circleOf(ada)?.sealing, 'another epoch makes nothing good').toBeUndefined();
		await ada.member.hear({ type: 'seal.groups', groups: [] });
		expect(ada.view.circles).toEqual([]);
		const again = { group: 'plenary', number: 0, epoch: null, seq: 0, members: [], entitled: [] };
		await ada.member.hear({ type: 'seal.groups', groups: [again] });
		expect(circleOf(ada)?.attestations).toEqual(new Map([['vesland', 'mismatch']]));
	});

	it('cannot take part without a manifest that all signed, nor without the secret of its link', async () => {
		const { come } = makeWorld();
		const nobody = await come('meridia-1', { secret: undefined });
		expect(nobody.view).toMatchObject({ stage: 'barred', trouble: 'identity.no_secret' });
		const welcome = await welcomeFor('meridia-1');
		const unsigned = { ...welcome, manifest: { ...welcome.manifest, signatures: [] } };
		await nobody.member.hear(unsigned);
		expect(nobody.view).toMatchObject({ stage: 'barred', trouble: 'manifest.incomplete' });
		await nobody.member.hear({ ...welcome, you: 'meridia-2' });
		expect(nobody.view).toMatchObject({ stage: 'barred', trouble: 'invitation.malformed' });
	});

	it('refuses whoever was revoked at once, and itself too', async () => {
		const { come } = makeWorld();
		const [ada, cleo] = [await come('meridia-1'), await come('vesland-1')];
		await together([ada, cleo]);
		const { entry, list } = await revoke(ada, 'vesland-1');
		await ada.member.hear({ type: 'cert.revoked', list });
		expect(ada.keys).toContainEqual(expect.objectContaining({ type: 'keys.bar', leaves: [entry?.leaf] }));
		await cleo.member.hear({ type: 'cert.revoked', list });
		expect(cleo.view).toMatchObject({ stage: 'barred', trouble: 'cert.revoked', circles: [] });
	});

	it('says on every connection what it holds', async () => {
		const { come } = makeWorld();
		const ada = await come('meridia-1');
		await waitFor(() => expect(circleOf(ada)?.sealing).toBe(0));
		await ada.member.hear(await welcomeFor('meridia-1'));
		const resumed = ada.asked.filter((request) => request.type === 'seal.resume').at(-1);
		expect(resumed).toMatchObject({ held: [{ group: 'plenary', seq: expect.any(Number) as number }] });
		expect(resumed?.packages).toHaveLength(8);
		expect(identityOf(resumed?.certificate as Envelope)).toBeDefined();
	});
});
