package election

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// metadataVersion is what current Karapace writes; nobody reads it.
const metadataVersion = 2

// undrained in the fence field says that the sender held the role and could
// not end its writes in time.
const undrained int32 = -1

// Identity is how a node presents itself to the group.
type Identity struct {
	// Scheme is http or https, Host and Port the advertised address: what the
	// other nodes use to reach this one.
	Scheme string
	Host   string
	Port   int
	// Eligible says whether the node may become primary.
	Eligible bool
	// Version is shown to people who look at the group.
	Version string
}

// URL is the base URL of the node. Nodes are compared and found by exactly
// this text.
func (i Identity) URL() string {
	host := i.Host
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	return i.Scheme + "://" + host + ":" + strconv.Itoa(i.Port)
}

// check refuses what no other node could connect to. An address of that kind
// would be chosen like any other, and then every write of the group fails.
func (i Identity) check() error {
	if i.Scheme != "http" && i.Scheme != "https" {
		return fmt.Errorf("advertised protocol %q: allowed are http and https", i.Scheme)
	}
	if ip := net.ParseIP(strings.Trim(i.Host, "[]")); ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("advertised host %q is a wildcard address that other nodes cannot connect to: set advertised_hostname", i.Host)
	}
	if err := checkHost(i.Host); err != nil {
		return err
	}
	if i.Port < 1 || i.Port > 65535 {
		return fmt.Errorf("advertised port %d: allowed are 1 to 65535", i.Port)
	}
	return nil
}

// checkHost keeps anything out of URLs that would make them mean something
// else than scheme, host and port.
func checkHost(host string) error {
	if host == "" {
		return errors.New("advertised host is empty: set advertised_hostname")
	}
	for _, r := range host {
		if r <= ' ' || r > '~' || strings.ContainsRune(`/\@?#%"<>^{|}`+"`", r) {
			return fmt.Errorf("advertised host %q holds a character that a host name cannot have", host)
		}
	}
	return nil
}

// metadata is the wire form of a member, in Karapace's order of fields. The
// last two are additions that Karapace ignores; leader is Confluent's.
type metadata struct {
	Version         int    `json:"version"`
	KarapaceVersion string `json:"karapace_version"`
	Host            string `json:"host"`
	Port            int    `json:"port"`
	Scheme          string `json:"scheme"`
	Eligible        bool   `json:"master_eligibility"`
	Leader          *bool  `json:"leader,omitempty"`
	Fence           *int32 `json:"plastron_fence,omitempty"`
}

// metadata encodes the identity. A leader of nil says that the member does not
// keep roles where they are, so nobody in its group does.
func (i Identity) metadata(leader *bool, fence *int32) []byte {
	return marshal(metadata{
		Version: metadataVersion, KarapaceVersion: i.Version,
		Host: i.Host, Port: i.Port, Scheme: i.Scheme, Eligible: i.Eligible,
		Leader: leader, Fence: fence,
	})
}

// member is one member of the group as far as its metadata could be read.
type member struct {
	id  string
	raw []byte // its metadata, compact JSON; nil if that did not parse
	// karapace tells a member that needs all four identity fields in every
	// assignment from one that accepts an absent identity.
	karapace bool
	// leader is whether the member held the role until this join; nil if it
	// does not say, as Karapace's members and, by default, Confluent's do not.
	leader *bool
	fence  *int32
	Identity
}

// parseMember reads foreign metadata leniently: unknown fields are ignored, a
// missing scheme is http, a missing or non-boolean eligibility is false. A
// member without a usable address gets an error; it takes part as a follower.
func parseMember(id string, raw []byte) (member, error) {
	m := member{id: id}
	fields, err := parseObject(raw)
	if err != nil {
		return m, err
	}
	m.Scheme = "http"
	fields.read("scheme", &m.Scheme)
	fields.read("host", &m.Host)
	fields.read("port", &m.Port)
	fields.read("master_eligibility", &m.Eligible)
	fields.read("karapace_version", &m.Version)
	_, m.karapace = fields["karapace_version"]
	var leader bool
	if fields.read("leader", &leader) {
		m.leader = &leader
	}
	if _, ok := fields["plastron_fence"]; ok {
		var fence int32
		fields.read("plastron_fence", &fence)
		m.fence = &fence
	}
	if err := m.check(); err != nil {
		return m, err
	}
	m.raw = compact(raw)
	return m, nil
}

