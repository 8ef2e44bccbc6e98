//go:build packages

package packages

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDebianPackage installs the package, configures the registry, runs the
// unit's command as the unit's user with a service manager's socket, sees it
// become ready, stops it, removes and purges the package, and looks at what is
// left each time. It needs root and changes the machine: run it by
// hack/packages/test.sh.
func TestDebianPackage(t *testing.T) {
	deb := os.Getenv("PLASTRON_DEB")
	if deb == "" {
		t.Fatal("PLASTRON_DEB names no package; run hack/packages/test.sh")
	}
	if left := remains(t); len(left) > 0 {
		t.Fatalf("this machine has a Plastron already: %v", left)
	}
	t.Cleanup(func() {
		_ = exec.Command("dpkg", "--purge", "plastron").Run()
		_ = exec.Command("userdel", "plastron").Run()
	})
	command(t, "dpkg", "--install", deb)
	packaged(t)
	unit := readUnit(t, "/usr/lib/systemd/system/plastron-registry.service")
	verify(t)
	service(t, unit)

	command(t, "dpkg", "--remove", "plastron")
	want(t, "after removal", remains(t), "/etc/default/plastron", "/etc/plastron", "/etc/plastron/registry.json", "/etc/plastron/rest.json")
	command(t, "dpkg", "--purge", "plastron")
	want(t, "after purging", remains(t))
	if _, err := user.Lookup("plastron"); err != nil {
		t.Fatal("the user is gone, and another may get its number: ", err)
	}
}

// TestRedHatPackage installs the .rpm into a folder of its own. Its scripts are
// those of the .deb and are not run: they would concern this machine.
func TestRedHatPackage(t *testing.T) {
	rpm := os.Getenv("PLASTRON_RPM")
	if rpm == "" {
		t.Fatal("PLASTRON_RPM names no package; run hack/packages/test.sh")
	}
	root := t.TempDir()
	command(t, "rpm", "--root", root, "--initdb")
	command(t, "rpm", "--root", root, "--install", "--nodeps", "--noscripts", rpm)
	for path, mode := range map[string]os.FileMode{
		"/usr/bin/plastron": 0o755, "/usr/bin/karapace_mkpasswd": 0o755, "/etc/plastron/registry.json": 0o640,
		"/etc/default/plastron": 0o640, "/usr/lib/systemd/system/plastron-registry.service": 0o644,
		"/usr/lib/systemd/system/plastron-rest.service": 0o644, "/usr/lib/sysusers.d/plastron.conf": 0o644,
	} {
		if info, err := os.Stat(root + path); err != nil || info.Mode().Perm() != mode {
			t.Fatalf("%s: %v %v", path, info, err)
		}
	}
	command(t, root+"/usr/bin/plastron", "version")
	if out := command(t, "rpm", "--root", root, "--query", "--configfiles", "plastron"); strings.Count(out, "/etc/") != 3 {
		t.Fatalf("files that an upgrade leaves alone: %s", out)
	}
	scripts := command(t, "rpm", "--root", root, "--query", "--scripts", "plastron")
	for _, name := range []string{"postinstall", "preuninstall", "postuninstall"} {
		if !strings.Contains(scripts, name+" scriptlet") {
			t.Fatalf("no %s: %s", name, scripts)
		}
	}
}

// packaged looks at what an administrator gets.
func packaged(t *testing.T) {
	t.Helper()
	account, err := user.Lookup("plastron")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/etc/plastron/registry.json", "/etc/plastron/rest.json", "/etc/default/plastron"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		owner := info.Sys().(*syscall.Stat_t)
		if info.Mode().Perm() != 0o640 || owner.Uid != 0 || strconv.Itoa(int(owner.Gid)) != account.Gid {
			t.Fatalf("%s may hold secrets: %v, %d:%d", path, info.Mode(), owner.Uid, owner.Gid)
		}
	}
	if out := command(t, "/usr/bin/karapace_mkpasswd", "-a", "sha512", "secret"); !strings.Contains(out, "password_hash") {
		t.Fatal(out)
	}
	if out := command(t, "dpkg-query", "--show", "--showformat=${Conffiles}", "plastron"); strings.Count(out, "/etc/") != 3 {
		t.Fatalf("files that an upgrade leaves alone: %s", out)
	}
}

