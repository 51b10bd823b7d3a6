// Package results holds no code: it is the folder in which runs land, one folder per
// sweep, git-ignored. results/reference keeps committed outcomes of ablations: of each its plan,
// every cell's result and the report, with small pictures. Curves are there where claims read them
// or README and findings show them, prototypes of the first seed of the default ablation alone,
// and weights nowhere. Nothing else may be committed here.
package results
