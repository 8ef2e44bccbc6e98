package config

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// Config is the whole configuration of one process. A value is what the
// table's default, the file or the environment gave; derived values are
// methods, so that they see the final state of all keys.
type Config struct {
	Listener   Listener
	Advertised Advertised
	Kafka      Kafka
	Registry   Registry
	Limits     Limits
	REST       REST
	Log        Log
	Telemetry  Telemetry
	// Tags are labels for every metric of the process.
	Tags map[string]string

	sources map[string]Source
	// reload loads from the same sources. It is a function and not the sources,
	// so that printing a Config cannot print its environment.
	reload func() (*Config, error)
}

// Listener says where the process serves HTTP.
type Listener struct {
	Host string // Host is the bind address; empty means all addresses
	Port int
	// MaxBody is the largest request body in bytes; 0 leaves the choice to
	// the server.
	MaxBody int
	// TLSCert and TLSKey are PEM files; both or none.
	TLSCert, TLSKey string
	TLSClientCA     string
	TLSClientAuth   string
	// AccessLog turns a line per request on.
	AccessLog bool
	// MaxConnections bounds the open connections; 0 is no bound.
	MaxConnections int
	// Memory bounds the bytes of all request bodies in memory; 0 is no bound.
	Memory int
	// AllowOrigin, AllowMethods and AllowHeaders say which pages of other
	// origins may call the API, as lists with commas; no origin is off.
	AllowOrigin, AllowMethods, AllowHeaders string
}

// Advertised is how other nodes and clients reach this process.
type Advertised struct {
	Host   string // Host is empty when the machine's name is to be used
	Port   int    // Port is 0 when it equals the listener's
	Scheme string
}

// Kafka says how to reach the cluster.
type Kafka struct {
	Bootstrap     string
	ClientID      string
	Protocol      string
	SASLMechanism string
	SASLUser      string
	SASLPassword  Secret
	// SASLPasswordFile and SASLTokenFile are read for each connection.
	SASLPasswordFile string
	SASLToken        Secret
	SASLTokenFile    string
	OAuth            OAuth
	CAFile           string
	CertFile         string
	KeyFile          string
	KeyPassword      Secret
	CRLFile          string
	Ciphers          string
	CheckHostname    bool
	MetadataMaxAge   int // MetadataMaxAge is in milliseconds
	SessionTimeout   int // SessionTimeout is in milliseconds
	MaxIdle          int // MaxIdle is in milliseconds
	// SilenceRetriable keeps errors that go away by themselves from being counted
	// as faults.
	SilenceRetriable bool
}

// OAuth says how to get bearer tokens for Kafka by client credentials.
type OAuth struct {
	Endpoint, ClientID string
	ClientSecret       Secret
	// SecretFile holds the secret instead of ClientSecret.
	SecretFile, Scope, CAFile string
}

// Registry holds what only the schema registry uses.
type Registry struct {
	Enabled       bool
	GroupID       string
	Topic         string
	Replication   int // Replication is 0 when it is to be chosen from the brokers
	Strict        bool
	Compatibility string
	Eligible      bool
	Strategy      string
	Sticky        bool
	Wait          int // Wait before acting as primary, in milliseconds
	Flavour       string
	// ExtendedFields is "on_request" or "always".
	ExtendedFields string
	ModeMutability bool
	// Contexts reads ":.ctx:name" as a name in a context.
	Contexts bool
	// UI serves the page for people.
	UI       bool
	AuthFile string
	OIDC     OIDC
	// ForceKeyCorrection is the backup tool's.
	ForceKeyCorrection bool
}

// Limits bounds what one schema may cost, see package format.
type Limits struct {
	Bytes, Depth, Nodes, Subschemas, PatternCost, References, ReferenceDepth int
}

// OIDC holds the settings of bearer tokens.
type OIDC struct {
	Authenticate  bool
	Authorize     bool // Authorize implies Authenticate
	Keys          string
	AllowInsecure bool
	Issuer        string
	Audience      string // Audience is a comma list
	ClientID      string
	SubjectClaim  string
	RolesPath     string
	MethodRoles   map[string]string // MethodRoles maps methods to JSON lists of roles
	SkipPaths     []string
	Leeway        int // Leeway is in seconds
	RequireType   bool
	EnforceAZP    bool
}

