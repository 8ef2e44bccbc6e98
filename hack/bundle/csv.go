package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

type object = map[string]any

// serviceVersion is what OLM installs: the Deployment and the roles of config/.
func serviceVersion(root, version string, crds []string) (object, error) {
	deployment, err := deploymentOf(root, version)
	if err != nil {
		return nil, err
	}
	cluster, err := rulesOf(root, "config/rbac/role.yaml")
	if err != nil {
		return nil, err
	}
	own, err := rulesOf(root, "config/rbac/leader_election.yaml")
	if err != nil {
		return nil, err
	}
	owned, err := ownedCRDs(crds)
	if err != nil {
		return nil, err
	}
	examples, err := examplesOf(root)
	if err != nil {
		return nil, err
	}
	account := deployment.Spec.Template.Spec.ServiceAccountName
	return object{
		"apiVersion": "operators.coreos.com/v1alpha1",
		"kind":       "ClusterServiceVersion",
		"metadata": object{
			"name": "plastron.v" + version, "namespace": "placeholder",
			"annotations": object{
				"alm-examples": examples, "capabilities": "Seamless Upgrades", "categories": "Streaming & Messaging",
				"containerImage": deployment.Spec.Template.Spec.Containers[0].Image,
				"repository":     "https://github.com/plastron-dev/plastron",
			},
		},
		"spec": object{
			"displayName": "Plastron", "version": version, "maturity": "alpha", "minKubeVersion": "1.30.0",
			"description": "Schema registries on Kafka, schemas as objects, and a REST proxy for Kafka.",
			"keywords":    []string{"kafka", "schema-registry", "avro", "rest-proxy"},
			"links":       []object{{"name": "Documentation", "url": "https://github.com/plastron-dev/plastron/tree/main/docs"}},
			"provider":    object{"name": "plastron-dev", "url": "https://github.com/plastron-dev"},
			"installModes": []object{
				{"type": "OwnNamespace", "supported": false}, {"type": "SingleNamespace", "supported": false},
				{"type": "MultiNamespace", "supported": false}, {"type": "AllNamespaces", "supported": true},
			},
			"customresourcedefinitions": object{"owned": owned},
			"install": object{"strategy": "deployment", "spec": object{
				"clusterPermissions": []object{{"serviceAccountName": account, "rules": cluster}},
				"permissions":        []object{{"serviceAccountName": account, "rules": own}},
				"deployments":        []object{{"name": deployment.Name, "label": deployment.Labels, "spec": deployment.Spec}},
			}},
		},
	}, nil
}

// deploymentOf is that of config/manager, with the images of the version.
func deploymentOf(root, version string) (*appsv1.Deployment, error) {
	d := &appsv1.Deployment{}
	if err := read(filepath.Join(root, "config/manager/deployment.yaml"), d); err != nil {
		return nil, err
	}
	c := &d.Spec.Template.Spec.Containers[0]
	c.Image = strings.TrimSuffix(c.Image, ":dev") + ":" + version
	for i, arg := range c.Args {
		if image, ok := strings.CutSuffix(arg, ":dev"); ok {
			c.Args[i] = image + ":" + version
		}
	}
	return d, nil
}

func rulesOf(root, path string) ([]rbacv1.PolicyRule, error) {
	raw, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return nil, err
	}
	first, _, _ := bytes.Cut(raw, []byte("\n---\n"))
	var role struct {
		Rules []rbacv1.PolicyRule `json:"rules"`
	}
	if err := yaml.Unmarshal(first, &role); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return role.Rules, nil
}

func ownedCRDs(paths []string) ([]object, error) {
	var owned []object
	for _, path := range paths {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := read(path, crd); err != nil {
			return nil, err
		}
		v := crd.Spec.Versions[0]
		owned = append(owned, object{
			"name": crd.Name, "kind": crd.Spec.Names.Kind, "version": v.Name, "displayName": crd.Spec.Names.Kind,
			"description": strings.Join(strings.Fields(v.Schema.OpenAPIV3Schema.Description), " "),
		})
	}
	return owned, nil
}

// examplesOf are the samples, as the JSON text that OLM wants.
func examplesOf(root string) (string, error) {
	var all []object
	for _, name := range []string{"schemaregistry", "subject_orders", "restproxy"} {
		o := object{}
		if err := read(filepath.Join(root, "config/samples", name+".yaml"), &o); err != nil {
			return "", err
		}
		all = append(all, o)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return string(text), err
}

func read(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}
