//go:build race

package cost

// slowdown is how much slower code is with the race detector on.
const slowdown = 20
