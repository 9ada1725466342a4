/**
 * What is measured inside a page. Each function is sent to the browser as text, so it uses nothing from outside itself.
 */

/**
 * @typedef {object} Picture
 * @property {string} mid the m-line that carries it
 * @property {number} framesDecoded by the decoder, from getStats
 * @property {number} framesShown by the element in the person's tile
 * @property {number | null} freezes how often it stood still, where the browser counts that
 * @property {{ sum: number, squares: number } | null} delays between one frame and the next, added up, in seconds
 * @property {number} width of the tile's picture
 * @property {number} height of the tile's picture
 */

/**
 * Somebody's picture, as it is decoded and as it stands in that person's tile; null when it is not there.
 * @param {{ seat: string, kind: 'camera' | 'screen', element: string }} of
 * @returns {Promise<Picture | null>}
 */
export async function picture({ seat, kind, element }) {
	const { sommet } = window;
	const counter = (/** @type {unknown} */ value) => (typeof value === 'number' ? value : null);
	const source = sommet
		.state()
		.meeting?.sources.find((candidate) => candidate.seat === seat && candidate.kind === kind);
	const mid = source && Object.entries(sommet.slots()).find(([, id]) => id === source.id)?.[0];
	const stats = mid === undefined ? [] : await sommet.stats();
	const inbound = stats.find((entry) => entry['type'] === 'inbound-rtp' && entry['mid'] === mid);
	const video = document.querySelector(element);
	if (!inbound || mid === undefined || !(video instanceof HTMLVideoElement)) return null;
	const visible = video.checkVisibility({ visibilityProperty: true }) && video.getBoundingClientRect().width > 0;
	if (!visible || video.paused || video.videoWidth === 0) return null;
	return {
		mid,
		framesDecoded: Number(inbound['framesDecoded'] ?? 0),
		// Firefox counts the frames of a stream under a name of its own.
		framesShown:
			'mozPaintedFrames' in video ? Number(video.mozPaintedFrames) : video.getVideoPlaybackQuality().totalVideoFrames,
		freezes: counter(inbound['freezeCount']),
		delays:
			counter(inbound['totalInterFrameDelay']) === null || counter(inbound['totalSquaredInterFrameDelay']) === null
				? null
				: {
						sum: Number(inbound['totalInterFrameDelay']),
						squares: Number(inbound['totalSquaredInterFrameDelay']),
					},
		width: video.videoWidth,
		height: video.videoHeight,
	};
}

/**
 * The sound of somebody's microphone, as it is decoded; null when none of the slots carries it.
 * @param {string} seat
 * @returns {Promise<{ mid: string, energy: number, samples: number, concealed: number } | null>}
 */
export async function sound(seat) {
	const { sommet } = window;
	const source = sommet
		.state()
		.meeting?.sources.find((candidate) => candidate.seat === seat && candidate.kind === 'microphone');
	const mid = source && Object.entries(sommet.slots()).find(([, id]) => id === source.id)?.[0];
	if (mid === undefined) return null;
	const inbound = (await sommet.stats()).find((entry) => entry['type'] === 'inbound-rtp' && entry['mid'] === mid);
	if (!inbound) return null;
	return {
		mid,
		energy: Number(inbound['totalAudioEnergy'] ?? 0),
		samples: Number(inbound['totalSamplesReceived'] ?? 0),
		concealed: Number(inbound['concealedSamples'] ?? 0),
	};
}

/**
 * The boxes of all tiles on the screen, in CSS pixels.
 * @returns {{ seat: string, left: number, top: number, width: number, height: number }[]}
 */
export function tiles() {
	return [...document.querySelectorAll('[data-tile]')]
		.filter((tile) => tile.checkVisibility({ visibilityProperty: true }))
		.map((tile) => {
			const { left, top, width, height } = tile.getBoundingClientRect();
			return { seat: tile.getAttribute('data-tile') ?? '', left, top, width, height };
		});
}

/**
 * What a person cannot see or press: controls, tiles and words that reach over an edge of the screen, and controls that
 * lie under something else. What scrolls may lie above or below; words that end in "…" end there on purpose.
 * @returns {string[]} a sentence for each; containers hide what is too wide, so that the width of the page tells nothing
 */
