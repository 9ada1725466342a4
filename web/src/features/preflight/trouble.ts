/** What is wrong with camera and microphone, and how a person can take part with what is right. */
import type { DeviceStatus } from '../../app/context';
import type { Switched } from '../../app/switches';

export type Statuses = Readonly<Record<Switched, DeviceStatus>>;

export type Trouble =
	/** Browsers give no devices to a page at an address that is not secure. */
	| { readonly kind: 'insecure' }
	| { readonly kind: 'blocked'; readonly which: Switched | 'both' }
	| { readonly kind: 'busy' }
	| { readonly kind: 'missing'; readonly which: readonly Switched[] };

/** Whether the person is seen and heard, heard only, or only listens. */
export type Part = 'full' | 'without_camera' | 'listening';

/** What is known for sure: while the browser asks anew, what it said before stands, and so does what is shown of it. */
export function settled(before: Statuses, now: Statuses): Statuses {
	const last = (device: Switched): DeviceStatus => (now[device] === 'asking' ? before[device] : now[device]);
	return { microphone: last('microphone'), camera: last('camera') };
}

/** The trouble that must be told first. */
export function troubleOf(status: Statuses, isSecure: boolean): Trouble | undefined {
	const devices: readonly Switched[] = ['microphone', 'camera'];
	const which = (wanted: DeviceStatus): Switched[] => devices.filter((device) => status[device] === wanted);
	if (!isSecure) return { kind: 'insecure' };
	const [blocked, ...more] = which('blocked');
	if (blocked) return { kind: 'blocked', which: more.length > 0 ? 'both' : blocked };
	if (which('busy').length > 0) return { kind: 'busy' };
	const missing = which('missing');
	return missing.length > 0 ? { kind: 'missing', which: missing } : undefined;
}

/** How one would take part with the devices as they are. */
export function partOf(status: Statuses): Part {
	if (status.microphone !== 'live') return 'listening';
	return status.camera === 'live' ? 'full' : 'without_camera';
}
