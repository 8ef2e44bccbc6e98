package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/controllers/plugin"
)

// registryFlag is the flag of all commands that look at one registry.
func registryFlag(c *cobra.Command, name *string) {
	c.Flags().StringVar(name, "registry", "", "SchemaRegistry, NAME or NAMESPACE/NAME; may be left out when the namespace has one")
}

func newStatus(a *access) *cobra.Command {
	var o plugin.StatusOptions
	c := &cobra.Command{
		Use:     "status",
		Short:   "Show registries, proxies and Subjects, and why what is not ready is not",
		Example: "  kubectl plastron status\n  kubectl plastron status -A --fail   # in a pipeline",
		Args:    cobra.NoArgs,
	}
	c.Flags().BoolVarP(&o.AllNamespaces, "all-namespaces", "A", false, "look at all namespaces")
	c.Flags().BoolVar(&o.Fail, "fail", false, "exit with 1 when something is not ready or not in sync")
	c.RunE = func(c *cobra.Command, _ []string) error {
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return p.Status(c.Context(), o)
	}
	return c
}

func newDiff(a *access) *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use:   "diff [SUBJECT-OBJECT...]",
		Short: "Compare Subjects with what their registries have",
		Long: "Compares Subjects of the cluster, or those in files that were not applied yet, with the latest versions and the levels\n" +
			"in their registries, and says whether a new text may follow. Nothing is written. Exits with 1 when there is a difference.",
		Example: "  kubectl plastron diff orders-value\n  kubectl plastron diff -f schemas/\n  kustomize build overlays/prod | kubectl plastron diff -f -",
	}
	c.Flags().StringArrayVarP(&files, "filename", "f", nil, "file or folder with Subjects that need not exist yet, - for the standard input")
	c.RunE = func(c *cobra.Command, args []string) error {
		o := plugin.DiffOptions{Names: args}
		if len(files) > 0 && len(args) > 0 {
			return fmt.Errorf("name Subjects or files, not both")
		}
		if len(files) > 0 {
			var err error
			if o.Manifests, err = readManifests(files, c.InOrStdin()); err != nil {
				return err
			}
		}
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return p.Diff(c.Context(), o)
	}
	return c
}

func newAdopt(a *access) *cobra.Command {
	var o plugin.AdoptOptions
	var all bool
	c := &cobra.Command{
		Use:   "adopt (SUBJECT... | --all)",
		Short: "Create Subjects for what a registry has already",
		Long: "Creates an object for each subject that has none. It asks for exactly what the registry has, so that the operator\n" +
			"takes the subject over and writes nothing. Subjects are named as in the registry; patterns such as 'payments.*' work.\n" +
			"For GitOps use export: it writes the same objects as files.",
		Example: "  kubectl plastron adopt orders-value\n  kubectl plastron adopt --all --dry-run\n  kubectl plastron adopt orders-value --overwrite   # an object that was refused asks for what is there",
	}
	registryFlag(c, &o.Registry)
	c.Flags().BoolVar(&all, "all", false, "every subject that no object stands for")
	c.Flags().BoolVar(&o.Overwrite, "overwrite", false, "change objects that were refused, so that they ask for what the registry has")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "let the API server check the objects without storing them")
	c.RunE = func(c *cobra.Command, args []string) error {
		if all == (len(args) > 0) {
			return fmt.Errorf("name subjects, or give --all")
		}
		o.Subjects, o.Orphans = args, all && !o.Overwrite
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return p.Adopt(c.Context(), o)
	}
	return c
}

func newExport(a *access) *cobra.Command {
	var o plugin.Selection
	var folder string
	c := &cobra.Command{
		Use:   "export [SUBJECT...]",
		Short: "Write what a registry has as Subject manifests",
		Long: "Writes a manifest for each subject: its latest version, references pinned to their versions, and the level when it has\n" +
			"its own. Applied, the operator adopts the subjects and changes nothing in the registry.",
		Example: "  kubectl plastron export > subjects.yaml\n  kubectl plastron export 'payments.*' --output-dir schemas/   # with a kustomization.yaml",
	}
	registryFlag(c, &o.Registry)
	c.Flags().BoolVar(&o.Orphans, "orphans", false, "only subjects that no object stands for")
	c.Flags().StringVar(&folder, "output-dir", "", "folder for a file per subject; unset means one stream to the standard output")
	c.RunE = func(c *cobra.Command, args []string) error {
		o.Subjects = args
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		files, err := p.Export(c.Context(), o)
		if err != nil {
			return err
		}
		if folder == "" {
			return writeStream(c.OutOrStdout(), files)
		}
		return writeFolder(folder, files, c.OutOrStdout())
	}
	return c
}

func newOrphans(a *access) *cobra.Command {
	var o plugin.OrphansOptions
	c := &cobra.Command{
		Use:     "orphans",
		Short:   "List subjects in a registry that belong to no object",
		Example: "  kubectl plastron orphans\n  kubectl plastron orphans --names | xargs kubectl plastron adopt",
		Args:    cobra.NoArgs,
	}
	registryFlag(c, &o.Registry)
	c.Flags().BoolVar(&o.Names, "names", false, "print names only, one a line")
	c.RunE = func(c *cobra.Command, _ []string) error {
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return p.Orphans(c.Context(), o)
	}
	return c
}
