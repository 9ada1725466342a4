/** The HTTP side of arriving: a personal link's secret is exchanged for a session. */
import type { Problem } from '../meeting/state';
import type { Arrival, Problem as ProblemDetails } from '../wire/types';

/** The link could not be exchanged; `problem` says which page to show. */
export class ExchangeError extends Error {
	constructor(readonly problem: Problem) {
		super(problem);
		this.name = 'ExchangeError';
	}
}

const PROBLEM_OF_CODE: Readonly<Record<string, Problem>> = {
	'link-refused': 'link_refused',
	'not-agreed': 'not_agreed',
	malformed: 'link_refused',
	'not-found': 'link_refused',
	'too-many': 'too_many',
	unavailable: 'unavailable',
};

/** How long the server may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Exchanges the secret for a session; throws an `ExchangeError` when it cannot. */
export async function exchange(secret: string, fetcher: typeof fetch = fetch): Promise<Arrival> {
	const response = await post(secret, fetcher);
	if (response.ok) return (await response.json()) as Arrival;
	throw new ExchangeError(await problemOf(response));
}

async function post(secret: string, fetcher: typeof fetch): Promise<Response> {
	try {
		return await fetcher('/api/v1/sessions', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ secret }),
			cache: 'no-store',
			signal: AbortSignal.timeout(PATIENCE_MS),
		});
	} catch {
		throw new ExchangeError('network');
	}
}

async function problemOf(response: Response): Promise<Problem> {
	try {
		const details = (await response.json()) as Partial<ProblemDetails>;
		return PROBLEM_OF_CODE[details.code ?? ''] ?? 'unavailable';
	} catch {
		return 'unavailable';
	}
}
