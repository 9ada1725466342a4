/** The controls that stand in the bar where there is room, and in a sheet behind "More" where there is not. */
import type { Client } from '../../app/context';
import { m } from '../../i18n';
import { isChair, rights } from '../../meeting/selectors';
import { captionLanguages } from '../../captions/captions';
import { hasCaptions } from '../captions/sizes';
import type { IconName } from '../../ui/icons';
import { keyOf, type Shortcut } from '../../ui/keyboard';

export interface Extra {
	/** Names it for tests, and says what is asked for. */
	readonly action: 'share' | 'whisper' | 'caucus' | 'captions' | 'devices' | 'line' | 'end';
	readonly icon: IconName;
	readonly label: string;
	readonly tone: 'plain' | 'on' | 'danger';
	readonly shortcut: string | undefined;
	readonly disabled: boolean;
}

type Page = Pick<Client, 'meeting' | 'media' | 'seal' | 'preferences'>;

/** Those that this person has, in the order of the bar. */
export function extras({ meeting, media, seal, preferences }: Page): readonly Extra[] {
	const may = rights(meeting);
	const key = (shortcut: Shortcut): string | undefined => keyOf(shortcut, preferences.shortcuts);
	const share: Extra = {
		action: 'share',
		icon: 'screen',
		label: media.sharing ? m.controls_share_stop() : m.controls_share(),
		tone: media.sharing ? 'on' : 'plain',
		shortcut: key('share'),
		disabled: !may.shareScreen,
	};
	const whisper: Extra = {
		action: 'whisper',
		icon: 'whisper',
		label: seal.whispering ? m.whisper_stop() : m.whisper_start(),
		tone: seal.whispering ? 'on' : 'plain',
		shortcut: key('whisper'),
		disabled: !seal.whispering && (!may.whisper || seal.status !== 'sealed'),
	};
	const caucus: Extra = {
		action: 'caucus',
		icon: 'caucus',
		label: may.leaveCaucus ? m.caucus_back() : m.caucus_control(),
		tone: may.leaveCaucus ? 'on' : 'plain',
		shortcut: key('caucus'),
		disabled: !may.leaveCaucus && !may.openCaucus,
	};
	const shown = preferences.captions.on || preferences.signs.shown.length > 0;
	const captions: Extra = {
		action: 'captions',
		icon: captionLanguages(meeting).length > 0 ? 'captions' : 'sign',
		label: captionLanguages(meeting).length > 0 ? m.captions_control() : m.signs_title(),
		tone: shown ? 'on' : 'plain',
		shortcut: key('captions'),
		disabled: false,
	};
	const devices: Extra = {
		action: 'devices',
		icon: 'devices',
		label: m.controls_devices(),
		tone: 'plain',
		shortcut: key('devices'),
		disabled: false,
	};
	const line: Extra = {
		action: 'line',
		icon: 'signal',
		label: m.line_show(),
		tone: 'plain',
		shortcut: key('line'),
		disabled: false,
	};
	const end: Extra = {
		action: 'end',
		icon: 'end',
		label: m.controls_end(),
		tone: 'danger',
		shortcut: undefined,
		disabled: !may.endSummit,
	};
	return [
		...(media.canShareScreen ? [share] : []),
		whisper,
		caucus,
		...(hasCaptions(meeting) ? [captions] : []),
		devices,
		line,
		...(isChair(meeting, meeting.you) ? [end] : []),
	];
}
