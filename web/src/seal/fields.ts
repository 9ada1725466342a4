/** Reads the fields of a JSON object that a stranger wrote: what is missing or of a wrong type is refused. */
import { fromBase64url, fromUtf8 } from './bytes';
import type { Bytes } from './bytes';
import { SealError } from './errors';
import type { SealCode } from './errors';

/** The only version of documents there is. */
const VERSION = 1;

export class Fields {
	readonly #values: Record<string, unknown>;
	readonly #code: SealCode;

	/** @throws SealError with `code`, as all that follows, where it is not an object. */
	constructor(value: unknown, code: SealCode) {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SealError(code, 'not an object');
		this.#values = value as Record<string, unknown>;
		this.#code = code;
	}

	/** From UTF-8 JSON. */
	static parse(bytes: Uint8Array, code: SealCode): Fields {
		let value: unknown;
		try {
			value = JSON.parse(fromUtf8(bytes));
		} catch (cause) {
			throw new SealError(code, 'not JSON', { cause });
		}
		return new Fields(value, code);
	}

	/** Refuses a version that is not known. */
	version(): this {
		return this.#values['v'] === VERSION ? this : this.#refuse('v');
	}

	has(name: string): boolean {
		return Object.hasOwn(this.#values, name) && this.#values[name] !== null;
	}

	text(name: string): string {
		const value = this.#own(name);
		return typeof value === 'string' ? value : this.#refuse(name);
	}

	/** A whole number from 0 on that is exact. */
	number(name: string): number {
		const value = this.#own(name);
		return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : this.#refuse(name);
	}

	/** Bytes of that length, or of any. */
	bytes(name: string, length?: number): Bytes {
		const bytes = fromBase64url(this.text(name));
		return bytes && (length === undefined || bytes.length === length) ? bytes : this.#refuse(name);
	}

	list(name: string): readonly unknown[] {
		const value = this.#own(name);
		return Array.isArray(value) ? value : this.#refuse(name);
	}

	object(name: string): Fields {
		return new Fields(this.#own(name), this.#code);
	}

	/** Each item of a list of objects. */
	objects(name: string): Fields[] {
		return this.list(name).map((item) => new Fields(item, this.#code));
	}

	/** As it is, unread. */
	raw(name: string): unknown {
		return this.#own(name);
	}

	#own(name: string): unknown {
		return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
	}

	#refuse(name: string): never {
		throw new SealError(this.#code, `the field ${name} is missing or cannot be read`);
	}
}
