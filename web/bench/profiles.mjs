/**
 * The lines on which sound and pictures are measured, in the words of `cargo x proxy`. Loss is on one way only, the
 * listener's or the speaker's: people with bad lines are rare enough not to meet each other.
 */

/**
 * @typedef {object} Phase
 * @property {number} seconds
 * @property {string[]} [up] as participants see it
 * @property {string[]} [down]
 */

/**
 * @typedef {object} Profile
 * @property {string} name
 * @property {Phase[]} phases
 * @property {number} [settles] for so long, in milliseconds, browsers learn how late packets can be: what is lost and what stands
 * still in a line of one kind is counted from then on, silence and standstills from the beginning
 * @property {number} [silence] the longest that nothing may be heard, in milliseconds
 * @property {number} [madeUp] how much of the sound may be made up, of 1
 * @property {number} [freeze] the longest that a picture may stand still, in milliseconds
 * @property {number} [frozen] for which part of the time it may stand still, of 1
 * @property {number} [adapts] how soon after a change all is well again, in milliseconds
 */

const NEAR = ['delay=20ms'];
const FAR = ['delay=50ms'];
/** @param {number} kilobits */
const narrow = (kilobits) => [...NEAR, `rate=${kilobits}kbps`, 'queue=300ms'];

const SECONDS = 20;
const SETTLES = 5000;
/** On no line but one that carries nothing. */
const SILENCE = 250;
const ADAPTS = 1000;

/** @param {'up' | 'down'} way @param {string[]} words @returns {Phase[]} */
const lossy = (way, words) => [{ seconds: SECONDS + SETTLES / 1000, up: FAR, down: FAR, [way]: [...FAR, ...words] }];

/** @type {Profile[]} */
export const PROFILES = [
	{ name: 'clean', phases: [{ seconds: SECONDS, up: NEAR, down: NEAR }], silence: SILENCE, madeUp: 0.01, freeze: 500 },
	...['down', 'up'].flatMap((way) =>
		[
			{ words: ['loss=1%'], madeUp: 0.01, freeze: 500, frozen: 0.01 },
			{ words: ['loss=5%'], madeUp: 0.01, freeze: 500, frozen: 0.01 },
			{ words: ['loss=10%'], madeUp: 0.01, freeze: 1500, frozen: 0.05 },
			{ words: ['loss=20%'], madeUp: 0.02 },
			{ words: ['loss=20%', 'burst=3'], madeUp: 0.06 },
			{ words: ['loss=30%'], madeUp: 0.05 },
			{ words: ['loss=5%', 'burst=10'] },
		].map(({ words, ...limits }) => ({
			name: `${way} ${words.join(' ')}`,
			phases: lossy(/** @type {'up' | 'down'} */ (way), words),
			settles: SETTLES,
			silence: SILENCE,
			...limits,
		})),
	),
	{ name: '300 kb/s', phases: [{ seconds: SECONDS, up: NEAR, down: narrow(300) }], silence: SILENCE, adapts: ADAPTS },
	{ name: '100 kb/s', phases: [{ seconds: SECONDS, up: NEAR, down: narrow(100) }], silence: SILENCE, adapts: ADAPTS },
	{
		name: 'up 300 kb/s',
		phases: [{ seconds: SECONDS, up: narrow(300), down: NEAR }],
		silence: SILENCE,
		adapts: ADAPTS,
	},
	{
		name: '30 -> 300 -> 30 ms',
		phases: ['delay=15ms', 'delay=150ms', 'delay=15ms'].map((delay) => ({ seconds: 10, up: [delay], down: [delay] })),
		silence: SILENCE,
		adapts: ADAPTS,
	},
	{
		name: '3 Mb/s -> 500 kb/s',
		phases: [
			{ seconds: 10, up: NEAR, down: narrow(3000) },
			{ seconds: 20, up: NEAR, down: narrow(500) },
			{ seconds: 15, up: NEAR, down: narrow(3000) },
		],
		silence: SILENCE,
		madeUp: 0.02,
		adapts: ADAPTS,
	},
	{
		// RFC 8867 section 5.1, each step a third as long.
		name: 'variable, RFC 8867',
		phases: [
			{ seconds: 13, up: NEAR, down: narrow(1000) },
			{ seconds: 7, up: NEAR, down: narrow(2500) },
			{ seconds: 7, up: NEAR, down: narrow(600) },
			{ seconds: 7, up: NEAR, down: narrow(1000) },
		],
		silence: SILENCE,
		madeUp: 0.02,
		adapts: ADAPTS,
	},
];