// verify lets systemd judge the units, where there is one.
func verify(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("left out: systemd-analyze, there is no systemd here")
		return
	}
	for _, name := range []string{"registry", "rest"} {
		path := "/usr/lib/systemd/system/plastron-" + name + ".service"
		if out := command(t, "systemd-analyze", "verify", path); out != "" {
			t.Fatal(out)
		}
		// 0 is a unit that may do nothing, 10 one that may do everything.
		t.Log(lastLine(command(t, "systemd-analyze", "security", "--offline=yes", "--threshold=20", path)))
	}
}

// unit is what a service manager takes from the file.
type unit struct {
	command []string
	user    string
}

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	value := func(key string) string {
		t.Helper()
		found := regexp.MustCompile(`(?m)^` + key + `=(.*)$`).FindSubmatch(text)
		if found == nil {
			t.Fatalf("%s has no %s", path, key)
		}
		return string(found[1])
	}
	if value("Type") != "notify" {
		t.Fatal("systemd does not wait until the registry is ready")
	}
	return unit{command: strings.Fields(value("ExecStart")), user: value("User")}
}

// service runs the unit's command as systemd would.
func service(t *testing.T, u unit) {
	t.Helper()
	kafka := broker(t)
	settings := fmt.Sprintf(`{"host": "127.0.0.1", "port": 0, "bootstrap_uri": %q, "waiting_time_before_acting_as_master_ms": 0, "advertised_hostname": "127.0.0.1"}`, kafka)
	if err := os.WriteFile("/etc/plastron/registry.json", []byte(settings), 0o640); err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "plastron-notify")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	account, err := user.Lookup(u.user)
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := number(t, account.Uid), number(t, account.Gid)
	socket := filepath.Join(folder, "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err == nil {
		err = os.Chmod(folder, 0o755)
	}
	if err == nil {
		err = os.Chown(socket, int(uid), int(gid))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()

	cmd := exec.Command(u.command[0], u.command[1:]...)
	cmd.Env = []string{"NOTIFY_SOCKET=" + socket, "PATH=/usr/bin:/bin"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	var log bytes.Buffer
	cmd.Stderr = &log
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hear := func(state string) {
		t.Helper()
		buf := make([]byte, 256)
		if err := manager.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := manager.Read(buf)
		if err != nil || string(buf[:n]) != state {
			t.Fatalf("%q, %v; want %s\n%s", buf[:n], err, state, log.String())
		}
	}
	hear("READY=1")
	t.Logf("ready after %v", time.Since(begin).Round(time.Millisecond))
	answers(t, cmd.Process.Pid)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hear("STOPPING=1")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
}

// answers asks the registry at the port that it chose.
func answers(t *testing.T, pid int) {
	t.Helper()
	out := command(t, "ss", "--listening", "--tcp", "--numeric", "--processes", "--no-header")
	found := regexp.MustCompile(`127\.0\.0\.1:(\d+) .*pid=` + strconv.Itoa(pid) + `,`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("process %d listens nowhere: %s", pid, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+found[1]+"/subjects", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := new(http.Client).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != 200 || string(body) != "[]" {
		t.Fatalf("%d %s %v", answer.StatusCode, body, err)
	}
}

// broker runs an embedded broker of the installed program.
func broker(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("/usr/bin/plastron", "dev", "broker", "--listen", "127.0.0.1:0", "--data", "")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	buf := make([]byte, 4096)
	said := ""
	for {
		n, err := out.Read(buf)
		said += string(buf[:n])
		if found := regexp.MustCompile(`advertises (\S+)\n`).FindStringSubmatch(said); found != nil {
			return found[1]
		}
		if err != nil {
			t.Fatalf("the broker does not say where it listens: %s %v", said, err)
		}
	}
}

// remains lists what the package has put on the machine.
func remains(t *testing.T) []string {
	t.Helper()
	var left []string
	for _, pattern := range []string{
		"/usr/bin/plastron", "/usr/bin/karapace*", "/usr/lib/systemd/system/plastron*", "/etc/systemd/system/*/plastron*",
		"/usr/lib/sysusers.d/plastron*", "/usr/share/doc/plastron", "/etc/default/plastron*", "/etc/plastron", "/etc/plastron/*",
		"/var/lib/plastron*", "/var/log/plastron*", "/run/plastron*",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, found...)
	}
	return left
}

func want(t *testing.T, when string, got []string, wanted ...string) {
	t.Helper()
	if strings.Join(got, " ") != strings.Join(wanted, " ") {
		t.Fatalf("%s there is %v, want %v", when, got, wanted)
	}
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func number(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}
