package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/plastron-dev/plastron/runtime/config"
)

// TestTokens runs a registry that wants tokens of an issuer.
func TestTokens(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"keys":[{"kty":"EC","kid":"k","crv":"P-256","x":%q,"y":%q}]}`, encode(point[1:33]), encode(point[33:]))
	}))
	t.Cleanup(issuer.Close)
	environ := []string{
		"KARAPACE_BOOTSTRAP_URI=" + broker(t).Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
		"KARAPACE_SASL_OAUTHBEARER_AUTHORIZATION_ENABLED=true", "KARAPACE_SASL_OAUTHBEARER_ALLOW_INSECURE_JWKS=true",
		"KARAPACE_SASL_OAUTHBEARER_JWKS_ENDPOINT_URL=" + issuer.URL, "KARAPACE_SASL_OAUTHBEARER_EXPECTED_ISSUER=i",
		"KARAPACE_SASL_OAUTHBEARER_EXPECTED_AUDIENCE=a", "KARAPACE_SASL_OAUTHBEARER_ROLES_CLAIM_PATH=roles",
		`KARAPACE_SASL_OAUTHBEARER_METHOD_ROLES={"GET":["r"],"POST":[],"PUT":[],"DELETE":[]}`,
	}
	registry := background(t, RunRegistry, settings(t, config.RoleRegistry, environ...)).Registry
	token, err := signed(key, jwt.MapClaims{"iss": "i", "aud": "a", "sub": "s", "exp": time.Now().Add(time.Hour).Unix(), "roles": "r"})
	if err != nil {
		t.Fatal(err)
	}
	f := func(method, path, header string, want int) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, registry+path, strings.NewReader(`{"schema":"\"int\""}`))
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != want {
			t.Fatalf("%s %s: %d %s; want %d", method, path, answer.StatusCode, body, want)
		}
	}

	f("GET", "/subjects", "", 401)
	f("GET", "/subjects", "Bearer "+token, 200)
	f("POST", "/subjects/s/versions", "Bearer "+token, 403)
	f("GET", "/_health", "", 200)
	f("GET", "/metrics", "", 200)
}

func signed(key *ecdsa.PrivateKey, claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = "k"
	return token.SignedString(key)
}

// TestTokenSettingsStopTheStart starts a registry whose protection lacks
// something.
func TestTokenSettingsStopTheStart(t *testing.T) {
	t.Parallel()
	c := settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+broker(t).Addr(), "KARAPACE_SASL_OAUTHBEARER_AUTHENTICATION_ENABLED=true")
	err := RunRegistry(context.WithoutCancel(t.Context()), Options{Config: c, Version: "test", Log: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "sasl_oauthbearer_jwks_endpoint_url") {
		t.Fatal(err)
	}
}
