// Package cost measures what a piece of work takes, for tests that hold the
// promise about schemas: whatever a schema contains, it costs no more than
// 200 ms of processor time and 64 MiB to parse, to print or to compare. The
// tests named TestHostile of the formats call it.
//
// Not obvious: processor time is that of the whole process, the garbage
// collector included, because the promise is about what a schema takes from
// others. So a test that measures must not run in parallel with anything. The
// memory is everything that was allocated, freed or not: it bounds what was
// ever in use, and unlike that it does not depend on when the collector ran.
// The race detector makes code many times slower and changes what it allocates,
// so a file that measures has the build constraint !race; "make test" runs these
// files once without the detector, and hack/rules holds them to it.
//
// Files: cost.go.
package cost
