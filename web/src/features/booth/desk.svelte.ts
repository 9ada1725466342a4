/** What the keys and buttons of the console do: one place for both. What is right is the server's and `meeting/booth.ts`'s. */
import type { Client } from '../../app/context';
import { m } from '../../i18n';
import { handoverActions, ownBooth, plannedBooth, presetsOf } from '../../meeting/booth';
import type { HandoverWish, Preset } from '../../meeting/booth';
import { isOpen } from '../../meeting/interpretation';
import type { BoothSignal, BoothView, Language, SuspensionReason } from '../../wire/types';
import { incidentOf } from './incidents';
import type { Incident } from './incidents';
import { Memory } from './memory.svelte';
import { SIGNALS } from './words';

export class Desk {
	readonly memory = new Memory();
	/** What was done last, in words; for those who hear the screen, and on it. */
	said = $state('');
	headsetOpen = $state(false);
	suspendOpen = $state(false);
	incidentsOpen = $state(false);
	incidents: readonly Incident[] = $state.raw([]);
	readonly #client: Client;

	constructor(client: Client) {
		this.#client = client;
		this.headsetOpen = !client.preferences.headset;
	}

	/** The own booth; the console is shown to nobody without one. */
	get booth(): BoothView {
		const booth = ownBooth(this.#client.meeting);
		if (!booth) throw new Error('there is no booth');
		return booth;
	}

	/** Open as the server says, and not just shut here. */
	get isOpen(): boolean {
		return isOpen(this.booth, this.#client.meeting.you) && !this.#client.media.booth.shutting;
	}

	get presets(): readonly Preset[] {
		return presetsOf(this.#client.meeting, this.booth, this.memory.presets);
	}

	get languages(): readonly Language[] {
		return plannedBooth(this.#client.meeting.plan, this.booth)?.languages ?? [this.booth.outgoing];
	}

	/** Shut is shut at once; open is what the server says, for nobody is heard before that. */
	switchMicrophone(): void {
		const { media, preferences } = this.#client;
		if (this.isOpen) {
			media.booth.shut();
			void this.#client.do({ type: 'booth.microphone', open: false });
		} else if (!preferences.headset) {
			this.headsetOpen = true;
		} else {
			const wasOpen = isOpen(this.booth, this.#client.meeting.you);
			media.booth.unshut();
			if (!wasOpen) void this.#client.do({ type: 'booth.microphone', open: true });
		}
	}

	cough(on: boolean): void {
		this.#client.media.booth.cough(on);
	}

	confirmHeadset(): void {
		this.#client.preferences.headset = true;
		this.headsetOpen = false;
	}

	select(place: number): void {
		const channel = this.presets[place];
		if (channel === undefined || channel === this.booth.relay) return;
		void this.#client.do({ type: 'booth.relay', channel });
	}

	/** A key that is in use goes on to what it is given. */
	assign(place: number, channel: Preset): void {
		const isUsed = this.presets[place] === this.booth.relay;
		this.memory.assign(place, channel);
		if (isUsed) this.select(place);
	}

	workInto(language: Language): void {
		const { outgoing, relay } = this.booth;
		if (language !== outgoing && language !== relay) void this.#client.do({ type: 'booth.outgoing', language });
	}

	/** The next of the booth's languages. */
	turnOutgoing(): void {
		const { languages } = this;
		const next = languages[(languages.indexOf(this.booth.outgoing) + 1) % languages.length];
		if (next === undefined || next === this.booth.outgoing) return;
		if (next === this.booth.relay) this.said = m.console_outgoing_heard();
		else this.workInto(next);
	}

	/** One after the other: the second is of what the first made. */
	async handOver(wish: HandoverWish): Promise<void> {
		if (!this.#client.preferences.headset) return void (this.headsetOpen = true);
		for (const action of handoverActions(this.#client.meeting, this.booth, wish)) await this.#client.do(action);
	}

	/** Whether there was one to end. */
	endHandover(): boolean {
		const { handover } = this.booth;
		const { you } = this.#client.meeting;
		if (!handover || (handover.from !== you && handover.to !== you)) return false;
		void this.#client.do({ type: 'booth.handover_end' });
		return true;
	}

	async signal(signal: BoothSignal): Promise<void> {
		const { floor, plan } = this.#client.meeting;
		// It goes to who has the floor and to the chair: where there is neither, it would be shown to nobody.
		if (!floor.holder && plan.chair.length === 0) {
			this.said = m.console_signal_nobody();
			return;
		}
		const outcome = await this.#client.do({ type: 'booth.signal', signal });
		if (outcome?.result === 'done') this.said = m.console_signal_sent({ signal: SIGNALS[signal]() });
	}

	noteIncident(): void {
		this.incidents = [...this.incidents, incidentOf(this.#client.media.booth.heardLately, this.#client.now())];
		this.incidentsOpen = true;
	}

	/** Resumes what is suspended; else asks for the reason. */
	suspendOrResume(): void {
		if (this.booth.suspended) void this.#client.do({ type: 'booth.resume', booth: this.booth.booth });
		else this.suspendOpen = true;
	}

	suspend(reason: SuspensionReason): void {
		this.suspendOpen = false;
		void this.#client.do({ type: 'booth.suspend', booth: this.booth.booth, reason });
	}
}
