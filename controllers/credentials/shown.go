package credentials

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// patience bounds the handshakes with all pods of a workload.
const patience = 5 * time.Second

// ShownCertificate is the certificate of a listener: in its Secret, and in its pods.
type ShownCertificate struct {
	Status v1alpha1.CertificateStatus
	// NotBefore and NotAfter of the one in the Secret.
	NotBefore, NotAfter time.Time
	// Others are the addresses that show another one.
	Others []string
	// Answered says that one address at least shows one.
	Answered bool
}

// After is the status that comes after was: while pods differ, the serial that
// all of them showed last stays. It is was when nobody looked (nil), and nil
// without TLS.
func (c *ShownCertificate) After(was *v1alpha1.CertificateStatus, t *v1alpha1.ListenerTLS) *v1alpha1.CertificateStatus {
	switch {
	case t == nil:
		return nil
	case c == nil:
		return was
	}
	next := c.Status
	if next.ServedSerial == "" && was != nil {
		next.ServedSerial = was.ServedSerial
	}
	return &next
}

// Shown shakes hands with each address, host:port, and compares what it shows
// with the Secret. An address that does not answer is left out: what keeps a
// pod from answering is told elsewhere, and so is what is wrong with the Secret:
// there is nothing to compare with then, and nil is returned. The error is the
// API server's.
func (r *Resolver) Shown(ctx context.Context, namespace string, t *v1alpha1.ListenerTLS, addresses []string) (*ShownCertificate, error) {
	s := &secrets{live: r.Live, namespace: namespace}
	pair, err := s.pair(ctx, keyPair{listenerPath, t.SecretName, v1alpha1.KeyCertificate, v1alpha1.KeyPrivateKey})
	if err != nil {
		_, err = AsProblem(err)
		return nil, err
	}
	want := pair.Leaf
	out := &ShownCertificate{NotBefore: want.NotBefore, NotAfter: want.NotAfter}
	out.Status = v1alpha1.CertificateStatus{Secret: t.SecretName, NotAfter: new(metav1.NewTime(want.NotAfter))}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, address := range addresses {
		shown, err := r.handshake(ctx, address)
		switch {
		case err != nil:
		case shown.Equal(want):
			out.Answered = true
		default:
			out.Answered = true
			pod, _, _ := strings.Cut(address, ".")
			out.Others = append(out.Others, fmt.Sprintf("%s (serial %x)", pod, shown.SerialNumber))
		}
	}
	if out.Answered && len(out.Others) == 0 {
		out.Status.ServedSerial = fmt.Sprintf("%x", want.SerialNumber)
	}
	return out, nil
}

// handshake returns the certificate that an address shows. Nothing is said to
// it and nothing is believed but that certificate, so it is not checked; and a
// handshake that fails after it was shown, because the other side wants one of
// ours, has told what was asked.
func (r *Resolver) handshake(ctx context.Context, address string) (*x509.Certificate, error) {
	dial := r.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	host, _, _ := strings.Cut(address, ":")
	var shown *x509.Certificate
	client := tls.Client(conn, &tls.Config{
		ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) (err error) {
			shown, err = x509.ParseCertificate(raw[0])
			return err
		},
	})
	if err := client.HandshakeContext(ctx); err != nil && shown == nil {
		return nil, err
	}
	return shown, nil
}
