// Command franz-go does with a registry what users of franz-go's package sr do.
//
// INTEROP_REGISTRY is its URL, INTEROP_KAFKA the address of a broker, and
// INTEROP_FLAVOUR says whose behaviour to expect where products differ. It
// prints one line per check: state, feature and, when it failed, why, separated
// by tabs; hack/interop.sh reads them.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
)

// target is the registry under test and what its checks share.
type target struct {
	*sr.Client
	kafka     string
	confluent bool
	// unique is a part of every name, so that a registry may be used again.
	unique string
}

// check is something that users of the client do.
type check struct {
	feature string
	run     func(context.Context, target) error
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, err := sr.NewClient(sr.URLs(os.Getenv("INTEROP_REGISTRY")))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	t := target{
		Client: client, kafka: os.Getenv("INTEROP_KAFKA"), confluent: os.Getenv("INTEROP_FLAVOUR") == "confluent",
		unique: "interop-" + strings.ToLower(rand.Text()[:8]),
	}
	failed := 0
	for _, c := range append(surface(), formats()...) {
		if err := c.run(ctx, t); err != nil {
			failed++
			fmt.Printf("FAIL\t%s\t%s\n", c.feature, strings.Join(strings.Fields(err.Error()), " "))
			continue
		}
		fmt.Printf("ok\t%s\n", c.feature)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// equal compares one thing that a check got with what it wants.
func equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}
