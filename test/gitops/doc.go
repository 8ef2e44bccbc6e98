// Package gitops tests what tools that deliver manifests make of our objects:
// Argo CD by the Lua of config/argocd, in the interpreter that it uses, and Flux
// by kstatus. It is a module of its own, so that their libraries are no part of
// the product's.
package gitops
