package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// bareVariable, when set, makes the program be the bare server: a process of
// its own, as a registry is.
const bareVariable = "PLASTRON_LOAD_BARE"

// startBare starts the bare server and returns its URL and how to end it.
func startBare() (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), bareVariable+"="+address)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	for deadline := now().Add(5 * time.Second); ; {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			return "http://" + address, stop, connection.Close()
		}
		if now().After(deadline) {
			stop()
			return "", nil, fmt.Errorf("starting the bare server: %w", err)
		}
	}
}

// serveBare answers everything with a body as long as that of a schema by id.
func serveBare(address string) error {
	body := []byte(`{"schema":"` + strings.Repeat("x", len(text("0"))) + `"}`)
	server := &http.Server{Addr: address, ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(body)
		})}
	return server.ListenAndServe()
}
