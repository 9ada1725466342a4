/** Starts the page: the client, then the view of the stage it is in. */
import { mount } from 'svelte';

import App from './App.svelte';
import { PageClient } from './app/client.svelte';
import { exposeDiagnostics } from './app/diagnostics';
import './ui/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html lacks the element #app');

const client = new PageClient();
exposeDiagnostics(client);
mount(App, { target, props: { client } });
void client.open();

// Another link pasted into this tab changes the fragment only: begin with it from the start.
addEventListener('hashchange', () => {
	if (location.hash.startsWith('#/join/')) location.reload();
});
