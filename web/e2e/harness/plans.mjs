/** Summits for the stories: invented delegations and people. */

/**
 * @typedef {object} Side
 * @property {string} id
 * @property {Record<string, string>} name
 * @property {{ layout: string, colours: string[] }} flag
 * @property {[string, string][]} people names and titles; the first is the head
 */

/** @type {Record<string, Side>} */
const SIDES = {
	meridia: {
		id: 'meridia',
		name: { en: 'Republic of Meridia', fr: 'République de Méridie', ar: 'جمهورية ميريديا' },
		flag: { layout: 'vertical', colours: ['#1d4f91', '#f4f1e8', '#c8a951'] },
		people: [
			['Edmund Marsh', 'President'],
			['Tomas Vidal', 'Minister for Foreign Affairs'],
			['Tariq Okafor', 'Adviser on Security'],
			['Lara Brandt', 'Adviser on Trade'],
		],
	},
	vesland: {
		id: 'vesland',
		name: { en: 'Commonwealth of Vesland', fr: 'Communauté de Vesland', ar: 'كومنولث فيسلاند' },
		flag: { layout: 'cross', colours: ['#7a1f2b', '#f4f1e8'] },
		people: [
			['Viktor Hale', 'Prime Minister'],
			['Amara Lindqvist', 'State Secretary'],
			['Pavel Renko', 'Adviser on Energy'],
			['Noor Castellan', 'Adviser on Borders'],
		],
	},
	tarsis: {
		id: 'tarsis',
		name: { en: 'Federation of Tarsis', fr: 'Fédération de Tarsis', ar: 'اتحاد تارسيس' },
		flag: { layout: 'disc', colours: ['#f4f1e8', '#2f6b4f'] },
		people: [
			['Soraya Venn', 'Chancellor'],
			['Mikkel Adeyemi', 'Ambassador'],
			['Ruth Kovarik', 'Adviser on Law'],
			['Idris Falk', 'Adviser on Water'],
		],
	},
};

/**
 * @typedef {object} Booth
 * @property {string} id
 * @property {string[]} languages it works into; it begins with the first
 * @property {string[]} interpreters their seats, `interpreter-1` and on; each works in one booth
 * @property {string[]} [relay] the channels it takes relay from where its own fails, the best first
 * @property {boolean} [signed] it works into a sign language
 */

/** Interpreters, of the secretariat: `interpreter-1` is the first. */
const INTERPRETERS = [
	'Clara Whitlock',
	'Milan Sorokin',
	'Vera Castell',
	'Tomas Adeyemi',
	'Hanna Brisk',
	'Omar Vandersee',
	'Lucia Ferrant',
	'Jonas Teller',
];

/** Captioners, of the secretariat: `captioner-1` is the first. */
const CAPTIONERS = ['Edith Marlow', 'Rustam Belov'];

/** @param {Record<string, string>} texts */
const localized = (texts) =>
	`{ ${Object.entries(texts)
		.map(([language, text]) => `${language} = ${JSON.stringify(text)}`)
		.join(', ')} }`;

/**
 * The seat ids of a side: `meridia-head`, `meridia-1`, `meridia-2`, ...
 * @param {string} side
 * @param {number} index 0 is the head
 */
export const seatOf = (side, index) => (index === 0 ? `${side}-head` : `${side}-${index}`);

/**
 * Who sits there, with what title. A large delegation has each of its advisers again, with a number.
 * @param {Side} side
 * @param {number} index 0 is the head
 * @returns {[string, string]}
 */
function personOf({ people: [head, ...advisers] }, index) {
	if (index === 0 && head) return head;
	const adviser = advisers[(index - 1) % advisers.length];
	if (!adviser) throw new Error('a delegation has a head and advisers');
	const turn = Math.floor((index - 1) / advisers.length) + 1;
	return turn === 1 ? adviser : [`${adviser[0]} ${turn}`, adviser[1]];
}

/**
 * The name on a seat's plate.
 * @param {string} seat
 */
export function nameOf(seat) {
	if (seat === 'chair') return 'Oriel Santander';
	if (seat === 'technician') return 'Ilse Tamm';
	const [name = '', place = ''] = seat.split('-');
	const interpreter = name === 'interpreter' && INTERPRETERS[Number(place) - 1];
	if (interpreter) return interpreter;
	const captioner = name === 'captioner' && CAPTIONERS[Number(place) - 1];
	if (captioner) return captioner;
	const side = SIDES[name];
	if (!side) throw new Error(`nobody sits at "${seat}"`);
	return personOf(side, place === 'head' ? 0 : Number(place))[0];
}

