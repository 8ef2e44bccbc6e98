package app

import (
	"errors"
	"io"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// Check makes what a process would make from a configuration that was loaded
// without an error, as far as that needs no connection: it reads certificates,
// keys and the file of users. The error joins all that is wrong.
func Check(o Options) error {
	o.Notes, o.Log = nil, io.Discard
	p, err := newProcess(o)
	if err != nil {
		return err
	}
	return errors.Join(p.checkKafka(), p.checkListener(), p.checkAuth(), p.checkOthers())
}

func (p *process) checkKafka() error {
	options, err := p.kafkaOptions(p.config)
	if err != nil {
		return err
	}
	_, err = options.Opts()
	return err
}

func (p *process) checkListener() error {
	l := p.config.Listener
	if l.TLSCert == "" {
		return nil
	}
	_, err := httpserver.NewTLS(httpserver.TLSFiles{
		Cert: l.TLSCert, Key: l.TLSKey, CA: l.TLSClientCA, ClientAuth: l.TLSClientAuth, Logger: p.log,
	})
	return err
}

func (p *process) checkAuth() error {
	_, err := p.newAuth(p.config.Registry)
	return err
}

// checkOthers reads what is needed for the way to other nodes and receivers.
func (p *process) checkOthers() error {
	var errs []error
	if ca := p.config.REST.RegistryCA; ca != "" {
		_, err := authorities("registry_ca", ca)
		errs = append(errs, err)
	}
	if ca := p.config.Listener.TLSClientCA; ca != "" && p.config.Listener.TLSCert == "" {
		_, err := authorities("server_tls_cafile", ca)
		errs = append(errs, err)
	}
	if ca := p.config.Kafka.OAuth.CAFile; ca != "" {
		_, err := authorities("sasl_oauth_cafile", ca)
		errs = append(errs, err)
	}
	sentry, err := p.newSentry()
	sentry.Stop(0)
	return errors.Join(append(errs, err)...)
}
