/** A clock for the views: the time, once a second, for as long as the component that asked for it is shown. */

/** `const clock = ticking(() => client.now())`, then `clock.now` in markup. */
export function ticking(read: () => number): { readonly now: number } {
	let now = $state(read());
	$effect(() => {
		const timer = setInterval(() => (now = read()), 1000);
		return () => clearInterval(timer);
	});
	return {
		get now() {
			return now;
		},
	};
}
