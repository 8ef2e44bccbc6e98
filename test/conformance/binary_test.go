package conformance

import (
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

func TestBinary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "plastron")
	build := exec.Command("go", "build", "-o", binary, "../../cmd/plastron")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	begin := func(kafka, registry, rest int) *testkit.DevProcess {
		args := []string{
			"--data", filepath.Join(dir, "data"),
			"--kafka-port", strconv.Itoa(kafka), "--registry-port", strconv.Itoa(registry), "--rest-port", strconv.Itoa(rest),
		}
		for _, topic := range testkit.Topics() {
			args = append(args, "--topic", topic)
		}
		p, err := testkit.StartDev(context.WithoutCancel(t.Context()), binary, args...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := begin(0, 0, 0)
	defer func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}()
	runAll(t, testkit.Target{
		Registry: p.Registry, REST: p.REST, LogKeys: logKeys(p.Kafka),
		Restart: func(context.Context) error {
			if err := p.Stop(); err != nil {
				return err
			}
			p = begin(port(p.Kafka), port(p.Registry), port(p.REST))
			return nil
		},
	})
}
