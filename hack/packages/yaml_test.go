package packages

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/runtime/config"
)

func read(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestComposeFile(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Image       string            `json:"image"`
			Command     []string          `json:"command"`
			Environment map[string]string `json:"environment"`
			Ports       []string          `json:"ports"`
			Volumes     []string          `json:"volumes"`
			DependsOn   map[string]struct {
				Condition string `json:"condition"`
			} `json:"depends_on"`
			Healthcheck *struct {
				Test []string `json:"test"`
			} `json:"healthcheck"`
		} `json:"services"`
		Volumes map[string]any `json:"volumes"`
	}
	read(t, "compose.yaml", &file)
	for _, name := range []string{"kafka", "registry", "rest"} {
		if _, ok := file.Services[name]; !ok {
			t.Errorf("no service %s", name)
		}
	}
	for name, service := range file.Services {
		if service.Image == "" {
			t.Errorf("%s has no image", name)
		}
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network without protection", name, port)
			}
		}
		for _, volume := range service.Volumes {
			if _, ok := file.Volumes[strings.SplitN(volume, ":", 2)[0]]; !ok {
				t.Errorf("%s: volume %s is not declared", name, volume)
			}
		}
		for other, d := range service.DependsOn {
			needed, ok := file.Services[other]
			if !ok || d.Condition == "service_healthy" && (needed.Healthcheck == nil || len(needed.Healthcheck.Test) < 2) {
				t.Errorf("%s waits for %s to be %s, which never happens", name, other, d.Condition)
			}
		}
		if len(service.Command) == 1 {
			settled(t, name, service.Command[0], service.Environment)
		}
	}
}

// settled loads the environment of a service as the program will.
func settled(t *testing.T, name, role string, environment map[string]string) {
	t.Helper()
	var environ []string
	for key, value := range environment {
		known := slices.ContainsFunc(config.Keys(), func(k config.Key) bool { return k.Env() == key })
		if !known {
			t.Errorf("%s: %s is no key", name, key)
		}
		environ = append(environ, key+"="+value)
	}
	c, _, err := config.Load(config.Input{Role: config.Role(role), Environ: environ})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if c.Listener.Host != "" || c.Kafka.Bootstrap != "kafka:29092" {
		t.Errorf("%s listens on %q and asks %q", name, c.Listener.Host, c.Kafka.Bootstrap)
	}
}

// TestSettingsInThePackage loads the files as the units do.
func TestSettingsInThePackage(t *testing.T) {
	t.Parallel()
	for _, role := range []config.Role{config.RoleRegistry, config.RoleREST} {
		_, notes, err := config.Load(config.Input{Role: role, Path: string(role) + ".json"})
		if err != nil || len(notes) > 0 {
			t.Errorf("%s.json: %v %v", role, notes, err)
		}
	}
}

func TestPreCommitHooks(t *testing.T) {
	t.Parallel()
	var file struct {
		Repos []struct {
			Repo  string `json:"repo"`
			Hooks []struct {
				ID, Name, Language, Entry string
			} `json:"hooks"`
		} `json:"repos"`
	}
	read(t, "../../.pre-commit-config.yaml", &file)
	seen := map[string]bool{}
	for _, repo := range file.Repos {
		if repo.Repo != "local" {
			t.Errorf("%s: hooks come from here, so that nothing foreign runs on a contributor's machine", repo.Repo)
		}
		for _, hook := range repo.Hooks {
			if seen[hook.ID] || hook.ID == "" || hook.Name == "" || hook.Language == "" || hook.Entry == "" {
				t.Errorf("hook %+v is not complete, or there twice", hook)
			}
			seen[hook.ID] = true
		}
	}
	if len(seen) < 4 {
		t.Errorf("only %d hooks", len(seen))
	}
}
