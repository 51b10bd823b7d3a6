package methods

import (
	"protobench/methods/part"
)

// preset is a named composition.
type preset struct {
	doc    string
	source string // whose method it is; for variants on another objective, whose idea
	comp   part.Composition
	keys   map[string]any // settings that come with it, by key path
}

// presets are the named compositions, in the order of tables.
func presets() []preset {
	var out []preset
	for _, host := range []struct{ name, source string }{
		{"swav", "Caron et al. 2020"}, {"dino", "Caron et al. 2021"}, {"carp", "Silva and Ramírez Rivera 2023"}, {"msn", "Assran et al. 2022"},
	} {
		out = append(out, family(host.name, host.source)...)
	}
	out = append(append(out, relatives()...), owners()...)
	for _, d := range objectives() {
		if d.Preset == "" {
			continue
		}
		c := Complete(part.Composition{Name: d.Name, Objective: d.Name, Embedding: "plain"})
		if !d.Owns() {
			c.Learner = "joint"
		}
		out = append(out, preset{d.Preset, d.Source, c, nil})
	}
	return out
}

// family is an objective with the prototypes learned jointly, with the two remedies that are
// compared, and with the control.
func family(o, source string) []preset {
	helped := map[string]any{"prototypes.init": "data", "prototypes.reseed": true}
	arm := func(suffix, learner, embedding string, regularizers ...string) part.Composition {
		return part.Composition{Name: o + suffix, Objective: o, Learner: learner, Regularizers: regularizers, Embedding: embedding}
	}
	return []preset{
		{"joint baseline", source, arm("", "joint", "plain"), nil},
		{"joint, with KoLeo on the prototypes", "Govindarajan et al. 2024 (KP)", arm("+kp", "joint", "plain", "koleo-prototypes"), nil},
		{"decoupled mixture, centred embedding, data start, re-seeding", "Arteaga et al. 2025", arm("+gmm", "gmm", "centred"), helped},
		{"prototypes frozen at random", "Caron et al. 2020, ablation", arm("+frozen", "frozen", "plain"), nil},
	}
}

// relatives are methods that an objective of another name covers, with settings and learners of
// their own.
func relatives() []preset {
	joint := func(name, objective string, regularizers ...string) part.Composition {
		return part.Composition{Name: name, Objective: objective, Learner: "joint", Regularizers: regularizers, Embedding: "plain"}
	}
	return []preset{
		{
			"joint, scores with the normaliser of a von Mises-Fisher mixture, prototypes of any length", "Govindarajan et al. 2023",
			joint("dino-vmf", "dino"), map[string]any{"dino.scores": "vmf"},
		},
		{"joint, with masked patches as targets (on the vit)", "Zhou et al. 2022", joint("ibot", "ibot"), nil},
		{
			"DINOv2's instance head: joint, Sinkhorn targets, KoLeo on the features", "Oquab et al. 2024",
			joint("dinov2", "dino", "koleo-features"), map[string]any{"dino.targets": "sinkhorn"},
		},
		{
			"DINOv3's instance head: joint, Sinkhorn targets, prototypes of free length without weight norm, KoLeo on the features", "Siméoni et al. 2025",
			joint("dinov3", "dino", "koleo-features"), map[string]any{"dino.targets": "sinkhorn", "dino.scores": "linear"},
		},
		{
			"CARL, before CARP's random blocks: joint, all prototypes in one block", "Silva and Ramírez Rivera 2022",
			joint("carl", "carp"), map[string]any{"carp.block": 0},
		},
		{
			"hard labels of the last epoch's k-means, which is decoupled by construction; three sets of prototypes", "Caron et al. 2020 (DeepCluster-v2)",
			part.Composition{Name: "deepcluster-v2", Objective: "deepcluster", Learner: "epoch-kmeans", Embedding: "plain"},
			map[string]any{"deepcluster.heads": 3},
		},
		{
			"CAPI's partial decoupling, on images where the original has hidden patches: balanced codes of the teacher over prototypes with a clustering loss of their own",
			"Darcet et al. 2025", part.Composition{Name: "capi", Objective: "swav", Learner: "self-cluster", Embedding: "plain"},
			map[string]any{"swav.targets": "teacher", "swav.epsilon": 0.06},
		},
	}
}

// owners are the objectives that own their prototypes, or have none.
func owners() []preset {
	own := func(name string) part.Composition {
		return Complete(part.Composition{Name: name, Objective: name, Embedding: "plain"})
	}
	return []preset{
		{"groups that move with the encoder's projections, and a predictor", "Pang et al. 2022", own("smog"), nil},
		{"contrastive learning with the centroids of each epoch's k-means", "Li et al. 2021", own("pcl"), nil},
		{"ten linear classifiers of balanced labels of their own", "Asano et al. 2020", own("sela"), map[string]any{"sela.heads": 10}},
		{"past embeddings in the prototypes' place: nothing that could collapse but the features", "Silva et al. 2024", own("massl"), nil},
	}
}

// Preset returns the composition that a name stands for, and the settings that come with it by key
// path.
func Preset(name string) (part.Composition, map[string]any, bool) {
	for _, p := range presets() {
		if p.comp.Name == name {
			return p.comp, p.keys, true
		}
	}
	return part.Composition{}, nil, false
}
