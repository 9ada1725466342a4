import { expect, test } from 'vitest';

import { planOf } from '../fixtures/plan';
import type { CaptionText } from '../seal/plaintext';
import { decodeText, encodeText } from '../seal/plaintext';
import type { Seat } from '../wire/types';
import type { Captions, Draft } from './captions';
import {
	captionLanguages,
	isCaption,
	languageRead,
	linesOf,
	mayCorrect,
	ownLines,
	shownOf,
	withCaption,
} from './captions';

const seat = (id: string, role: Seat['role'], ...languages: string[]): Seat => ({
	id,
	role,
	languages,
	name: { en: id },
	title: { en: 'Stenographer' },
	time_zone: 'Europe/Vienna',
});

const plan = {
	...planOf(2),
	secretariat: [
		seat('captioner-en', 'captioner', 'en', 'fr'),
		seat('captioner-ru', 'captioner', 'ru'),
		seat('second-en', 'captioner', 'en'),
		seat('interpreter', 'interpreter', 'en'),
	],
};

const line = (id: string, text: string, more: Partial<CaptionText> = {}): CaptionText => ({
	type: 'caption',
	id,
	language: 'en',
	speaker: 'meridia-head',
	text,
	...more,
});

const by = (seat: string, text: CaptionText, group = 'plenary') => ({ group, seq: 1, by: seat, text });

const all = (...written: ReturnType<typeof by>[]): Captions =>
	written.reduce<Captions>((known, one, index) => withCaption(known, one, index * 1000), []);

const texts = (captions: readonly { text: string }[]): string[] => captions.map(({ text }) => text);

test('only captioners caption, in the languages of their seat, and in a room', () => {
	expect(isCaption({ plan }, by('captioner-en', line('1', 'a')))).toBe(true);
	expect(isCaption({ plan }, by('captioner-en', line('1', 'a', { language: 'fr' })))).toBe(true);
	expect(isCaption({ plan }, by('captioner-en', line('1', 'a'), 'caucus-2'))).toBe(true);
	expect(isCaption({ plan }, by('captioner-en', line('1', 'a', { language: 'ru' })))).toBe(false);
	expect(isCaption({ plan }, by('interpreter', line('1', 'a')))).toBe(false);
	expect(isCaption({ plan }, by('meridia-head', line('1', 'a')))).toBe(false);
	expect(isCaption({ plan }, by('nobody', line('1', 'a')))).toBe(false);
	expect(isCaption({ plan }, by('captioner-en', line('1', 'a'), 'side-meridia'))).toBe(false);
});

test('lines are kept by language and room, in the order of the log', () => {
	const captions = all(
		by('captioner-en', line('1', 'one')),
		by('captioner-ru', line('1', 'раз', { language: 'ru' })),
		by('second-en', line('2', 'two')),
		by('captioner-en', line('3', 'apart'), 'caucus-1'),
	);
	expect(texts(linesOf(captions, 'en', 'plenary'))).toEqual(['one', 'two']);
	expect(texts(linesOf(captions, 'ru', 'plenary'))).toEqual(['раз']);
	expect(texts(linesOf(captions, 'en', 'caucus-1'))).toEqual(['apart']);
});

test('a line that is sent again by who typed it takes the place of the former', () => {
	const captions = all(
		by('captioner-en', line('1', 'fourty')),
		by('captioner-en', line('2', 'vessels')),
		by('captioner-en', line('1', 'forty', { speaker: 'vesland-head' })),
	);
	expect(texts(captions)).toEqual(['forty', 'vessels']);
	expect(captions[0]).toMatchObject({ at: 0, corrected: true, speaker: 'vesland-head' });
	expect(captions[1]?.corrected).toBe(false);
});

test("nobody corrects another captioner's line, and no correction changes language or room", () => {
	const first = by('captioner-en', line('1', 'one'));
	expect(texts(all(first, by('second-en', line('1', 'mine'))))).toEqual(['one', 'mine']);
	expect(texts(all(first, by('captioner-en', line('1', 'un', { language: 'fr' }))))).toEqual(['one']);
	expect(texts(all(first, by('captioner-en', line('1', 'apart'), 'caucus-1')))).toEqual(['one']);
});

test('a line that comes twice, because its answer was lost, is no correction', () => {
	const captions = all(by('captioner-en', line('1', 'one')));
	expect(withCaption(captions, by('captioner-en', line('1', 'one')), 9)).toBe(captions);
});

test('three lines at most are shown, and none that is old', () => {
	const captions = all(...['1', '2', '3', '4', '5'].map((id) => by('captioner-en', line(id, id))));
	expect(texts(shownOf(captions, 5000))).toEqual(['3', '4', '5']);
	expect(texts(shownOf(captions, 23_500))).toEqual(['5']);
	expect(shownOf(captions, 60_000)).toEqual([]);
});

test('captions are read in the chosen language, else in that of the page, else in the first', () => {
	const languages = captionLanguages({ plan });
	expect(languages).toEqual(['en', 'ru']);
	expect(languageRead(languages, 'ru', 'en')).toBe('ru');
	expect(languageRead(languages, 'fr', 'ru')).toBe('ru');
	expect(languageRead(['zh-Hans', 'en'], undefined, 'zh')).toBe('zh-Hans');
	expect(languageRead(languages, undefined, 'ar')).toBe('en');
	expect(languageRead([], 'en', 'en')).toBeUndefined();
});

const draft = (id: string, text: string, state: Draft['state'] = 'waiting'): Draft => ({
	id,
	group: 'plenary',
	language: 'en',
	speaker: null,
	text,
	at: 50_000,
	state,
});

test('what one types is one’s own line at once, and a correction stands in its place', () => {
	const captions = all(by('captioner-en', line('1', 'fourty')), by('second-en', line('9', 'other')));
	const drafts = [draft('1', 'forty'), draft('2', 'vesels'), draft('2', 'vessels'), draft('3', 'sail', 'sent')];
	const lines = ownLines(captions, drafts, 'captioner-en', 'plenary');
	expect(lines.map(({ text, state }) => `${text} ${state}`)).toEqual(['forty waiting', 'vessels waiting', 'sail sent']);
	expect(ownLines(captions, drafts, 'captioner-en', 'caucus-1')).toEqual([]);
});

test('a line can be corrected for a minute after it was read first', () => {
	const [first] = ownLines(all(by('captioner-en', line('1', 'a'))), [draft('1', 'b')], 'captioner-en', 'plenary');
	expect(first && mayCorrect(first, 59_999)).toBe(true);
	expect(first && mayCorrect(first, 60_000)).toBe(false);
});

test('a caption is read as it was written, and one that is too long is not read at all', () => {
	const written = line('1', 'forty vessels', { speaker: null });
	expect(decodeText(encodeText(written))).toEqual(written);
	expect(decodeText(encodeText(line('1', 'a'.repeat(2000))))).toBeDefined();
	expect(decodeText(encodeText(line('1', 'a'.repeat(2001))))).toBeUndefined();
});
