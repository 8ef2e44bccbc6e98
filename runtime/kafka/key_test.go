package kafka

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEncryptedKeys(t *testing.T) {
	t.Parallel()
	f := func(key, password, wantError string) {
		t.Helper()
		_, err := loadKeyPair("testdata/client.crt", filepath.Join("testdata", key), password)
		if wantError == "" && err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if wantError != "" && (err == nil || !strings.Contains(err.Error(), wantError)) {
			t.Errorf("%s: %v; want an error with %q", key, err, wantError)
		}
	}
	f("plain.key", "", "")
	f("plain.key", "unused", "")
	f("pbes2-aes256-sha256.key", "secret", "")
	f("pbes2-aes192-sha512.key", "secret", "")
	f("pbes2-aes128-sha1.key", "secret", "")
	f("old-pem.key", "secret", "")
	f("old-pem.key", "wrong", "is ssl_password right?")
	f("pbes2-des3.key", "secret", "not supported")
	f("absent.key", "", "ssl_keyfile")
	f("client.crt", "", "ssl_keyfile testdata/client.crt")
}

// A wrong password gives noise, which almost always has wrong padding; when
// by chance it has not, it is no key.
func TestWrongPasswordIsAnError(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"a", "b", "c", "d", "Secret"} {
		if _, err := loadKeyPair("testdata/client.crt", "testdata/pbes2-aes256-sha256.key", password); err == nil {
			t.Errorf("password %q was accepted", password)
		}
	}
}

// FuzzDecryptKey: a hostile key file is an error, not a panic or a hang.
func FuzzDecryptKey(f *testing.F) {
	files, err := filepath.Glob("testdata/*.key")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if block, _ := pem.Decode(raw); block != nil {
			f.Add(block.Bytes)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) > 4096 {
			return
		}
		_, _ = decryptPKCS8(der, "secret")
		_, _ = decryptKey(der, "secret")
		_, _ = decryptKey(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), "secret")
	})
}
