//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

const repository = "../.." // kubectl and helm run there

// kubectl runs the program of that name against the cluster under test.
type kubectl struct {
	program   string
	namespace string
}

// in returns a kubectl for another namespace than default.
func (k *kubectl) in(namespace string) *kubectl { return &kubectl{k.program, namespace} }

func newKubectl(t *testing.T) *kubectl {
	t.Helper()
	program := os.Getenv("KUBECTL")
	if program == "" || os.Getenv("KUBECONFIG") == "" {
		t.Fatal("KUBECTL and KUBECONFIG are unset: run these tests with make e2e")
	}
	return &kubectl{program: program, namespace: "default"}
}

func (k *kubectl) try(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, k.program, append([]string{"--namespace=" + k.namespace}, args...)...)
	cmd.Dir = repository
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), nil
}

// run returns what the command prints; its failure ends the test.
func (k *kubectl) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := k.try(t.Context(), "", args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// apply applies manifests given as text.
func (k *kubectl) apply(t *testing.T, manifests string) {
	t.Helper()
	if _, err := k.try(t.Context(), manifests, "apply", "-f", "-"); err != nil {
		t.Fatal(err)
	}
}

// refused applies manifests that the webhook has to refuse with all the words.
func (k *kubectl) refused(t *testing.T, manifests string, words ...string) {
	t.Helper()
	_, err := k.try(t.Context(), manifests, "apply", "-f", "-")
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Fatalf("applied, this should be refused with %q: %v\n%s", w, err, manifests)
		}
	}
}

// object is as much of a Kubernetes object as the stories look at.
type object struct {
	Metadata struct {
		Name            string `json:"name"`
		Namespace       string `json:"namespace"`
		UID             string `json:"uid"`
		Generation      int64  `json:"generation"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Status struct {
		SchemaID   int         `json:"schemaID"`
		Version    any         `json:"version"` // a number of Subjects, a text of workloads
		Ownership  string      `json:"ownership"`
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (o object) condition(kind string) condition {
	for _, c := range o.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return condition{}
}

func (k *kubectl) get(t *testing.T, kind, name string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(k.run(t, "get", kind, name, "-o", "json")), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func (k *kubectl) list(t *testing.T, args ...string) []object {
	t.Helper()
	var l struct {
		Items []object `json:"items"`
	}
	if err := json.Unmarshal([]byte(k.run(t, append([]string{"get", "-o", "json"}, args...)...)), &l); err != nil {
		t.Fatal(err)
	}
	return l.Items
}

// await polls until the check reports nothing to complain about. What it
// complained about last is the failure.
func await(t *testing.T, what string, limit time.Duration, check func() string) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		complaint := check()
		if complaint == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %s", what, limit, complaint)
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// awaitCondition waits until the condition of the object has the status.
func (k *kubectl) awaitCondition(t *testing.T, kind, name, conditionType, status string, limit time.Duration) object {
	t.Helper()
	var o object
	await(t, fmt.Sprintf("%s of %s %s = %s", conditionType, kind, name, status), limit, func() string {
		o = k.get(t, kind, name)
		if c := o.condition(conditionType); c.Status != status {
			return fmt.Sprintf("is %q, %s: %s", c.Status, c.Reason, c.Message)
		}
		return ""
	})
	return o
}

var forwarding = regexp.MustCompile(`Forwarding from 127\.0\.0\.1:(\d+) ->`)

// forward opens a port-forward to pod/NAME or svc/NAME that lives as long as
// the test, and returns the URL of its local end.
func (k *kubectl) forward(t *testing.T, target string, port int) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), k.program, "--namespace="+k.namespace, "port-forward", "--address", "127.0.0.1", target, fmt.Sprintf(":%d", port))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := forwarding.FindStringSubmatch(lines.Text()); m != nil {
			go func() { // kubectl prints a line per connection and must not block on it
				for lines.Scan() {
				}
			}()
			return "http://127.0.0.1:" + m[1]
		}
	}
	t.Fatalf("port-forward to %s ended", target)
	return ""
}

// diagnose prints what a person would look at first.
func (k *kubectl) diagnose(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"get", "schemaregistry,restproxy,subject", "-A", "-o", "wide"},
		{"get", "pods", "-A", "-o", "wide"},
		{"get", "events", "-A", "--sort-by=.lastTimestamp"},
		{"logs", "-n", "plastron-system", "-l", "app.kubernetes.io/name=plastron", "--tail=60"},
		{"logs", "-l", "app.kubernetes.io/component", "--tail=40", "--prefix"},
	} {
		out, err := k.try(t.Context(), "", args...)
		t.Logf("kubectl %s\n%s%v", strings.Join(args, " "), out, err)
	}
}

// cleanupContext is for what has to happen after a test has ended.
func cleanupContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
