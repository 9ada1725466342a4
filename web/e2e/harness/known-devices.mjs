/** A microphone, a camera and a screen whose content is known to the last detail, so that it is known again wherever it turns up. */

/** A tone in hertz, of which twenty periods fill a frame of 20 ms. */
export const TONE_HZ = 1000;

/** Light and dark fields, row by row, in no order: what is smooth or striped, as decoders make it of nothing, is not like them. */
export const FIELDS = ['##..#.#.', '.#.##..#', '#..#..##', '..##.#.#'].map((row) =>
	[...row].map((field) => field === '#'),
);

/** In pixels. Browsers make them smaller when they are short of something, and never larger. */
export const CAMERA = { width: 320, height: 180 };
export const SCREEN = { width: 480, height: 270 };

/** What the devices show and sound like. */
export const KNOWN = { tone: TONE_HZ, fields: FIELDS, camera: CAMERA, screen: SCREEN };

/**
 * Gives a page those devices, set up before it runs. It uses nothing from outside itself.
 * @param {typeof KNOWN} known
 */
export function knownDevices({ tone, fields, camera, screen }) {
	/** A mark in a corner moves, so that there is something new to encode. */
	const [FRAMES_PER_SECOND, MARK] = [10, 8];

	/** @param {{ width: number, height: number }} size */
	const picture = ({ width, height }) => {
		const canvas = Object.assign(document.createElement('canvas'), { width, height });
		const context = canvas.getContext('2d');
		let frame = 0;
		const draw = () => {
			fields.forEach((row, y) =>
				row.forEach((isLight, x) => {
					if (!context) return;
					context.fillStyle = isLight ? '#e0e0e0' : '#202020';
					const [w, h] = [width / row.length, height / fields.length];
					context.fillRect(x * w, y * h, w, h);
				}),
			);
			context?.clearRect((frame % 4) * MARK, 0, MARK, MARK);
			frame += 1;
		};
		draw();
		setInterval(draw, 1000 / FRAMES_PER_SECOND);
		return canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
	};
	const sound = () => {
		const context = new AudioContext();
		const oscillator = new OscillatorNode(context, { frequency: tone });
		const loudness = new GainNode(context, { gain: 0.5 });
		const end = context.createMediaStreamDestination();
		oscillator.connect(loudness).connect(end);
		oscillator.start();
		return end.stream.getAudioTracks();
	};
	navigator.mediaDevices.getUserMedia = async (wish) =>
		new MediaStream([...(wish?.video ? picture(camera) : []), ...(wish?.audio ? sound() : [])]);
	navigator.mediaDevices.getDisplayMedia = async () => new MediaStream(picture(screen));
}