/**
 * @typedef {object} Wish
 * @property {string[]} [sides] which sides
 * @property {number} [people] how many people on each
 * @property {boolean | string} [chair] who presides: a neutral chair, somebody of a delegation, or nobody
 * @property {Booth[]} [booths] who interprets, into what
 * @property {string[]} [captioners] who types captions, in which language each
 * @property {boolean} [technician] somebody looks after the line
 * @property {Record<string, string[]>} [languages] what people speak, by seat; English where nothing is said
 */

/** @param {Wish} wish */
const secretariatOf = ({ chair = false, booths = [], captioners = [], technician = false }) => [
	...(chair === true ? ['chair'] : []),
	...(technician ? ['technician'] : []),
	...new Set(booths.flatMap(({ interpreters }) => interpreters)),
	...captioners.map((_, index) => `captioner-${index + 1}`),
];

/**
 * A summit's file, which is written once the keys of its parties are known.
 * @param {Wish} [wish]
 */
export function plan(wish = {}) {
	const { sides = ['meridia', 'vesland'] } = wish;
	const parties = secretariatOf(wish).length > 0 ? [...sides, 'secretariat'] : sides;
	return { parties, file: (/** @type {Record<string, string>} */ keys) => write({ ...wish, sides }, keys) };
}

/**
 * @param {Wish} wish
 * @param {Record<string, string>} keys each party's public key
 */
function write(wish, keys) {
	const { sides = [], people = 1, chair = false, booths = [], captioners = [], languages = {} } = wish;
	const seat = (/** @type {string} */ id, /** @type {string} */ name, /** @type {string} */ title) =>
		seatLines(id, name, title, languages[id] ?? captionerOf(id, captioners) ?? languagesOf(id, booths));
	const lines = [
		`title = ${localized({ en: 'Talks on the Strait', fr: 'Entretiens sur le détroit', ar: 'محادثات المضيق' })}`,
	];
	if (keys['secretariat']) lines.push(`secretariat_key = "${keys['secretariat']}"`);
	if (chair) lines.push(`chair = ["${chair === true ? 'chair' : chair}"]`);
	for (const name of sides) {
		const side = SIDES[name];
		if (!side) throw new Error(`there is no side "${name}"`);
		lines.push('', '[[delegation]]', `id = "${side.id}"`, `name = ${localized(side.name)}`, `key = "${keys[name]}"`);
		lines.push(`flag = { layout = "${side.flag.layout}", colours = ${JSON.stringify(side.flag.colours)} }`);
		for (let index = 0; index < people; index += 1) {
			const [person, title] = personOf(side, index);
			lines.push('', '[[delegation.seat]]', ...seat(seatOf(side.id, index), person, title));
			lines.push(`role = "${index === 0 ? 'principal' : 'adviser'}"`);
		}
	}
	for (const id of secretariatOf(wish)) {
		const role = id.split('-')[0] ?? '';
		const title =
			{ chair: 'Chair of the Talks', technician: 'Technician', captioner: 'Stenographer' }[role] ?? 'Interpreter';
		lines.push('', '[[secretariat]]', ...seat(id, nameOf(id), title), `role = "${role}"`);
	}
	for (const { id, languages: into, interpreters, relay, signed } of booths) {
		lines.push('', '[[booth]]', `id = "${id}"`, `languages = ${JSON.stringify(into)}`);
		lines.push(`interpreters = ${JSON.stringify(interpreters)}`);
		if (relay) lines.push(`relay = ${JSON.stringify(relay)}`);
		if (signed) lines.push('signed = true');
	}
	lines.push(
		'',
		'[[agenda]]',
		'id = "passage"',
		'minutes = 40',
		`title = ${localized({ en: 'Free passage', fr: 'Libre passage' })}`,
	);
	lines.push(
		'',
		'[[agenda]]',
		'id = "fisheries"',
		'minutes = 30',
		`title = ${localized({ en: 'Fisheries', fr: 'Pêche' })}`,
	);
	return `${lines.join('\n')}\n`;
}

/** @param {string} id @param {string[]} captioners */
function captionerOf(id, captioners) {
	const [name, place] = id.split('-');
	const language = name === 'captioner' ? captioners[Number(place) - 1] : undefined;
	return language === undefined ? undefined : [language];
}

/**
 * An interpreter speaks English, which their page is in, and what their booth works into; everybody else speaks English.
 * @param {string} id
 * @param {Booth[]} booths
 */
function languagesOf(id, booths) {
	const booth = booths.find(({ interpreters }) => interpreters.includes(id));
	return [...new Set(['en', ...(booth?.languages ?? [])])];
}

/**
 * @param {string} id
 * @param {string} name
 * @param {string} title
 * @param {string[]} languages
 */
function seatLines(id, name, title, languages) {
	return [
		`id = "${id}"`,
		`name = ${localized({ en: name })}`,
		`title = ${localized({ en: title })}`,
		`languages = ${JSON.stringify(languages)}`,
		'time_zone = "Europe/Vienna"',
	];
}
