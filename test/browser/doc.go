// Package browser holds tests of the page at /ui in a real, headless Chromium
// against the real binary: what people see, whether the keyboard reaches it,
// and that nothing of a schema is ever taken for markup. It is a module of its
// own, so that nobody else needs its driver. Start it with hack/browser.sh,
// which builds the binary and finds the browser.
package browser
