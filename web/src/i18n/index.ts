/** Everything that has to do with the six languages of the page, in one import. */
export { m } from '../paraglide/messages';
export * from './format';
export * from './languages';
export * from './locale.svelte';
export * from './sealed';
export * from './words';
