/** What some browsers tell of the network. */
interface NetworkInformation extends EventTarget {
	/** `wifi`, `cellular` and so on; many browsers do not say. */
	readonly type?: string;
}

/**
 * Tells when the device went over to another kind of network, where the browser says so. It also speaks up whenever it
 * guesses the speed anew, and that is no other network.
 */
export function onOtherNetwork(then: () => void): void {
	const { connection } = navigator as { connection?: NetworkInformation };
	let known = connection?.type;
	connection?.addEventListener('change', () => {
		const { type } = connection;
		if (type === undefined || type === 'unknown' || type === known) return;
		known = type;
		then();
	});
}
