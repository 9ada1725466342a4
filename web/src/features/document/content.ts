/** What a shared screen can show, in words: the usual first. */
import type { ScreenContent } from '../../app/context';
import { m } from '../../i18n';

interface Choice {
	readonly content: ScreenContent;
	readonly name: () => string;
	/** What it suits, and what it costs. */
	readonly detail: () => string;
}

export const SCREEN_CONTENTS: readonly Choice[] = [
	{ content: 'text', name: m.share_text, detail: m.share_text_detail },
	{ content: 'motion', name: m.share_motion, detail: m.share_motion_detail },
];
