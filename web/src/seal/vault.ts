/** The vault of the browser: IndexedDB, which can hold keys that cannot be taken out. */
import type { Kept, Vault } from './identity';

const DATABASE = 'sommet.identity';
const STORE = 'keys';
const VERSION = 1;
/** A database that does not answer within this time is as good as none, in milliseconds. */
const OPENS_WITHIN_MS = 3000;

/** `undefined` where the browser keeps nothing for this page, as in some private windows. */
export async function openVault(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Vault | undefined> {
	try {
		if (!factory) return undefined;
		return new BrowserVault(await open(factory));
	} catch {
		return undefined;
	}
}

class BrowserVault implements Vault {
	readonly #database: IDBDatabase;

	constructor(database: IDBDatabase) {
		this.#database = database;
		// Another version of the page wants to change it: let it.
		database.onversionchange = () => database.close();
	}

	async read(name: string): Promise<Kept | undefined> {
		return answer(this.#store('readonly').get(name) as IDBRequest<Kept | undefined>);
	}

	async readOrKeep(name: string, fresh: Kept): Promise<Kept> {
		const store = this.#store('readwrite');
		const found = await answer(store.get(name) as IDBRequest<Kept | undefined>);
		if (found) return found;
		// Still the same transaction: no other page comes between.
		await answer(store.add(fresh, name));
		return fresh;
	}

	async write(name: string, kept: Kept): Promise<void> {
		await answer(this.#store('readwrite').put(kept, name));
	}

	async forget(name: string): Promise<void> {
		await answer(this.#store('readwrite').delete(name));
	}

	#store(mode: IDBTransactionMode): IDBObjectStore {
		return this.#database.transaction(STORE, mode).objectStore(STORE);
	}
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = factory.open(DATABASE, VERSION);
		const timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), OPENS_WITHIN_MS);
		request.onupgradeneeded = () => request.result.createObjectStore(STORE);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('IndexedDB is blocked'));
		request.onblocked = () => reject(new Error('IndexedDB is blocked'));
		request.addEventListener('success', () => clearTimeout(timer));
	});
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
	});
}
