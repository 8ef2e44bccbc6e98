package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

const (
	megabyte = 1e6
	// rounds is how often a latency is measured.
	rounds = 21
	// quiet is how long nothing may happen after a start.
	quiet = 10 * time.Second
)

func (b *bench) measure(ctx context.Context) error {
	for _, step := range []func(context.Context) error{b.create, b.converge, b.restart, b.changesSeen, b.edits} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return b.stopOperator()
}

func name(i int) string { return fmt.Sprintf("subject-%05d", i) }

// text is the schema of a Subject; a version above 0 is compatible with the one
// before.
func (b *bench) text(i, version int) string {
	return traffic.Avro(fmt.Sprintf("S%dV%d", i, version), b.bytes)
}

// create makes the Subjects while no operator runs.
func (b *bench) create(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for i := range b.subjects {
		g.Go(func() error {
			s := &v1alpha1.Subject{
				ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name(i)},
				Spec: v1alpha1.SubjectSpec{
					RegistryRef: v1alpha1.RegistryReference{Name: "main"}, Schema: new(b.text(i, 0)),
				},
			}
			if i < rounds {
				s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("NONE")) // Their texts are changed.
			}
			return b.client.Create(ctx, s)
		})
	}
	return g.Wait()
}

// converge measures the first start.
func (b *bench) converge(ctx context.Context) error {
	before, err := b.count(ctx)
	if err != nil {
		return err
	}
	began := traffic.Now()
	if err := b.startOperator(); err != nil {
		return err
	}
	if err := b.allReady(ctx); err != nil {
		return err
	}
	took := traffic.Now().Sub(began)
	if err := b.settled(ctx); err != nil {
		return err
	}
	after, err := b.count(ctx)
	if err != nil {
		return err
	}
	used := after.since(before)
	n := float64(b.subjects)
	b.AtMost(fmt.Sprintf("first convergence of %d Subjects", b.subjects), took.Seconds(), "s", 120, fmt.Sprintf("%d bytes each", b.bytes))
	b.AtMost("status writes per Subject", used.status/n, "", 1, fmt.Sprintf("other writes of our kinds: %.0f", used.other))
	b.AtMost("registry writes per Subject", (used.writes-rounds)/n, "", 1, fmt.Sprintf("and %d levels; reads per Subject: %.2f, requests for changes: %.0f", rounds, used.reads/n, used.feed))
	return b.own("first convergence", 0, 256)
}

// own notes what the operator has used since it started.
func (b *bench) own(what string, cpu, memory float64) error {
	used, err := b.operator.Processor()
	if err != nil {
		return err
	}
	now, err := b.operator.Memory("VmRSS")
	if err != nil {
		return err
	}
	most, err := b.operator.Memory("VmHWM")
	if err != nil {
		return err
	}
	if cpu > 0 {
		b.AtMost("processor time, "+what, used.Seconds(), "s", cpu, "")
	} else {
		b.Seen("processor time, "+what, used.Seconds(), "s", "")
	}
	b.AtMost("memory (RSS), "+what, most/megabyte, "MB", memory, fmt.Sprintf("the most; %.0f MB at the end", now/megabyte))
	return nil
}

// allReady waits until every Subject is Ready.
func (b *bench) allReady(ctx context.Context) error {
	ready := map[string]bool{}
	return b.watch(ctx, "", func(s *v1alpha1.Subject) bool {
		if meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionReady) {
			ready[s.Name] = true
		}
		return len(ready) == b.subjects
	})
}

// watch visits Subjects as they change, one of them or all, until done.
func (b *bench) watch(ctx context.Context, name string, done func(*v1alpha1.Subject) bool) error {
	options := []client.ListOption{client.InNamespace(namespace)}
	if name != "" {
		options = append(options, client.MatchingFields{"metadata.name": name})
	}
	for ctx.Err() == nil {
		w, err := b.client.Watch(ctx, &v1alpha1.SubjectList{}, options...)
		if err != nil {
			return err
		}
		for e := range w.ResultChan() {
			if s, ok := e.Object.(*v1alpha1.Subject); ok && done(s) {
				w.Stop()
				return nil
			}
		}
	}
	return ctx.Err()
}

// settled waits until the operator has nothing to do and has done nothing for a
// while.
func (b *bench) settled(ctx context.Context) error {
	last, since := -1.0, traffic.Now()
	return until(ctx, func(ctx context.Context) (bool, error) {
		done, waiting, err := b.reconciled(ctx)
		if done != last || waiting > 0 {
			last, since = done, traffic.Now()
		}
		return done >= float64(b.subjects) && traffic.Now().Sub(since) > quiet, err
	})
}

// restart measures a start where everything is as it should be.
func (b *bench) restart(ctx context.Context) error {
	if err := b.stopOperator(); err != nil {
		return err
	}
	before, err := b.count(ctx)
	if err != nil {
		return err
	}
	began := traffic.Now()
	if err := b.startOperator(); err != nil {
		return err
	}
	if err := b.settled(ctx); err != nil {
		return err
	}
	took := traffic.Now().Sub(began) - quiet
	after, err := b.count(ctx)
	if err != nil {
		return err
	}
	used := after.since(before)
	b.AtMost("restart: writes to the API server", used.status+used.other, "", 0, fmt.Sprintf("all looked at after %.1f s", took.Seconds()))
	b.AtMost("restart: writes to the registry", used.writes, "", 0, fmt.Sprintf("reads: %.0f, requests for changes: %.0f", used.reads, used.feed))
	return b.own("restart", 10, 256)
}

// changesSeen measures from a registration by somebody else until the status
// says so.
func (b *bench) changesSeen(ctx context.Context) error {
	var took []float64
	for i := range rounds {
		seen := make(chan error, 1)
		go func() {
			seen <- b.watch(ctx, name(i), func(s *v1alpha1.Subject) bool {
				return meta.IsStatusConditionFalse(s.Status.Conditions, v1alpha1.ConditionInSync)
			})
		}()
		began := traffic.Now()
		body := traffic.Body(b.text(i, 1))
		if _, err := traffic.Ask(ctx, b.target, b.target.AppendPost(nil, "/subjects/"+name(i)+"/versions", body)); err != nil {
			return err
		}
		if err := <-seen; err != nil {
			return err
		}
		took = append(took, traffic.Now().Sub(began).Seconds())
	}
	b.AtMost("a change in the registry is in the status", traffic.Median(took), "s", 1, fmt.Sprintf("median of %d", rounds))
	return nil
}

// edits measures from a change of a Subject until it is Ready again.
func (b *bench) edits(ctx context.Context) error {
	var took []float64
	for i := range rounds {
		s := &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name(i)}}
		if err := b.client.Get(ctx, client.ObjectKeyFromObject(s), s); err != nil {
			return err
		}
		old := s.DeepCopy()
		s.Spec.Schema = new(b.text(i, 2))
		began := traffic.Now()
		if err := b.client.Patch(ctx, s, client.MergeFrom(old)); err != nil {
			return err
		}
		err := b.watch(ctx, s.Name, func(now *v1alpha1.Subject) bool {
			return now.Generation == s.Generation && now.Status.ObservedGeneration == s.Generation &&
				meta.IsStatusConditionTrue(now.Status.Conditions, v1alpha1.ConditionReady)
		})
		if err != nil {
			return err
		}
		took = append(took, traffic.Now().Sub(began).Seconds())
	}
	b.AtMost("an edit of a Subject is Ready", traffic.Median(took), "s", 0.5, fmt.Sprintf("median of %d", rounds))
	return nil
}
