// Package packages holds what the .deb and the .rpm are made of, and a test
// that lives with the .deb on a Debian machine. Nothing imports it.
package packages
