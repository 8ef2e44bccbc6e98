package traffic

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// bareVariable, when set, makes the program be the bare server: a process of
// its own, as a registry is.
const bareVariable = "PLASTRON_LOAD_BARE"

// ServeBare is called first by programs that use StartBare. In the process that
// StartBare has started it serves and does not return.
func ServeBare() {
	address := os.Getenv(bareVariable)
	if address == "" {
		return
	}
	fmt.Fprintln(os.Stderr, "the bare server:", serveBare(address))
	os.Exit(1)
}

// StartBare starts a net/http server that answers every request with one fixed
// body: what this machine can do at most. It returns its URL and how to end
// it.
func StartBare() (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	address, err := FreeAddress()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), bareVariable+"="+address)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	for deadline := Now().Add(5 * time.Second); ; {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			return "http://" + address, stop, connection.Close()
		}
		if Now().After(deadline) {
			stop()
			return "", nil, fmt.Errorf("starting the bare server: %w", err)
		}
	}
}

// FreeAddress is one that nobody listens on.
func FreeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// serveBare answers everything with a body as long as that of a schema by id.
func serveBare(address string) error {
	body := Body(Avro("0", 0))
	server := &http.Server{Addr: address, ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(body)
		})}
	return server.ListenAndServe()
}
