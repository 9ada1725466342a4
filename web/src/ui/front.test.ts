import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { keepInFront, opened } from './front';

/** As much of an element as can be put somewhere. */
class FakeNode {
	parentNode: FakeNode | null = null;
	append(node: FakeNode): void {
		node.parentNode = this;
	}
	before(node: FakeNode): void {
		node.parentNode = this.parentNode;
	}
	after(node: FakeNode): void {
		node.parentNode = this.parentNode;
	}
	remove(): void {
		this.parentNode = null;
	}
}

class FakeDocument extends EventTarget {
	fullscreenElement: FakeNode | null = null;
	createComment = (): FakeNode => new FakeNode();
	fill(element: FakeNode | null): void {
		this.fullscreenElement = element;
		this.dispatchEvent(new Event('fullscreenchange'));
	}
}

let page: FakeDocument;
let body: FakeNode;
let banners: FakeNode;
let end: () => void;

const open = (dialog: FakeNode): (() => void) => opened(dialog as unknown as Element);

beforeEach(() => {
	page = new FakeDocument();
	vi.stubGlobal('document', page);
	[body, banners] = [new FakeNode(), new FakeNode()];
	body.append(banners);
	end = keepInFront(banners as unknown as HTMLElement) as () => void;
});

afterEach(() => {
	end();
	vi.unstubAllGlobals();
});

test('it is in the dialog that was opened last, and goes home when all are closed', () => {
	const [devices, language] = [new FakeNode(), new FakeNode()];
	const closeDevices = open(devices);
	expect(banners.parentNode).toBe(devices);
	const closeLanguage = open(language);
	expect(banners.parentNode).toBe(language);
	closeLanguage();
	expect(banners.parentNode).toBe(devices);
	closeDevices();
	expect(banners.parentNode).toBe(body);
});

test('it is in what fills the screen, unless a dialog lies over that', () => {
	const [pane, dialog] = [new FakeNode(), new FakeNode()];
	page.fill(pane);
	expect(banners.parentNode).toBe(pane);
	const close = open(dialog);
	expect(banners.parentNode).toBe(dialog);
	close();
	expect(banners.parentNode).toBe(pane);
	page.fill(null);
	expect(banners.parentNode).toBe(body);
});

test('it comes home also when what it was in was taken away with it', () => {
	const dialog = new FakeNode();
	const close = open(dialog);
	dialog.remove();
	close();
	expect(banners.parentNode).toBe(body);
});
