/**
 * What is measured inside a page. Each function is sent to the browser as text, so it uses nothing from outside itself.
 */

/**
 * @typedef {object} Picture
 * @property {string} mid the m-line that carries it
 * @property {number} framesDecoded by the decoder, from getStats
 * @property {number} framesShown by the element in the person's tile
 * @property {number} freezes how often it stood still
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
		freezes: Number(inbound['freezeCount'] ?? 0),
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
