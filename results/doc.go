// Package results holds no code: it is the folder in which runs land, one folder per
// sweep, git-ignored. results/reference keeps the committed outcome of the default
// ablation that the README shows; nothing else may be committed here.
package results
