package auth

import (
	"fmt"
	"strings"
	"testing"
)

const ann = `{"username":"ann","algorithm":"sha1","salt":"pepper-42","password_hash":"1aYU2+rLb6XC/y5kYTfU2c2f8UQ="}`

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	f := func(text, want string) {
		t.Helper()
		if _, err := parseFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%s: %v; want %q", text, err, want)
		}
	}

	f(``, "is not the JSON of an auth file")
	f("{\n \"users\": [],\n ]", "line 3 column 2")
	f(`[]`, "JSON array")
	f(`{"users":{}}`, "users")
	f(`{}`, `no list "users"`)
	f(`{"users":[]}`, `no list "permissions"`)
	f(`{"users":[{}],"permissions":[]}`, `user 1: has no "username"`)
	f(`{"users":[{"username":"a:b"}],"permissions":[]}`, "colon")
	f(`{"users":[{"username":"a"}],"permissions":[]}`, "mkpasswd")
	f(`{"users":[{"username":"a","algorithm":"md5","salt":"","password_hash":""}],"permissions":[]}`, "not one of scrypt")
	f(strings.Replace(`{"users":[`+ann+`],"permissions":[]}`, "1aYU", "aYU", 1), "base64 of 20 bytes")
	f(`{"users":[`+ann+`],"permissions":[{"username":"ann"}]}`, "permission 1 needs")
	f(`{"users":[],"permissions":[{"username":"ann","operation":"write","resource":""}]}`, "not one of Read, Write")
	f(`{"users":[],"permissions":[{"username":"ann","operation":"Read","resource":"(?!x)"}]}`, `pattern "(?!x)"`)
	f("{\"users\":\"\xff\"}", "UTF-8")
}

func TestRemarks(t *testing.T) {
	t.Parallel()
	file, err := parseFile([]byte(`{"users":[` + ann + `,` + ann + `],"permissions":[
		{"username":"bob","operation":"Read","resource":".*"},
		{"username":"ann","operation":"Read","resource":"orders"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(file.notes) != 3 {
		t.Fatal(file.notes)
	}
	f := func(resource, want string) {
		t.Helper()
		file, err := parseFile([]byte(`{"users":[` + ann + `],"permissions":[{"username":"ann","operation":"Read","resource":"` + resource + `"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(file.notes); want == "" && len(file.notes) > 0 || !strings.Contains(got, want) {
			t.Fatalf("%s: %s; want %q", resource, got, want)
		}
	}

	f("Subject:orders", "that one alone")
	f("Subject:orders$", "")
	f("Subject:orders-", "") // Obviously the start of several.
	f("Subject:orders.*", "")
	f("Subject:", "")
	f("Config:", "")
	f(".*", "")
	f("", "covers everything")
	f("^", "covers everything")
	f("orders", "covers nothing")
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte(`{"users":[` + ann + `],"permissions":[{"username":"ann","operation":"Write","resource":"Subject:[a]{,3}\\Z"}]}`))
	f.Add([]byte(`{"users":null,"permissions":[null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if file, err := parseFile(text); err == nil {
			for _, u := range file.users {
				u.allowed.allow(Write, "Subject:x")
			}
		}
	})
}
