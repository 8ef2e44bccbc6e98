// Command smoke is the image of smoke_test.sh: it answers with its host name,
// fetches a URL for the caller and keeps a file in /data.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	host, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, host) })
	http.HandleFunc("/fetch", func(w http.ResponseWriter, r *http.Request) {
		client := http.Client{Timeout: 5 * time.Second}
		response, err := client.Get(r.URL.Query().Get("url"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		if _, err := io.Copy(w, response.Body); err != nil {
			log.Print(err)
		}
	})
	http.HandleFunc("/note", func(w http.ResponseWriter, r *http.Request) {
		if text := r.URL.Query().Get("text"); text != "" {
			if err := os.WriteFile("/data/note", []byte(text), 0o600); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		http.ServeFile(w, r, "/data/note")
	})
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
