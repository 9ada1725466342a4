/** The parts of which every view is made, in one import. */
export { default as Banner } from './Banner.svelte';
export { default as Button } from './Button.svelte';
export { default as Clock } from './Clock.svelte';
export { default as Control } from './Control.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as Flag } from './Flag.svelte';
export { default as Icon } from './Icon.svelte';
export { default as IconButton } from './IconButton.svelte';
export { default as LanguagePicker } from './LanguagePicker.svelte';
export { default as LevelMeter } from './LevelMeter.svelte';
export { default as Masthead } from './Masthead.svelte';
export { default as NamePlate } from './NamePlate.svelte';
export { default as Panel } from './Panel.svelte';
export { default as Select } from './Select.svelte';
export { default as Switch } from './Switch.svelte';
export type { IconName } from './icons';
export { isTyping, KEYS, keyOf, shortcutOf, withKey, type Shortcut } from './keyboard';
export { ticking } from './ticking.svelte';
