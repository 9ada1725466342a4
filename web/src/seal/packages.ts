/** Key packages of this device: each is for one group and one use. */
import type { Bytes } from './bytes';
import type { MlsEngine, OwnKeyPackage } from './engine';

/** How many the server is given at first. */
export const PACKAGES = 8;
/** How many are kept, for Welcomes that are on their way; the oldest goes first. */
const KEPT_MAX = 64;

export class Packages<K extends OwnKeyPackage> {
	#kept: K[] = [];

	/** New ones, to be given to the server. */
	async make(engine: Pick<MlsEngine<never, K>, 'keyPackage'>, count: number): Promise<Bytes[]> {
		const made: K[] = [];
		for (let at = 0; at < Math.min(count, KEPT_MAX); at += 1) made.push(await engine.keyPackage());
		this.#kept = [...this.#kept, ...made].slice(-KEPT_MAX);
		return made.map(({ message }) => message);
	}

	/** For any of them a Welcome may be. */
	get candidates(): readonly K[] {
		return this.#kept;
	}

	/** It was used, and is not used again. */
	spend(used: K): void {
		this.#kept = this.#kept.filter((other) => other !== used);
	}
}