export function outside() {
	/** A browser rounds the edges of what it lays. */
	const SLACK = 1;
	const dialog = document.querySelector('dialog[open]');
	const isVisible = (/** @type {Element} */ element) =>
		element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

	/** @param {Element} element */
	const ancestors = (element) => {
		/** @type {Element[]} */
		const found = [];
		for (let at = element.parentElement; at; at = at.parentElement) found.push(at);
		return found;
	};
	/** @param {Element} element */
	const scrolls = (element) =>
		ancestors(element).some(
			(at) => ['auto', 'scroll'].includes(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight,
		);
	/** @param {Element} element @param {DOMRect} box */
	const isOut = (element, { left, right, top, bottom }) => {
		if (left < -SLACK || right > innerWidth + SLACK) return true;
		return !scrolls(element) && (top < -SLACK || bottom > innerHeight + SLACK);
	};
	/** @param {DOMRect} box */
	const place = ({ left, right, top, bottom }) => [left, top, right, bottom].map((edge) => Math.round(edge)).join(' ');
	/** @param {Element} element */
	const name = (element) =>
		element.getAttribute('data-action') ??
		element.getAttribute('data-tile') ??
		(element.getAttribute('aria-label') ?? element.textContent ?? '').trim();

	/** @type {string[]} */
	const found = [];
	for (const element of document.querySelectorAll('[data-action], [data-tile], button, a, select, input')) {
		const box = element.getBoundingClientRect();
		if (!isVisible(element) || box.width <= 1) continue;
		if (isOut(element, box)) found.push(`"${name(element)}" stands at ${place(box)}`);
		if (element.hasAttribute('data-tile') || (dialog && !dialog.contains(element))) continue;
		const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
		if (scrolls(element) && (y < 0 || y > innerHeight)) continue;
		const top = document.elementFromPoint(x, y);
		const isCovered = top && !element.contains(top) && !top.contains(element) && !scrolls(element);
		if (isCovered) found.push(`"${name(element)}" lies under "${name(top)}"`);
	}

	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let text = texts.nextNode(); text; text = texts.nextNode()) {
		const words = text.textContent?.trim();
		const parent = text.parentElement;
		if (!words || !parent || !isVisible(parent)) continue;
		const around = [parent, ...ancestors(parent)];
		// Said to a screen reader only.
		const isHidden = (/** @type {CSSStyleDeclaration} */ { clipPath }) => clipPath === 'inset(50%)';
		if (around.some((at) => isHidden(getComputedStyle(at)))) continue;
		const range = document.createRange();
		range.selectNodeContents(text);
		const box = range.getBoundingClientRect();
		const shortened = around.find((at) => {
			const style = getComputedStyle(at);
			return style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
		});
		if (isOut(parent, shortened?.getBoundingClientRect() ?? box)) found.push(`"${words}" stands at ${place(box)}`);
		const ground = around.find(
			(at) => !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(getComputedStyle(at).backgroundColor),
		);
		const card = ground?.getBoundingClientRect();
		if (card && !shortened && (box.left < card.left - SLACK || box.right > card.right + SLACK)) {
			found.push(`"${words}" reaches over the edge of what it is written on`);
		}
	}
	return found;
}

/**
 * Notes, frame by frame, where every tile on the screen is, until `tileMoves` is asked.
 */
export function watchTiles() {
	/** @type {Map<string, string>} */
	const places = new Map();
	/** @type {string[]} */
	const moves = [];
	window.story = { ...window.story, moves };
	const look = () => {
		for (const tile of document.querySelectorAll('[data-tile]')) {
			const { left, top, width, height } = tile.getBoundingClientRect();
			const seat = tile.getAttribute('data-tile') ?? '';
			const place = `${left} ${top} ${width} ${height}`;
			const before = places.get(seat);
			if (before !== undefined && before !== place) moves.push(`${seat} from ${before} to ${place}`);
			places.set(seat, place);
		}
		requestAnimationFrame(look);
	};
	look();
}

/**
 * Notes, frame by frame, when the plenary shows all these people's tiles, and when each of them has a moving picture.
 * @param {string[]} seats
 */
export function watchReveal(seats) {
	/** @type {{ tiles: number | null, pictures: Record<string, number> }} */
	const seen = { tiles: null, pictures: {} };
	window.story = { seen };
	const isShown = (/** @type {Element | null} */ element) =>
		element?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) === true;
	const look = () => {
		const now = Date.now();
		const tiles = seats.map((seat) => document.querySelector(`[data-view="plenary"] [data-tile="${seat}"]`));
		if (seen.tiles === null && tiles.every(isShown)) seen.tiles = now;
		for (const tile of tiles) {
			const video = tile?.querySelector('video');
			const seat = tile?.getAttribute('data-tile');
			if (!video || !seat || seen.pictures[seat] !== undefined) continue;
			const hasFrame = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0;
			if (hasFrame && !video.paused && isShown(video)) seen.pictures[seat] = now;
		}
		if (seen.tiles === null || Object.keys(seen.pictures).length < seats.length) requestAnimationFrame(look);
	};
	look();
}

/**
 * Listens to what the page plays by itself, as the tests of the pre-flight do: for each sound the speaker it goes to, and
 * how loud it has been so far. Set up before the page runs.
 */
export function listenIn() {
	/** @type {{ speaker: string, peak: number }[]} */
	const played = [];
	window.story = { played };
	const play = HTMLMediaElement.prototype.play;
	HTMLMediaElement.prototype.play = function () {
		const stream = this.srcObject;
		if (this instanceof HTMLAudioElement && stream instanceof MediaStream && stream.getAudioTracks().length > 0) {
			const sound = { speaker: this.sinkId, peak: 0 };
			played.push(sound);
			const context = new AudioContext();
			const analyser = context.createAnalyser();
			context.createMediaStreamSource(stream).connect(analyser);
			const samples = new Float32Array(analyser.fftSize);
			setInterval(() => {
				analyser.getFloatTimeDomainData(samples);
				for (const sample of samples) sound.peak = Math.max(sound.peak, Math.abs(sample));
			}, 20);
		}
		return play.call(this);
	};
}

/**
 * Gives small cameras, set up before the page runs: three browsers that encode large pictures at once on one small
 * machine would be late whatever the page does.
 */
export function smallCameras() {
	const devices = navigator.mediaDevices;
	const ask = devices.getUserMedia.bind(devices);
	devices.getUserMedia = (wish) =>
		ask(wish?.video ? { ...wish, video: { width: 320, height: 180, frameRate: 10 } } : wish);
}
