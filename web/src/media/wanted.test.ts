import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Wanted } from '../wire/types';
import { WantedPictures } from './wanted';

let told: Wanted[][];
let wanted: WantedPictures;
const tile = { name: 'tile' };
const other = { name: 'other tile' };

beforeEach(() => {
	vi.useFakeTimers();
	told = [];
	wanted = new WantedPictures((videos) => told.push(videos));
});

afterEach(() => {
	vi.useRealTimers();
});

const settle = (): void => void vi.advanceTimersByTime(100);

test('sizes are told once they rest, the largest first', () => {
	wanted.show(tile, 4, 180.4);
	wanted.show(other, 6, 700);
	wanted.show(tile, 4, 200.4);
	expect(told).toEqual([]);
	settle();
	expect(told).toEqual([
		[
			{ source: 6, height: 700 },
			{ source: 4, height: 200 },
		],
	]);
});

test('nothing is told when nothing changed', () => {
	wanted.show(tile, 4, 180);
	settle();
	wanted.hide(tile);
	wanted.show(tile, 4, 180);
	settle();
	expect(told).toHaveLength(1);
});

test('what is out of sight or gone is not asked for', () => {
	wanted.show(tile, 4, 180);
	wanted.show(other, 6, 180);
	wanted.show(other, 6, 0);
	settle();
	expect(told).toEqual([[{ source: 4, height: 180 }]]);
	wanted.hide(tile);
	settle();
	expect(told.at(-1)).toEqual([]);
});

test('a picture shown twice is asked for once, in its larger size', () => {
	wanted.expect([{ source: 4, height: 360 }]);
	wanted.show(tile, 4, 180);
	expect(wanted.current()).toEqual([{ source: 4, height: 360 }]);
});

test('of pictures of one size, those of the first seats come first', () => {
	wanted.show(tile, 4, 180);
	wanted.show(other, 6, 180);
	wanted.arrange([6, 4], []);
	expect(wanted.current().map(({ source }) => source)).toEqual([6, 4]);
});

test('what is pinned comes first, however small it is', () => {
	wanted.show(tile, 4, 720);
	wanted.show(other, 6, 180);
	wanted.arrange([4, 6], [6]);
	expect(wanted.current().map(({ source }) => source)).toEqual([6, 4]);
});

test('a server that has forgotten is told all again', () => {
	wanted.show(tile, 4, 180);
	settle();
	wanted.tellAgain();
	settle();
	expect(told).toHaveLength(2);
});
