/** Firefox, driven by Puppeteer over WebDriver BiDi: one browser for all stories, a context for every person. */
import puppeteer from 'puppeteer-core';

import { eventually } from './wait.mjs';

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
		defaultViewport: null,
		extraPrefsFirefox: PREFERENCES,
	});
}

/** A page of one person. */
export class FirefoxScreen {
	/** @type {string[]} */
	console = [];
	/** What the page threw and nobody caught: a fault of the product. @type {string[]} */
	uncaught = [];
	/**
	 * @param {import('puppeteer-core').BrowserContext} context
	 * @param {import('puppeteer-core').Page} page
	 */
	constructor(context, page) {
		this.context = context;
		this.page = page;
		page.setDefaultTimeout(20_000);
		page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
		page.on('pageerror', (error) => this.uncaught.push(String(error)));
	}

	/** @param {import('puppeteer-core').Browser} browser */
	static async open(browser) {
		const context = await browser.createBrowserContext();
		const page = await context.newPage();
		// Puppeteer also turns the screen, which Firefox 140 ESR cannot; the size is set all the same.
		await page.setViewport({ width: 1280, height: 720 }).catch((error) => {
			if (!String(error).includes('unknown command emulation.setScreenOrientationOverride')) throw error;
		});
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
	 * Found in the page itself: Firefox takes many seconds to search its accessibility tree while pictures move.
	 * @param {string} role
	 * @param {string} name
	 */
	async click(role, name) {
		const button = await eventually(`the ${role} "${name}"`, async () => {
			const found = await this.page.evaluateHandle(
				(wantedRole, wantedName) => {
					const place = document.querySelector('dialog[open]') ?? document;
					return [...place.querySelectorAll(`${wantedRole}, [role="${wantedRole}"]`)].find(
						(element) =>
							element.checkVisibility({ visibilityProperty: true }) &&
							!element.matches(':disabled') &&
							(element.getAttribute('aria-label') ?? element.textContent)?.trim() === wantedName,
					);
				},
				role,
				name,
			);
			return /** @type {import('puppeteer-core').ElementHandle<Element> | null} */ (found.asElement());
		});
		await button.click();
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
