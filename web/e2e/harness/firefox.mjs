/** Firefox, driven by Puppeteer over WebDriver BiDi: one browser for all stories, a context for every person. */
import puppeteer from 'puppeteer-core';

/** A camera and a microphone that are not there, no questions, and addresses as they are. */
const PREFERENCES = {
	'app.normandy.enabled': false,
	'app.update.enabled': false,
	'datareporting.policy.dataSubmissionEnabled': false,
	'extensions.getAddons.cache.enabled': false,
	'intl.accept_languages': 'en-GB, en',
	'media.autoplay.default': 0,
	'media.gmp-manager.updateEnabled': false,
	'media.navigator.permission.disabled': true,
	'media.navigator.streams.fake': true,
	'media.peerconnection.ice.loopback': true,
	'media.peerconnection.ice.obfuscate_host_addresses': false,
	'network.captive-portal-service.enabled': false,
	'network.connectivity-service.enabled': false,
};

/** @param {string} [executable] */
export function launch(executable = process.env['SOMMET_FIREFOX'] ?? '/usr/bin/firefox-esr') {
	return puppeteer.launch({
		browser: 'firefox',
		protocol: 'webDriverBiDi',
		executablePath: executable,
		headless: true,
		extraPrefsFirefox: PREFERENCES,
	});
}

/** A page of one person. */
export class FirefoxScreen {
	/** @type {string[]} */
	console = [];
	/**
	 * @param {import('puppeteer-core').BrowserContext} context
	 * @param {import('puppeteer-core').Page} page
	 */
	constructor(context, page) {
		this.context = context;
		this.page = page;
		page.setDefaultTimeout(15_000);
		page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
		page.on('pageerror', (error) => this.console.push(`uncaught: ${String(error)}`));
	}

	/** @param {import('puppeteer-core').Browser} browser */
	static async open(browser) {
		const context = await browser.createBrowserContext();
		const page = await context.newPage();
		await page.setViewport({ width: 1280, height: 720 });
		return new FirefoxScreen(context, page);
	}

	/** @param {string} url */
	async goto(url) {
		await this.page.goto(url);
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
	 * @param {string} role
	 * @param {string} name
	 */
	async click(role, name) {
		await this.page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
	}

	/** @param {string} key as in KeyboardEvent.key */
	async press(key) {
		await this.page.keyboard.press(/** @type {import('puppeteer-core').KeyInput} */ (key));
	}

	/**
	 * @param {string} list the name of a list
	 * @param {string} option
	 */
	async choose(list, option) {
		await this.page.locator(`::-p-aria([name="${list}"])`).fill(option);
	}

	/** @param {string} file */
	async screenshot(file) {
		await this.page.screenshot({ path: /** @type {`${string}.png`} */ (file) });
	}

	async close() {
		await this.context.close();
	}
}