// object holds the fields of a JSON object unparsed, so that one field of the
// wrong type does not spoil the others.
type object map[string]json.RawMessage

func parseObject(raw []byte) (object, error) {
	var fields object
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("not a JSON object")
	}
	return fields, nil
}

// read stores the field in into and reports that it did. It leaves into as it
// is if the field is absent, null or of another type.
func (o object) read(name string, into any) bool {
	raw, ok := o[name]
	return ok && string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

// assignment is what every member is told about the primary.
type assignment struct {
	code   int    // 0, or 1 when a Confluent assignor saw one URL twice
	master string // member id, "" if nobody was chosen
	// identity is the primary's, nil if absent or not usable as an address.
	identity *member
	// named tells an absent identity from an unusable one.
	named bool
	// fenced: the assignor vouches that nobody can still be writing.
	fenced bool
}

// parseAssignment reads the bytes of any product. Only what is no JSON object
// at all is an error.
func parseAssignment(raw []byte) (assignment, error) {
	var a assignment
	fields, err := parseObject(raw)
	if err != nil {
		return a, fmt.Errorf("reading the group assignment: %w", err)
	}
	fields.read("error", &a.code)
	fields.read("master", &a.master)
	fields.read("plastron_fenced", &a.fenced)
	if identity, ok := fields["master_identity"]; ok && string(identity) != "null" {
		a.named = true
		if m, err := parseMember(a.master, identity); err == nil {
			a.identity = &m
		}
	}
	return a, nil
}

// names reports whether the assignment makes the member with this id primary.
// The id decides, never the identity: Karapace rewrites the identity's version,
// and two nodes may advertise one address.
func (a assignment) names(id string) bool {
	return a.code == 0 && a.master != "" && a.master == id &&
		(!a.named || a.identity != nil && a.identity.Eligible)
}

// url is the base URL of the primary, "" if there is none that can be used.
func (a assignment) url() string {
	if a.code != 0 || a.master == "" || a.identity == nil || !a.identity.Eligible {
		return ""
	}
	return a.identity.URL()
}

// nobody reports whether it is certain that no member of any product takes
// this assignment as a permission to write. An error code is not that:
// Karapace's nodes do not look at it.
func (a assignment) nobody() bool {
	return a.code == 0 && (a.master == "" && !a.named || a.identity != nil && !a.identity.Eligible)
}

// chosen is the wire form of an assignment that names somebody, in the form
// that all three products read: the identity is the chosen member's own
// metadata, so that a Confluent node recognises itself.
type chosen struct {
	Error    int             `json:"error"`
	Master   string          `json:"master"`
	Identity json.RawMessage `json:"master_identity"`
	Version  int             `json:"version"`
	Fenced   bool            `json:"plastron_fenced,omitempty"`
}

// nobody is the wire form that Confluent uses when nobody is eligible.
type nobody struct {
	Error   int `json:"error"`
	Version int `json:"version"`
}

// ineligible is the form that Karapace needs for the same: it dereferences
// all four fields of the identity.
type ineligible struct {
	Master   string             `json:"master"`
	Identity ineligibleIdentity `json:"master_identity"`
	Error    int                `json:"error"`
}

type ineligibleIdentity struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Scheme   string `json:"scheme"`
	Eligible bool   `json:"master_eligibility"`
}

// marshal encodes without HTML escaping; the types above cannot fail.
func marshal(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return bytes.TrimRight(buf.Bytes(), "\n")
}

func compact(raw []byte) []byte {
	var buf bytes.Buffer
	if json.Compact(&buf, raw) != nil {
		return nil
	}
	return buf.Bytes()
}
