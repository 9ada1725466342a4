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
	const [name = '', place = ''] = seat.split('-');
	const side = SIDES[name];
	if (!side) throw new Error(`nobody sits at "${seat}"`);
	return personOf(side, place === 'head' ? 0 : Number(place))[0];
}

/**
 * A summit's file, which is written once the keys of its parties are known.
 * @param {{ sides?: string[], people?: number, chair?: boolean | string }} [wish] which sides, how many people on each,
 * and who presides: a neutral chair, somebody of a delegation, or nobody
 */
export function plan({ sides = ['meridia', 'vesland'], people = 1, chair = false } = {}) {
	const parties = chair === true ? [...sides, 'secretariat'] : sides;
	return { parties, file: (/** @type {Record<string, string>} */ keys) => write({ sides, people, chair }, keys) };
}

/**
 * @param {{ sides: string[], people: number, chair: boolean | string }} wish
 * @param {Record<string, string>} keys each party's public key
 */
function write({ sides, people, chair }, keys) {
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
	if (chair === true)
		lines.push('', '[[secretariat]]', ...seat('chair', nameOf('chair'), 'Chair of the Talks'), 'role = "chair"');
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

/**
 * @param {string} id
 * @param {string} name
 * @param {string} title
 */
function seat(id, name, title) {
	return [
		`id = "${id}"`,
		`name = ${localized({ en: name })}`,
		`title = ${localized({ en: title })}`,
		'languages = ["en"]',
		'time_zone = "Europe/Vienna"',
	];
}
