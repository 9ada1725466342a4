import { expect, test } from 'vitest';

import { shapesOf } from './flag';

test('stripes share the cloth equally', () => {
	const colours = ['#112233', '#445566', '#778899'];
	expect(shapesOf({ layout: 'vertical', colours }).map(({ d }) => d)).toEqual([
		'M0 0h20v40h-20z',
		'M20 0h20v40h-20z',
		'M40 0h20v40h-20z',
	]);
	expect(shapesOf({ layout: 'horizontal', colours })).toHaveLength(3);
});

test('a figure lies on its field', () => {
	for (const layout of ['cross', 'disc', 'saltire'] as const) {
		const [field, figure] = shapesOf({ layout, colours: ['#000000', '#ffffff'] });
		expect(field?.fill).toBe('#000000');
		expect(figure?.fill).toBe('#ffffff');
	}
});
