package checkpoint

import (
	"path"
	"slices"
	"strings"
)

// layout is where a project keeps its prototypes.
type layout struct {
	path    string // pattern of the last parts of a module's dotted name; # is a number, * anything
	project string // who writes it
	is      string // what it is
	last    bool   // the highest of the numbers alone: the last layer of a torch.nn.Sequential
	memory  bool   // embeddings that were kept, not prototypes
	columns bool   // [D,K]: a prototype is a column
}

// layouts are the places that are known, the more particular ones first. Facts of each project's
// own files, of November 2026.
func layouts() []layout {
	return []layout{
		{path: "dino_head.last_layer", project: "DINOv2, DINOv3", is: "image prototypes"},
		{path: "ibot_head.last_layer", project: "DINOv2, DINOv3", is: "patch prototypes"},
		{path: "dino_head.last_layers.#", project: "Franca", is: "image prototypes"},
		{path: "ibot_head.last_layers.#", project: "Franca", is: "patch prototypes"},
		{path: "last_layers.#", project: "Franca", is: "prototypes"},
		{path: "last_layer2", project: "iBOT", is: "patch prototypes"},
		{path: "last_layer", project: "DINO, iBOT, CARP, CAPI, solo-learn, Lightly", is: "prototypes"},
		{path: "prototypes.prototypes#", project: "SwAV, DeepCluster-v2", is: "prototypes"},
		{path: "prototypes#", project: "VISSL", is: "prototypes"},
		{path: "*prototypes*.heads.#", project: "Lightly", is: "prototypes"},
		{path: "prototypes.layers", project: "Lightly", is: "prototypes"},
		{path: "prototypes.#", project: "solo-learn", is: "prototypes"},
		{path: "prototypes.teacher", project: own, is: "prototypes"},
		{path: "prototypes.student", project: own, is: "prototypes"},
		{path: "prototypes", project: "SwAV, MSN, solo-learn, Lightly, mmselfsup, stable-pretraining", is: "prototypes"},
		{path: "group_features", project: "Lightly's SMoG", is: "groups' mean features"},
		{path: "projector.student.#", project: "stable-pretraining", is: "prototypes", last: true},
		{path: "projector.teacher.#", project: "stable-pretraining", is: "prototypes", last: true},
		{path: "cls_head.#", project: "stable-pretraining", is: "image prototypes", last: true},
		{path: "cls_head.*.#", project: "stable-pretraining", is: "image prototypes", last: true},
		{path: "patch_head.#", project: "stable-pretraining", is: "patch prototypes", last: true},
		{path: "patch_head.*.#", project: "stable-pretraining", is: "patch prototypes", last: true},
		{path: "head.layer", project: "CAPI", is: "prototypes"},
		{path: "layer", project: "CAPI, Lightly", is: "prototypes"},
		{path: "centroids", project: "k-means", is: "centroids"},
		{path: "cluster_centers_", project: "scikit-learn", is: "centroids"},
		{path: "memory_bank.queue", project: "MaSSL", is: "a memory of embeddings", memory: true, columns: true},
		{path: "memory_bank", project: "MaSSL", is: "a memory of embeddings", memory: true, columns: true},
		{path: "queue", project: "MoCo, PCL, MaSSL, SwAV", is: "a memory of embeddings", memory: true, columns: true},
	}
}

// layoutOf finds a module's layout by its dotted name.
func layoutOf(module string) (layout, bool) {
	parts := strings.Split(plain(module), ".")
	for _, l := range layouts() {
		if l.matches(parts) {
			return l, true
		}
	}
	return layout{}, false
}

func (l layout) matches(parts []string) bool {
	want := strings.Split(l.path, ".")
	if len(want) > len(parts) {
		return false
	}
	for i, w := range want {
		if !matchesPart(w, parts[len(parts)-len(want)+i]) {
			return false
		}
	}
	return true
}

// matchesPart compares one part: with stars, or a text that may end in a number.
func matchesPart(want, part string) bool {
	text, numbered := strings.CutSuffix(want, "#")
	if !numbered {
		ok, _ := path.Match(want, part) // the table's patterns are sound
		return ok
	}
	digits, ok := strings.CutPrefix(part, text)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// plain is a module's name without the parts that say how it was wrapped.
func plain(module string) string {
	parts := strings.Split(module, ".")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		return slices.Contains([]string{"module", "_fsdp_wrapped_module", "_orig_mod", "_checkpoint_wrapped_module"}, part)
	}), ".")
}
