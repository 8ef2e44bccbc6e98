//go:build !race

package cost

const slowdown = 1
