package augment

import (
	"maps"
	"slices"

	"protobench/internal/setting"
)

// preset is a published recipe: what it sets, by key, and where that stands. Each sets all of
// [augment] but the areas of local crops, which some have no say in.
type preset struct {
	source string
	sets   map[string]any
}

// presets are the recipes by their names in [Config.Preset]. Crops keep to aspect ratios of 3/4 to
// 4/3 and blurs to sigmas of 0.1 to 2 in all of them.
func presets() map[string]preset {
	return map[string]preset{
		"simclr": {"Chen et al. 2020, app. A; data_util.py of google-research/simclr (strength 1)",
			recipeOf(0.08, "bicubic", [4]float64{0.8, 0.8, 0.8, 0.2}, 0.5, 0)},
		"swav": {"Caron et al. 2020, app. A; src/multicropdataset.py and the scripts' areas of facebookresearch/swav",
			with(recipeOf(0.14, "bilinear", [4]float64{0.8, 0.8, 0.8, 0.2}, 0.5, 23),
				"augment.local_crop_min", 0.05, "augment.local_crop_max", 0.14)},
		"dino": {"Caron et al. 2021, sec. 3.2; main_dino.py of facebookresearch/dino",
			with(recipeOf(0.4, "bicubic", [4]float64{0.4, 0.4, 0.2, 0.1}, 1, 13),
				"augment.local_crop_min", 0.05, "augment.local_crop_max", 0.4,
				"augment.second.blur", 0.1, "augment.second.solarize", 0.2, "augment.local.blur", 0.5)},
		"cifar-symmetric": {"scripts/pretrain/cifar/augmentations/symmetric.yaml of vturrisi/solo-learn (da Costa et al. 2022)",
			recipeOf(0.08, "bicubic", [4]float64{0.8, 0.8, 0.8, 0.2}, 0.5, 13)},
		"cifar-asymmetric": {"scripts/pretrain/cifar/augmentations/asymmetric.yaml of vturrisi/solo-learn (da Costa et al. 2022)",
			with(recipeOf(0.08, "bicubic", [4]float64{0.4, 0.4, 0.2, 0.1}, 0, 13),
				"augment.second.solarize", 0.2)},
	}
}

// recipeOf are the settings in which the papers differ, over those that they share: crops up to the
// whole image, jitter of brightness, contrast, saturation and hue in 80 % of the views, flips in
// half, a fifth of them gray.
func recipeOf(crop float64, interpolation string, jitter [4]float64, blur float64, kernel int) map[string]any {
	return map[string]any{
		"augment.crop_min": crop, "augment.crop_max": 1.0, "augment.interpolation": interpolation, "augment.antialias": true,
		"augment.flip": 0.5, "augment.jitter_prob": 0.8, "augment.grayscale": 0.2,
		"augment.brightness": jitter[0], "augment.contrast": jitter[1], "augment.saturation": jitter[2], "augment.hue": jitter[3],
		"augment.blur": blur, "augment.blur_kernel": kernel, "augment.solarize": 0.0,
	}
}

// with adds keys and values to a recipe.
func with(sets map[string]any, more ...any) map[string]any {
	for i := 0; i < len(more); i += 2 {
		sets[more[i].(string)] = more[i+1]
	}
	return sets
}

// Presets returns the names of the published recipes.
func Presets() []string { return slices.Sorted(maps.Keys(presets())) }

// Source says where a preset's numbers stand; empty for the default.
func Source(name string) string { return presets()[name].source }

// Preset returns what a preset sets, by key path; nothing for the default.
func Preset(name string) map[string]any { return presets()[name].sets }

// Named returns the recipes of a preset with nothing else set; the default's for any other name.
func Named(name string) Recipes {
	v := setting.NewSchema(Tables(), nil).Defaults()
	v.MustSetAll(Preset(name))
	return Read(v)
}
