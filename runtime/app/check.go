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
	return errors.Join(p.checkKafka(o), p.checkListener(o), p.checkAuth(o), p.checkOthers(o))
}

func (p *process) checkKafka(o Options) error {
	options, err := p.kafkaOptions(o.Config)
	if err != nil {
		return err
	}
	_, err = options.Opts()
	return err
}

func (p *process) checkListener(o Options) error {
	l := o.Config.Listener
	if l.TLSCert == "" {
		return nil
	}
	_, err := httpserver.NewTLS(httpserver.TLSFiles{
		Cert: l.TLSCert, Key: l.TLSKey, CA: l.TLSClientCA, ClientAuth: l.TLSClientAuth, Logger: p.log,
	})
	return err
}

func (p *process) checkAuth(o Options) error {
	_, err := p.newAuth(o.Config.Registry)
	return err
}

// checkOthers reads what is needed for the way to other nodes and receivers.
func (p *process) checkOthers(o Options) error {
	var errs []error
	if ca := o.Config.REST.RegistryCA; ca != "" {
		_, err := authorities("registry_ca", ca)
		errs = append(errs, err)
	}
	if ca := o.Config.Listener.TLSClientCA; ca != "" && o.Config.Listener.TLSCert == "" {
		_, err := authorities("server_tls_cafile", ca)
		errs = append(errs, err)
	}
	if ca := o.Config.Kafka.OAuth.CAFile; ca != "" {
		_, err := authorities("sasl_oauth_cafile", ca)
		errs = append(errs, err)
	}
	sentry, err := p.newSentry()
	sentry.Stop(0)
	return errors.Join(append(errs, err)...)
}
