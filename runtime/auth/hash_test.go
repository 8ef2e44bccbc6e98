package auth

import (
	"encoding/base64"
	"testing"
)

// TestHash holds values computed with Python's hashlib.
func TestHash(t *testing.T) {
	t.Parallel()
	f := func(a Algorithm, password, salt, want string) {
		t.Helper()
		got, err := a.Hash(password, salt)
		if err != nil || base64.StdEncoding.EncodeToString(got) != want {
			t.Fatalf("%s: %s, %v; want %s", a, base64.StdEncoding.EncodeToString(got), err, want)
		}
	}

	f(SHA1, "s3cret!", "pepper-42", "1aYU2+rLb6XC/y5kYTfU2c2f8UQ=")
	f(SHA256, "s3cret!", "pepper-42", "HnTjmpPJziN359UDdWBc8wnCzZ2ssJBkyIX+wEEOvpQ=")
	f(SHA512, "s3cret!", "pepper-42", "psZFAFEuAMOxIRSHJe41uwwM5ZTAX1Wkbj/+XDWD0KvlTe09V9uaorlHwWlujf+KZanBv5PNC508TOVmueTsKQ==")
	f(Scrypt, "s3cret!", "pepper-42", "AD+149diq/6M39l2HqQ0KN2+8QqREtaJOZQxyQAEFBVzI6ijIAVNkoOo2KPNdURb85hX4bvWjahnqjLaEwcpMg==")
	f(SHA1, "pässwörd", "sältchen", "kKynO6IqOu/KPVkLsuPWmjTm6t4=")
	f(SHA256, "pässwörd", "sältchen", "Dl4myrPbk9tRh7X8SbFenvh0btbDzJy3ffCQWAi970I=")
	f(SHA512, "pässwörd", "sältchen", "rB0YYEO6s4eLUzIqoqNpi45ZRS+e3dNtoyyXG6LJSI7UBDhiqRLB8K+s2ZTWGXgDYJgRi52bTnulUgBUUfoKDQ==")
	f(Scrypt, "pässwörd", "sältchen", "q+hvR9/lzYmeZadvJRt9HUhg9ucw87jgaVs5P5B14rxEMiBSKPdYg0Mu9nP+rNy0MmNb1WkP/UHZoeVSl2pCyw==")
}

func TestUnknownAlgorithm(t *testing.T) {
	t.Parallel()
	if _, err := Algorithm("md5").Hash("p", "s"); err == nil {
		t.Fatal("md5 made a hash")
	}
	if _, err := ParseAlgorithm("SHA512"); err == nil {
		t.Fatal("SHA512 is an algorithm")
	}
}