// REST holds what only the REST proxy uses.
type REST struct {
	Enabled          bool
	BaseURI          string
	Peers            string
	Authorization    bool
	SASLBootstrap    string
	MaxPrincipals    int
	MaxConsumers     int
	HideInternal     bool
	TrustForwarded   bool
	Origins          []string
	AvroJSON         string
	ProtobufJSON     string
	AllowedRoutes    []string
	BlockedRoutes    []string
	RegistryScheme   string
	RegistryHost     string
	RegistryPort     int
	RegistryUser     string
	RegistryPassword Secret
	// RegistryPasswordFile and RegistryTokenFile are read for each request to
	// the registry, RegistryCert and RegistryKey at each handshake.
	RegistryPasswordFile      string
	RegistryTokenFile         string
	RegistryCert, RegistryKey string
	RegistryCA                string
	ClientCache               int
	NameStrategy              string
	NameValidation            bool
	TopicsMaxAge              int // TopicsMaxAge is in seconds
	Producer                  Producer
	Consumer                  Consumer
}

// Producer holds the settings of the proxy's Kafka producers.
type Producer struct {
	Acks            string
	Compression     string
	Linger          int // Linger is in milliseconds
	MaxRequest      int // MaxRequest is in bytes
	MaxBuffered     int // MaxBuffered is in bytes
	DeliveryTimeout int // DeliveryTimeout is in milliseconds
	Partitioner     string
	RecordRate      int // RecordRate is in records per second
	ByteRate        int // ByteRate is in bytes per second
}

// Consumer holds the settings of the proxy's Kafka consumers.
type Consumer struct {
	AutoCommit     bool
	RequestTimeout int // RequestTimeout is in milliseconds
	MaxBytes       int
	MaxFetched     int // MaxFetched is in bytes
	FetchMinBytes  int
	IdleTimeout    int // IdleTimeout is in seconds; 0 means never
	SkipBroken     bool
}

// Log says what is logged and how.
type Log struct {
	Level    string
	Encoding string
	Handler  string
	Format   string // Format is one of Python's logging; empty is none
}

// Telemetry says where else the process tells how it is.
type Telemetry struct {
	StatsDHost string
	StatsDPort int
	// Sentry holds the settings of Sentry's client; values that are not texts
	// are JSON.
	Sentry map[string]Secret
	// Endpoint is the base URL of an OTLP receiver.
	Endpoint        string
	Traces, Metrics string // Traces and Metrics are OTLP, CONSOLE or NOOP
	Interval        int    // Interval between exports is in milliseconds
	Service         string
	Instance        string
	Management      string // Management is host:port, empty for none
}

// Secret is a value that shows itself as Mask wherever it is printed; only a
// conversion to string gives it away.
type Secret string

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Mask
}

// GoString implements fmt.GoStringer, so that %#v gives nothing away either.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText keeps secrets out of JSON and of structured logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Source says where a value came from, in words for people: "default",
// "file /etc/plastron.json", "environment variable KARAPACE_PORT".
type Source string

const fileSource = "file "

// Default is the source of a value that nobody set.
const Default Source = "default"

// Source returns where the value of the key called name came from.
func (c *Config) Source(name string) Source {
	if s, ok := c.sources[name]; ok {
		return s
	}
	return Default
}

// FromFile reports whether the value of the key called name is from the
// configuration file.
func (c *Config) FromFile(name string) bool {
	return strings.HasPrefix(string(c.Source(name)), fileSource)
}

// Reload reads the same sources again, for the few values that may change
// while a process runs.
func (c *Config) Reload() (*Config, error) { return c.reload() }

// Address is the address to listen on.
func (c *Config) Address() string {
	return net.JoinHostPort(c.Listener.Host, strconv.Itoa(c.Listener.Port))
}

// AdvertisedPort is the port that others use to reach this process.
func (c *Config) AdvertisedPort() int {
	if c.Advertised.Port != 0 {
		return c.Advertised.Port
	}
	return c.Listener.Port
}

// AdvertisedURL is the URL by which others reach this process, with the
// machine's name when no name is configured.
func (c *Config) AdvertisedURL(hostname string) string {
	host := c.Advertised.Host
	if host == "" {
		host = hostname
	}
	return c.Advertised.Scheme + "://" + net.JoinHostPort(host, strconv.Itoa(c.AdvertisedPort()))
}

// RegistryURL is the URL at which the REST proxy finds the registry.
func (c *Config) RegistryURL() string {
	return c.REST.RegistryScheme + "://" + net.JoinHostPort(c.REST.RegistryHost, strconv.Itoa(c.REST.RegistryPort))
}

// Brokers is the list of addresses to start from.
func (k Kafka) Brokers() []string {
	var brokers []string
	for b := range strings.SplitSeq(k.Bootstrap, ",") {
		if b = strings.TrimSpace(b); b != "" {
			brokers = append(brokers, b)
		}
	}
	return brokers
}

// Milliseconds converts a value of a key whose name ends in _ms.
func Milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
