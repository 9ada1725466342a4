/**
 * Brings arriving pictures onto video elements: which stream carries which source now, whether its picture is there
 * yet, and how large it is shown. An element never shows the picture of one person under the name of another: after
 * a slot changed hands, nothing counts as arrived until a frame came that is younger than the change.
 */
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

import type { Arrival } from '../app/context';
import type { Mid, SourceId } from '../wire/types';
import { VIDEO_SLOTS_MAX, type ReceivingLine } from './connection';
import type { WantedPictures } from './wanted';

export class Pictures {
	readonly #wanted: WantedPictures;
	/** The server was asked for more pictures than one connection receives. */
	#isTooMany: boolean = $state(false);
	#streams: ReadonlyMap<Mid, MediaStream> = $state.raw(new Map());
	#mids: ReadonlyMap<SourceId, Mid> = $state.raw(new Map());
	#arrived: ReadonlySet<SourceId> = $state.raw(new Set());
	#paused: ReadonlySet<Mid> = $state.raw(new Set());
	/** When a slot began to carry its source, on the page's own clock. */
	readonly #assignedAt = new Map<SourceId, number>();
	readonly #attachments = new Map<SourceId | undefined, Attachment<HTMLVideoElement>>();

	constructor(wanted: WantedPictures) {
		this.#wanted = wanted;
	}

	/** A new connection has these m-lines. */
	useLines(lines: readonly ReceivingLine[]): void {
		const videos = lines.filter(({ kind }) => kind === 'video');
		const known = ({ mid, track }: ReceivingLine): MediaStream | undefined => {
			const stream = this.#streams.get(mid);
			return stream?.getVideoTracks()[0] === track ? stream : undefined;
		};
		const kept = videos.filter(known).length;
		if (kept === videos.length && kept === this.#streams.size) return;
		// What goes on while m-lines are added stays on the screen.
		if (kept < this.#streams.size) this.#arrived = new Set();
		this.#streams = new Map(videos.map((line) => [line.mid, known(line) ?? new MediaStream([line.track])]));
	}

	/** So many pictures were asked for. */
	useWanted(count: number): void {
		this.#isTooMany = count > VIDEO_SLOTS_MAX;
	}

	/** What the m-lines carry now, and on which of them nothing comes because the line is too narrow. */
	useSlots(slots: Readonly<Record<Mid, SourceId>>, paused: readonly Mid[]): void {
		this.#paused = new Set(paused);
		const mids = new Map(Object.entries(slots).map(([mid, source]) => [source, mid]));
		for (const [source, mid] of mids) {
			if (this.#mids.get(source) !== mid) this.#assignedAt.set(source, performance.now());
		}
		const stays = (source: SourceId): boolean => mids.has(source) && mids.get(source) === this.#mids.get(source);
		for (const source of this.#assignedAt.keys()) if (!mids.has(source)) this.#assignedAt.delete(source);
		this.#arrived = new Set([...this.#arrived].filter(stays));
		this.#mids = mids;
	}

	isArriving(source: SourceId | undefined): boolean {
		return source !== undefined && this.#arrived.has(source);
	}

	arrivalOf(source: SourceId | undefined): Arrival {
		const mid = source === undefined ? undefined : this.#mids.get(source);
		// The last frame would stand there as if it was now.
		if (mid !== undefined && this.#paused.has(mid)) return 'paused';
		if (this.isArriving(source)) return 'arriving';
		const isCarried = mid !== undefined;
		return !isCarried && this.#isTooMany ? 'left_out' : 'awaited';
	}

	streamFor(source: SourceId | undefined): MediaStream | undefined {
		const mid = source === undefined ? undefined : this.#mids.get(source);
		return mid === undefined ? undefined : this.#streams.get(mid);
	}

	/**
	 * Shows a source on an element for as long as the element lives, and says how large it is. The same source gives
	 * the same function, so that a view that is drawn anew does not attach anew.
	 */
	show(source: SourceId | undefined): Attachment<HTMLVideoElement> {
		const known = this.#attachments.get(source);
		if (known) return known;
		const attachment = this.#attach(source);
		this.#attachments.set(source, attachment);
		return attachment;
	}

	/** Shows a stream of one's own. */
	showOwn(stream: () => MediaStream | undefined): Attachment<HTMLVideoElement> {
		return (video) => {
			prepare(video);
			$effect(() => setStream(video, stream()));
		};
	}

	#attach(source: SourceId | undefined): Attachment<HTMLVideoElement> {
		return (video) => {
			prepare(video);
			if (source === undefined) {
				video.srcObject = null;
				return;
			}
			const stopMeasuring = this.#measure(video, source);
			$effect(() => {
				setStream(video, this.streamFor(source));
			});
			$effect(() => (this.isArriving(source) ? undefined : this.#awaitFrame(video, source)));
			return stopMeasuring;
		};
	}

	#measure(video: HTMLVideoElement, source: SourceId): () => void {
		let inSight = true;
		const tell = (): void => {
			const height = inSight ? video.clientHeight * devicePixelRatio : 0;
			this.#wanted.show(video, source, height);
		};
		const resized = new ResizeObserver(tell);
		const seen = new IntersectionObserver((entries) => {
			inSight = entries.at(-1)?.isIntersecting ?? true;
			tell();
		});
		resized.observe(video);
		seen.observe(video);
		return () => {
			resized.disconnect();
			seen.disconnect();
			this.#wanted.hide(video);
		};
	}

	/** Waits for a frame that came after the slot was given to this source. */
	#awaitFrame(video: HTMLVideoElement, source: SourceId): () => void {
		let handle = 0;
		const look = (_now: number, frame: VideoFrameCallbackMetadata): void => {
			const since = this.#assignedAt.get(source);
			const received = frame.receiveTime ?? performance.now();
			if (since !== undefined && received >= since) this.#arrived = new Set([...this.#arrived, source]);
			else handle = video.requestVideoFrameCallback(look);
		};
		handle = video.requestVideoFrameCallback(look);
		return () => video.cancelVideoFrameCallback(handle);
	}
}

/** Pictures make no sound (voices have elements of their own) and need no permission to start. */
function prepare(video: HTMLVideoElement): void {
	video.muted = true;
	video.playsInline = true;
	video.autoplay = true;
	video.disablePictureInPicture = true;
}

function setStream(video: HTMLVideoElement, stream: MediaStream | undefined): void {
	untrack(() => {
		if (video.srcObject === (stream ?? null)) return;
		video.srcObject = stream ?? null;
		// Rejected when another stream is set meanwhile, which then plays by itself.
		if (stream) void video.play().catch(() => undefined);
	});
}
