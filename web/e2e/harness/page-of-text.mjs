/** A page of small letters that somebody shares, and how well it arrives: what was shared is drawn again to be compared with. */

/** @typedef {import('./person.mjs').Person<import('./chromium.mjs').ChromiumScreen>} Sharer */

/** The shared screen, in pixels. */
export const PAGE = { width: 1600, height: 900 };

/**
 * Draws the page. Sent to browsers as text, so it uses nothing from outside itself. A mark at its foot blinks as a cursor does:
 * a screen at rest would send nothing.
 * @param {{ width: number, height: number, beat: number }} page
 */
function draw({ width, height, beat }) {
	const canvas = document.createElement('canvas');
	const paper = canvas.getContext('2d', { alpha: false });
	if (!paper) throw new Error('no canvas');
	[canvas.width, canvas.height] = [width, height];
	const paint = (/** @type {number} */ turn) => {
		paper.fillStyle = '#ffffff';
		paper.fillRect(0, 0, width, height);
		paper.fillStyle = '#111111';
		paper.font = '13px sans-serif';
		for (let line = 0; line < 48; line += 1) {
			const words = `Article ${line + 1}. The Parties shall consult before the ${line * 7 + 3}th day; see paragraph ${line % 9}(b). `;
			paper.fillText(words.repeat(3), 24, 30 + line * 17);
		}
		paper.fillRect(24, height - 28, turn % 2 === 0 ? 8 : 1, 16);
	};
	paint(0);
	let turn = 0;
	if (beat > 0) setInterval(() => paint((turn += 1)), beat);
	return { canvas, paper };
}

/**
 * From now on it is this page that the browser gives when a screen is asked for.
 * @param {Sharer} sharer
 */
export async function givesPageOfText({ screen }) {
	await screen.evaluate(
		({ source, page }) => {
			const paint = /** @type {typeof draw} */ (new Function(`return (${source})`)());
			const { canvas } = paint({ ...page, beat: 250 });
			navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(30);
		},
		{ source: draw.toString(), page: PAGE },
	);
}

/**
 * @typedef {object} Arrival
 * @property {number} width of what was decoded
 * @property {number} height
 * @property {number} noise peak signal to noise of its brightness, in dB
 * @property {number} edges how much of the contrast from pixel to pixel is left, 1 is all
 */

/**
 * How the page looks on the screen of a listener; nothing before a frame was decoded.
 * @param {Sharer} listener
 * @returns {Promise<Arrival | null>}
 */
export function arrivalOfText({ screen }) {
	return screen.evaluate(
		({ source, page }) => {
			const video = document.querySelector('[data-document] video');
			if (!(video instanceof HTMLVideoElement) || video.videoWidth === 0) return null;
			const size = { width: video.videoWidth, height: video.videoHeight };
			const paint = /** @type {typeof draw} */ (new Function(`return (${source})`)());
			const { canvas, paper } = paint({ ...page, beat: 0 });
			// Without its foot, where the cursor blinks.
			const rows = page.height - 40;
			const brightness = () => {
				const { data } = paper.getImageData(0, 0, page.width, rows);
				const light = new Float32Array(data.length / 4);
				for (let at = 0; at < light.length; at += 1) {
					const [red = 0, green = 0, blue = 0] = data.subarray(4 * at, 4 * at + 3);
					light[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
				}
				return light;
			};
			const shared = brightness();
			paper.drawImage(video, 0, 0, canvas.width, canvas.height);
			const came = brightness();
			let [error, edges, all] = [0, 0, 0];
			for (let at = 1; at < shared.length; at += 1) {
				const [one = 0, other = 0] = [shared[at], came[at]];
				error += (one - other) ** 2;
				all += Math.abs(one - (shared[at - 1] ?? 0));
				edges += Math.abs(other - (came[at - 1] ?? 0));
			}
			return { ...size, noise: 10 * Math.log10((255 * 255 * shared.length) / Math.max(1, error)), edges: edges / all };
		},
		{ source: draw.toString(), page: PAGE },
	);
}
