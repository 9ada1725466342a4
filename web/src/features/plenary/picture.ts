/**
 * What the place of a person, or of a document, shows where the picture would be; decided here so that it can be tested
 * without a page.
 */
import type { Arrival } from '../../app/context';
import { m, presenceWords } from '../../i18n';
import type { Whereabouts } from '../../meeting/selectors';
import type { Presence } from '../../wire/types';

/**
 * `live`: the picture. `coming`: the camera is on, its picture is on its way. `paused`: the own line is too narrow for it.
 * `left-out`: there are more cameras than one screen receives. `off`: here without a camera.
 * `away`: the connection is lost, and the picture with it. `empty`: an empty chair. `caucus`: in a caucus that one is
 * not in. `called`: called to the caucus one is in.
 */
export type Picture = 'live' | 'coming' | 'paused' | 'left-out' | 'off' | 'away' | 'empty' | 'caucus' | 'called';

const PICTURE_OF: Readonly<Record<Arrival, Picture>> = {
	arriving: 'live',
	awaited: 'coming',
	paused: 'paused',
	left_out: 'left-out',
};

/** `camera`: the person's camera is on and may be seen. `arrival`: where its picture is. */
export function pictureOf(
	presence: Presence,
	camera: boolean,
	arrival: Arrival,
	whereabouts: Whereabouts = 'same_room',
): Picture {
	const gone = presence.state === 'absent' || presence.state === 'arriving';
	if (!gone && whereabouts !== 'same_room') return whereabouts === 'called' ? 'called' : 'caucus';
	switch (presence.state) {
		case 'absent':
		case 'arriving':
			return 'empty';
		case 'reconnecting':
			return camera && arrival === 'arriving' ? 'live' : 'away';
		case 'here':
			if (!camera) return 'off';
			return PICTURE_OF[arrival];
	}
}

/** The words in place of a picture, or beside one that may not go on; `departed`: the person was here before. */
export function pictureWords(picture: Picture, presence: Presence, departed = false): string {
	switch (picture) {
		case 'live':
			return presence.state === 'reconnecting' ? presenceWords(presence) : '';
		case 'coming':
			return m.tile_connecting();
		case 'paused':
			return m.tile_paused();
		case 'left-out':
			return m.tile_left_out();
		case 'off':
			return m.tile_camera_off();
		case 'caucus':
			return m.caucus_in();
		case 'called':
			return m.caucus_called();
		case 'away':
		case 'empty':
			return presenceWords(presence, departed);
	}
}
