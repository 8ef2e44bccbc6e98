package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer is a key set behind a transport that counts fetches.
type issuer struct {
	mu      sync.Mutex
	body    string
	status  int
	fetches atomic.Int32
}

// RoundTrip implements http.RoundTripper.
func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	i.fetches.Add(1)
	i.mu.Lock()
	defer i.mu.Unlock()
	return &http.Response{StatusCode: i.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(i.body)), Request: r}, nil
}

func (i *issuer) publish(t *testing.T, status int, keys map[string]crypto.PublicKey) {
	t.Helper()
	var set struct {
		Keys []jwk `json:"keys"`
	}
	encode := base64.RawURLEncoding.EncodeToString
	for kid, key := range keys {
		switch key := key.(type) {
		case *rsa.PublicKey:
			set.Keys = append(set.Keys, jwk{Kty: "RSA", Kid: kid, Use: "sig", N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes())})
		case *ecdsa.PublicKey:
			raw, err := key.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			half := (len(raw) - 1) / 2
			set.Keys = append(set.Keys, jwk{Kty: "EC", Kid: kid, Crv: key.Params().Name, X: encode(raw[1 : 1+half]), Y: encode(raw[1+half:])})
		}
	}
	body, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.body, i.status = string(body), status
}

type tokenTest struct {
	issuer *issuer
	auth   *Auth
	rsa    *rsa.PrivateKey
	ec     *ecdsa.PrivateKey
	now    time.Time
}

func newTokenTest(t *testing.T, change func(*OIDC)) *tokenTest {
	t.Helper()
	x := &tokenTest{issuer: &issuer{}, now: time.Unix(1_800_000_000, 0)}
	var err error
	if x.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if x.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	x.issuer.publish(t, 200, map[string]crypto.PublicKey{"r": &x.rsa.PublicKey, "e": &x.ec.PublicKey})
	o := OIDC{
		Keys: "https://issuer.test/keys", Issuer: "https://issuer.test", Audience: "other, registry", ClientID: "my.client",
		Authorize: true, RolesPath: "resource_access.[client_id].roles", Transport: x.issuer, SkipPaths: []string{"/_health"},
		MethodRoles: map[string][]string{"get": {"reader", "writer"}, "post": {"writer"}, "put": {"writer"}, "delete": {}},
	}
	if change != nil {
		change(&o)
	}
	if x.auth, err = New(Config{OIDC: &o, Clock: func() time.Time { return x.now }}); err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *tokenTest) claims(change map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": "https://issuer.test", "aud": "registry", "sub": "ann", "exp": x.now.Add(time.Minute).Unix(), "iat": x.now.Unix(),
		"resource_access": map[string]any{"my.client": map[string]any{"roles": []string{"reader, other"}}},
	}
	for name, v := range change {
		claims[name] = v
		if v == nil {
			delete(claims, name)
		}
	}
	return claims
}

