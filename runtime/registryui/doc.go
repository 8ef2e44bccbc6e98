// Package registryui holds the page that lets people look through a registry:
// plain HTML, style and script, embedded, without a build step and without
// anything from another origin. It reads the registry's own HTTP API, so it
// shows what the same person could ask for by other means, and changes nothing.
//
// Package registryhttp serves the files below /ui. The scripts are modules in
// web/: main.js (what the address bar means), list.js (subjects), subject.js
// and diff.js (the right half), api.js (requests), and small ones for text.
// All data goes into the page as text nodes; the policy in Policy makes the
// browser refuse anything else. test/browser runs the page in a real browser.
package registryui
