/** A flag of the summit's file as shapes on a cloth of 60 by 40. */
import type { Flag } from '../wire/types';

export const CLOTH = { width: 60, height: 40 } as const;

/** One coloured shape; `d` is an SVG path. */
export interface Shape {
	d: string;
	fill: string;
}

const box = (x: number, y: number, width: number, height: number): string => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The figure that lies on the field. */
const figures = {
	cross: `${box(24, 0, 12, 40)}${box(0, 14, 60, 12)}`,
	disc: 'M30 8a12 12 0 1 1 0 24a12 12 0 0 1 0-24z',
	saltire: 'M0 0h9L30 14L51 0h9v6L39 20L60 34v6h-9L30 26L9 40H0v-6L21 20L0 6z',
} as const;

/** The shapes, to be painted in order. */
export function shapesOf({ layout, colours }: Flag): Shape[] {
	const count = Math.max(1, colours.length);
	switch (layout) {
		case 'horizontal':
			return colours.map((fill, index) => ({
				fill,
				d: box(0, (CLOTH.height / count) * index, CLOTH.width, CLOTH.height / count),
			}));
		case 'vertical':
			return colours.map((fill, index) => ({
				fill,
				d: box((CLOTH.width / count) * index, 0, CLOTH.width / count, CLOTH.height),
			}));
		case 'cross':
		case 'disc':
		case 'saltire': {
			const [field = '#000000', figure = '#ffffff'] = colours;
			return [
				{ fill: field, d: box(0, 0, CLOTH.width, CLOTH.height) },
				{ fill: figure, d: figures[layout] },
			];
		}
	}
}