func (x *tokenTest) sign(t *testing.T, method jwt.SigningMethod, kid string, key any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (x *tokenTest) ask(method, path, header string) (Principal, Answer) {
	r := httptest.NewRequest(method, path, nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	p, err := x.auth.Authenticate(r)
	if err == nil {
		return p, Answer{Status: 200}
	}
	return p, x.auth.Answer(err)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	x := newTokenTest(t, nil)
	f := func(name, method, header, want string) {
		t.Helper()
		for range 2 {
			_, got := x.ask(method, "/subjects", header)
			if !strings.Contains(string(got.Body), want) || (want == "") != (got.Status == 200) {
				t.Fatalf("%s: %d %s; want %q", name, got.Status, got.Body, want)
			}
		}
	}
	es := func(change map[string]any) string {
		return "Bearer " + x.sign(t, jwt.SigningMethodES256, "e", x.ec, x.claims(change))
	}

	f("RS256", "GET", "Bearer "+x.sign(t, jwt.SigningMethodRS256, "r", x.rsa, x.claims(nil)), "")
	f("ES256", "GET", es(nil), "")
	f("HEAD as GET", "HEAD", es(nil), "")
	f("OPTIONS", "OPTIONS", "", "")
	f("no header", "GET", "", `{"error_code":401,"message":"Unauthorized","error":"Unauthorized","reason":"Missing or invalid Authorization header"}`)
	f("Basic", "GET", "Basic YTpi", reasonHeader)
	f("role missing", "POST", es(nil), `"error_code":403,"message":"Forbidden","error":"Authorization error","reason":"Forbidden"`)
	f("method without roles", "DELETE", es(nil), reasonRoles)
	f("method without entry", "PATCH", es(nil), reasonRoles)
	f("expired", "GET", es(map[string]any{"exp": x.now.Add(-time.Second).Unix()}), reasonExpired)
	f("no exp", "GET", es(map[string]any{"exp": nil}), reasonInvalid)
	f("issuer", "GET", es(map[string]any{"iss": "https://evil.test"}), reasonInvalid)
	f("audience", "GET", es(map[string]any{"aud": "x"}), reasonInvalid)
	f("audience list", "GET", es(map[string]any{"aud": []string{"x", "other"}}), "")
	f("no subject", "GET", es(map[string]any{"sub": nil}), reasonInvalid)
	f("from the future", "GET", es(map[string]any{"iat": x.now.Add(time.Hour).Unix()}), reasonInvalid)
	f("not yet", "GET", es(map[string]any{"nbf": x.now.Add(time.Hour).Unix()}), reasonInvalid)
	f("garbage", "GET", "Bearer a.b.c", reasonInvalid)
	f("key of another kind", "GET", "Bearer "+x.sign(t, jwt.SigningMethodES256, "r", x.ec, x.claims(nil)), reasonInvalid)
}

func TestHostileTokens(t *testing.T) {
	t.Parallel()
	x := newTokenTest(t, nil)
	f := func(name, token string) {
		t.Helper()
		if p, got := x.ask("GET", "/subjects", "Bearer "+token); got.Status != 401 {
			t.Fatalf("%s: %d, %v", name, got.Status, p)
		}
	}

	f("alg none", x.sign(t, jwt.SigningMethodNone, "r", jwt.UnsafeAllowNoneSignatureType, x.claims(nil)))
	f("public key as secret", x.sign(t, jwt.SigningMethodHS256, "r", x.rsa.N.Bytes(), x.claims(nil)))
	f("key id as path", x.sign(t, jwt.SigningMethodES256, "../../etc/passwd", x.ec, x.claims(nil)))
	f("a megabyte", strings.Repeat("a", 1<<20))
	fetched := x.issuer.fetches.Load()
	for range 100 {
		f("made-up key id", x.sign(t, jwt.SigningMethodES256, rand.Text(), x.ec, x.claims(nil)))
	}
	if n := x.issuer.fetches.Load(); n != fetched {
		t.Fatal("made-up key ids caused", n-fetched, "fetches")
	}
}

func TestKeysChange(t *testing.T) {
	t.Parallel()
	x := newTokenTest(t, nil)
	long := x.claims(map[string]any{"exp": x.now.Add(24 * time.Hour).Unix()})
	token := "Bearer " + x.sign(t, jwt.SigningMethodES256, "e", x.ec, long)
	f := func(step string, want int, fetches int32) {
		t.Helper()
		if _, got := x.ask("GET", "/subjects", token); got.Status != want || x.issuer.fetches.Load() != fetches {
			t.Fatalf("%s: %d after %d fetches; want %d after %d", step, got.Status, x.issuer.fetches.Load(), want, fetches)
		}
	}

	f("first use", 200, 1)
	f("remembered", 200, 1)
	x.issuer.publish(t, 500, nil)
	x.now = x.now.Add(keysAge)
	f("the issuer is away, its keys are still good", 200, 2)
	f("and it is not asked again at once", 200, 2)
	x.now = x.now.Add(keysGrace)
	f("too long", 503, 3)
	x.issuer.publish(t, 200, map[string]crypto.PublicKey{"r": &x.rsa.PublicKey})
	x.now = x.now.Add(keysPause)
	f("the key was withdrawn", 401, 4)
	x.issuer.publish(t, 200, map[string]crypto.PublicKey{"e": &x.ec.PublicKey})
	x.now = x.now.Add(keysPause)
	f("and is back", 200, 5)
	x.now = x.now.Add(24 * time.Hour)
	f("expired while remembered", 401, 5)
}

func TestTokenOptions(t *testing.T) {
	t.Parallel()
	x := newTokenTest(t, func(o *OIDC) { o.RequireType, o.EnforceAZP, o.Leeway = true, true, 10*time.Second })
	f := func(name, typ, azp string, late time.Duration, want int) {
		t.Helper()
		token := jwt.NewWithClaims(jwt.SigningMethodES256, x.claims(map[string]any{"azp": azp, "exp": x.now.Add(-late).Unix()}))
		token.Header["kid"], token.Header["typ"] = "e", typ
		text, err := token.SignedString(x.ec)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := x.ask("GET", "/subjects", "Bearer "+text); got.Status != want {
			t.Fatalf("%s: %d; want %d", name, got.Status, want)
		}
	}

	f("all right", "at+jwt", "my.client", 0, 200)
	f("long type, within the leeway", "application/at+jwt", "my.client", 9*time.Second, 200)
	f("beyond the leeway", "at+jwt", "my.client", 11*time.Second, 401)
	f("type", "JWT", "my.client", 0, 401)
	f("azp", "at+jwt", "other", 0, 401)
}

func TestTokenSettings(t *testing.T) {
	t.Parallel()
	good := OIDC{Keys: "https://i/k", Issuer: "i", Audience: "a"}
	f := func(want string, change func(*OIDC)) {
		t.Helper()
		o := good
		change(&o)
		if _, err := New(Config{OIDC: &o}); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v; want %q", err, want)
		}
	}

	f("jwks_endpoint_url", func(o *OIDC) { o.Keys = "" })
	f("not https", func(o *OIDC) { o.Keys = "http://i/k" })
	f("jwks_endpoint_url", func(o *OIDC) { o.Keys = "file:///etc/passwd" })
	f("expected_issuer", func(o *OIDC) { o.Issuer = "" })
	f("expected_audience", func(o *OIDC) { o.Audience = " ," })
	f("OIDC config error: sasl_oauthbearer_client_id is required when sasl_oauthbearer_enforce_azp is enabled.", func(o *OIDC) { o.EnforceAZP = true })
	f("method_roles is missing definitions for: DELETE", func(o *OIDC) {
		o.Authorize, o.RolesPath, o.MethodRoles = true, "r", map[string][]string{"get": nil, "Post": nil, "PUT": nil}
	})
	f("roles_claim_path", func(o *OIDC) { o.Authorize = true })
}

func FuzzTokenHeader(f *testing.F) {
	f.Add("Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.e30.AA")
	f.Add("Basic YW5uOnMzY3JldCE=")
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.")
	issuer := &issuer{status: 200, body: `{"keys":[]}`}
	a, err := New(Config{OIDC: &OIDC{Keys: "https://i/k", Issuer: "i", Audience: "a", Transport: issuer}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest(http.MethodGet, "/subjects", nil)
		r.Header["Authorization"] = []string{header}
		if p, err := a.Authenticate(r); err == nil {
			t.Fatalf("%q is %v", header, p)
		}
		parseBasic(header)
	})
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = parseKeys(text) })
}
