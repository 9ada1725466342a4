/** Chromium, driven by Playwright: one browser for all stories, a context of its own for every person. */
import { chromium } from 'playwright-core';

/** What keeps Chromium quiet and gives it a camera, a microphone and a screen that are not there. */
const FLAGS = [
	'--autoplay-policy=no-user-gesture-required',
	'--disable-background-networking',
	'--disable-background-timer-throttling',
	'--disable-backgrounding-occluded-windows',
	'--disable-component-update',
	'--disable-default-apps',
	'--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate',
	'--disable-renderer-backgrounding',
	'--disable-sync',
	'--mute-audio',
	'--no-first-run',
	// The second of the three cameras measures depth, which nobody looks at.
	'--use-fake-device-for-media-stream=device-count=3',
];

/** Says yes to every question, also to which screen is shared. */
const YES = '--use-fake-ui-for-media-stream';

/** A story that moves a machine changes the network a few times in a row. */
const GOTO_TRIES = 3;

/** The browser under test; another one can be named. */
export const CHROMIUM = process.env['SOMMET_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * @param {{ executable?: string, permissive?: boolean, flags?: string[] }} [options] a browser that is not permissive denies
 * what was not granted, as a person would by "Block"
 */
export function launch({ executable = CHROMIUM, permissive = true, flags = [] } = {}) {
	return chromium.launch({
		executablePath: executable,
		args: [...FLAGS, ...flags, ...(permissive ? [YES] : [])],
		chromiumSandbox: process.getuid?.() !== 0,
	});
}

/** A page of one person. */
export class ChromiumScreen {
	/** @type {string[]} */
	console = [];
	/** What the page threw and nobody caught: a fault of the product. @type {string[]} */
	uncaught = [];
	/**
	 * @param {import('playwright-core').BrowserContext} context
	 * @param {import('playwright-core').Page} page
	 */
	constructor(context, page) {
		this.context = context;
		this.page = page;
		page.setDefaultTimeout(20_000);
		page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
		page.on('pageerror', (error) => this.uncaught.push(error.stack ?? error.message));
	}

	/**
	 * @param {import('playwright-core').Browser} browser
	 * @param {import('playwright-core').BrowserContextOptions} [options]
	 */
	static async open(browser, options = {}) {
		const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-GB', ...options });
		return new ChromiumScreen(context, await context.newPage());
	}

	/**
	 * Opens a page; again when the network of the machine changed on the way, as Chromium with a window does by itself.
	 * @param {string} url
	 */
	async goto(url) {
		for (let left = GOTO_TRIES; ; left -= 1) {
			try {
				await this.page.goto(url);
				return;
			} catch (error) {
				if (left === 1 || !String(error).includes('ERR_NETWORK_CHANGED')) throw error;
			}
		}
	}

	/** As a person does who presses F5. */
	async reload() {
		await this.page.reload();
	}

	/**
	 * @template A, R
	 * @param {(argument: A) => R | Promise<R>} what runs in the page
	 * @param {A} [argument]
	 * @returns {Promise<R>}
	 */
	evaluate(what, argument) {
		return /** @type {Promise<R>} */ (this.page.evaluate(/** @type {any} */ (what), argument));
	}

	/**
	 * @param {'button' | 'link' | 'switch' | 'tab' | 'menuitem' | 'radio'} role
	 * @param {string} name
	 */
	async click(role, name) {
		// While a dialog is open, what lies behind it cannot be pressed. Of two buttons of one name, either will do.
		const dialog = this.page.locator('dialog[open]');
		const place = (await dialog.count()) > 0 ? dialog : this.page;
		await place.getByRole(role, { name, exact: true }).first().click();
	}

	/** @param {string} key as in KeyboardEvent.key */
	async press(key) {
		await this.page.keyboard.press(key);
	}

	/**
	 * @param {string} list the name of a list
	 * @param {string} option
	 */
	async choose(list, option) {
		await this.page.getByRole('combobox', { name: list, exact: true }).selectOption({ label: option });
	}

	/** @param {string} file */
	async screenshot(file) {
		await this.page.mouse.move(0, 0);
		// What fades in is shown as it is once it has done so.
		await this.page.screenshot({ path: file, animations: 'disabled' });
	}

	async close() {
		await this.context.close();
	}
}
