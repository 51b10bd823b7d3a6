package augment

import (
	"fmt"
	"reflect"
	"slices"

	"protobench/internal/setting"
)

// asFirst is the value of a key of [augment.second] or [augment.local] that leaves the first view's
// in place.
const asFirst = -1

// Tables are the tables of settings that make up [Recipes].
func Tables() []setting.Table {
	return []setting.Table{setting.Of[Config]("augment"), setting.Of[Second]("augment.second"), setting.Of[Local]("augment.local")}
}

// Recipes says how each kind of view is made.
type Recipes struct {
	First  Config
	Second Second
	Local  Local
}

// Read returns the recipes of a run's settings.
func Read(v setting.Values) Recipes {
	return Recipes{setting.Read[Config](v, "augment"), setting.Read[Second](v, "augment.second"), setting.Read[Local](v, "augment.local")}
}

// Alike returns the recipes of views that are all made in one way.
func Alike(c Config) Recipes {
	return Recipes{c, setting.Defaults[Second]("augment.second"), setting.Defaults[Local]("augment.local")}
}

// views are the whole recipes of both global views.
func (r Recipes) views() []Config { return []Config{r.First, over(r.First, r.Second)} }

// local is the whole recipe of local crops.
func (r Recipes) local() Config {
	c := over(r.First, r.Local)
	c.CropMin, c.CropMax = c.LocalMin, c.LocalMax
	return c
}

// over puts what another kind of view has of its own over the first view's recipe.
func over(c Config, other any) Config {
	to, from := reflect.ValueOf(&c).Elem(), reflect.ValueOf(other)
	for i := range from.NumField() {
		if v := from.Field(i).Float(); v != asFirst {
			to.FieldByName(from.Type().Field(i).Name).SetFloat(v)
		}
	}
	return c
}

// Has reports whether the recipes have what a key needs to have an effect, where that is no matter
// of one other key. known is false for what is none of theirs.
func (r Recipes) Has(need string, local bool) (has, known bool) {
	all := r.views()
	if local {
		all = append(all, r.local())
	}
	jitters := func(c Config) bool { return c.JitterProb > 0 }
	switch need {
	case "jitter in some view":
		return slices.ContainsFunc(all, jitters), true
	case "strength of jitter in some view":
		return slices.ContainsFunc(all, func(c Config) bool { return c.Brightness+c.Contrast+c.Saturation+c.Hue > 0 }), true
	case "jitter in the second view":
		return jitters(all[1]), true
	case "jitter in local crops":
		return jitters(r.local()), true
	case "blur in some view":
		return slices.ContainsFunc(all, func(c Config) bool { return c.Blur > 0 }), true
	}
	return false, false
}

// Check returns what of the settings is outside of its range or contradicts another one. Without
// local crops nothing contradicts theirs.
func (r Recipes) Check(local bool) []*setting.KeyError {
	c := r.First
	wrong := append(setting.Check("augment", c), order("augment.crop", c.CropMin, c.CropMax)...)
	if c.BlurKernel != 0 && c.BlurKernel%2 == 0 {
		wrong = append(wrong, &setting.KeyError{Key: "augment.blur_kernel", Found: fmt.Sprintf("found %d", c.BlurKernel), Expected: "expected an odd number of pixels, or 0",
			Remedy: fmt.Sprintf("use %d or %d", c.BlurKernel-1, c.BlurKernel+1)})
	}
	if second := r.views()[1]; len(wrong) == 0 && second != c {
		wrong = append(setting.Check("augment.second", second), order("augment.second.crop", second.CropMin, second.CropMax)...)
	}
	if local && len(wrong) == 0 {
		wrong = append(order("augment.local_crop", c.LocalMin, c.LocalMax), setting.Check("augment.local", r.local())...)
	}
	return wrong
}

// order refuses areas of crops whose smallest is above the largest.
func order(crop string, least, most float64) []*setting.KeyError {
	if !(least > most) {
		return nil
	}
	_, name := setting.Cut(crop)
	return []*setting.KeyError{{
		Key: crop + "_min", Found: fmt.Sprintf("%v is above %s_max %v", least, name, most),
		Expected: fmt.Sprintf("expected %s_min ≤ %s_max", name, name),
	}}
}
