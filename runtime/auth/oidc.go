package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/golang-jwt/jwt/v5"
)

// OIDC are the settings of bearer tokens, the sasl_oauthbearer_* keys of the
// configuration (security contract F.4).
type OIDC struct {
	// Keys is the URL of the issuer's key set. It has to be https unless
	// AllowInsecure, which also turns the check of the issuer's certificate off.
	Keys          string
	AllowInsecure bool
	Issuer        string
	// Audience is a comma list; a token needs one of them.
	Audience string
	ClientID string
	// SubjectClaim names the claim that is the principal; default sub.
	SubjectClaim string
	// Authorize has MethodRoles decide by the roles at RolesPath, a dotted
	// path in which [client_id] stands for ClientID.
	Authorize   bool
	RolesPath   string
	MethodRoles map[string][]string
	// SkipPaths need no token; they are compared exactly.
	SkipPaths []string
	// Leeway is how far clocks may differ.
	Leeway time.Duration
	// RequireType asks for the header typ at+jwt, EnforceAZP for an azp claim
	// that equals ClientID.
	RequireType, EnforceAZP bool
	// Transport fetches keys; default a transport of its own.
	Transport http.RoundTripper
}

// check returns what the settings lack.
func (o *OIDC) check() error {
	u, err := url.Parse(o.Keys)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("sasl_oauthbearer_jwks_endpoint_url is missing or no absolute URL")
	case u.Scheme == "http" && !o.AllowInsecure:
		return errors.New("sasl_oauthbearer_jwks_endpoint_url is not https; sasl_oauthbearer_allow_insecure_jwks allows that for tests")
	case o.Issuer == "":
		return errors.New("sasl_oauthbearer_expected_issuer is missing")
	case len(splitList(o.Audience, ",")) == 0:
		return errors.New("sasl_oauthbearer_expected_audience is missing")
	case o.EnforceAZP && o.ClientID == "":
		//lint:ignore ST1005 Karapace's text
		return errors.New("OIDC config error: sasl_oauthbearer_client_id is required when sasl_oauthbearer_enforce_azp is enabled.")
	case o.Leeway < 0:
		return errors.New("sasl_oauthbearer_leeway_seconds is negative")
	case !o.Authorize:
		return nil
	case o.RolesPath == "":
		return errors.New("sasl_oauthbearer_roles_claim_path is missing, which sasl_oauthbearer_authorization_enabled needs")
	}
	var missing []string
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		if _, ok := o.MethodRoles[method]; !ok {
			missing = append(missing, method)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("method_roles is missing definitions for: %s", strings.Join(missing, ", "))
	}
	return nil
}

// tokens judges bearer tokens.
type tokens struct {
	OIDC
	keys   *keySource
	parser *jwt.Parser
	clock  func() time.Time
	log    logr.Logger
	known  *memory[verified]
}

// verified is what a token that was checked says. It counts until the token
// ends, and only while its key is the one that the issuer publishes.
type verified struct {
	principal Principal
	roles     []string
	expires   time.Time
	kid       string
	key       any
}

const maxKnownTokens = 16384

func newTokens(o OIDC, clock func() time.Time, log logr.Logger) (*tokens, error) {
	upper := map[string][]string{}
	for method, roles := range o.MethodRoles {
		upper[strings.ToUpper(method)] = roles
	}
	o.MethodRoles = upper
	if o.SubjectClaim == "" {
		o.SubjectClaim = "sub"
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return &tokens{
		OIDC: o, keys: newKeySource(o, clock), clock: clock, log: log, known: newMemory[verified](maxKnownTokens),
		parser: jwt.NewParser(
			jwt.WithValidMethods(algorithms()), jwt.WithIssuer(o.Issuer), jwt.WithAudience(splitList(o.Audience, ",")...),
			jwt.WithLeeway(o.Leeway), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(clock),
		),
	}, nil
}

// algorithms are those with public keys only: "none" and shared secrets do not
// exist here, so a public key can never be taken for a secret.
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}
}

// authenticate is what a request goes through.
func (t *tokens) authenticate(r *http.Request) (Principal, error) {
	if r.Method == http.MethodOptions || slices.Contains(t.SkipPaths, r.URL.Path) || isDocumentation(r.URL.Path) {
		return Principal{}, nil
	}
	headers := r.Header["Authorization"]
	if len(headers) != 1 {
		return Principal{}, &Error{Kind: Unauthenticated, Reason: reasonHeader}
	}
	v, err := t.verify(r, headers[0])
	if err != nil {
		return Principal{}, err
	}
	if t.Authorize && !t.mayUse(r.Method, v.roles) {
		return Principal{}, &Error{Kind: Forbidden, Reason: reasonRoles}
	}
	return v.principal, nil
}

// isDocumentation lists what holds no data of the registry: a person who reads
// the page of /ui is asked for credentials when it asks for data.
func isDocumentation(path string) bool {
	return path == "/docs" || path == "/redoc" || path == "/openapi.json" || path == "/ui" || strings.HasPrefix(path, "/ui/")
}

func (t *tokens) verify(r *http.Request, header string) (verified, error) {
	const scheme = "bearer "
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonHeader}
	}
	if len(header) > maxHeader {
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonInvalid}
	}
	digest := t.known.key(header)
	if v, ok := t.known.get(digest); ok {
		if !t.clock().Before(v.expires) {
			return verified{}, &Error{Kind: Unauthenticated, Reason: reasonExpired}
		}
		if t.keys.holds(v.kid, v.key) {
			return v, nil
		}
	}
	v, err := t.parse(r, strings.TrimSpace(header[len(scheme):]))
	if err != nil {
		return verified{}, err
	}
	t.known.put(digest, v)
	return v, nil
}

// parse checks signature, times, issuer, audience and the optional rules.
func (t *tokens) parse(r *http.Request, text string) (verified, error) {
	var v verified
	claims := jwt.MapClaims{}
	token, err := t.parser.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		v.kid, _ = token.Header["kid"].(string)
		if t.RequireType && !isAccessToken(token.Header["typ"]) {
			return nil, errors.New("typ is not at+jwt")
		}
		var err error
		v.key, err = t.keys.find(r.Context(), v.kid, token.Method.Alg())
		return v.key, err
	})
	var own *Error
	switch {
	case errors.As(err, &own):
		return verified{}, own
	case errors.Is(err, jwt.ErrTokenExpired):
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonExpired, Err: err}
	case err != nil || !token.Valid:
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonInvalid, Err: err}
	}
	subject, _ := claims[t.SubjectClaim].(string)
	azp, _ := claims["azp"].(string)
	if subject == "" || t.EnforceAZP && azp != t.ClientID {
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonInvalid}
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil {
		return verified{}, &Error{Kind: Unauthenticated, Reason: reasonInvalid, Err: err}
	}
	v.principal = Principal{Name: subject, Source: Token}
	v.roles = rolesAt(claims, t.RolesPath, t.ClientID)
	v.expires = expires.Add(t.Leeway)
	return v, nil
}

func isAccessToken(typ any) bool {
	text, _ := typ.(string)
	return strings.EqualFold(text, "at+jwt") || strings.EqualFold(text, "application/at+jwt")
}

// mayUse treats HEAD as GET; a method without an entry is for nobody.
func (t *tokens) mayUse(method string, roles []string) bool {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return slices.ContainsFunc(t.MethodRoles[method], func(role string) bool { return slices.Contains(roles, role) })
}
