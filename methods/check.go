package methods

import (
	"fmt"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Check returns every reason why a run makes no sense, each naming its key.
func Check(c part.Config) []*setting.KeyError {
	if err := CheckComposition(c.Composition); err != nil {
		return []*setting.KeyError{err}
	}
	o, _ := findObjective(c.Composition.Objective)
	t := o.Traits(c.Settings)
	errs := partErrors(c)
	errs = append(errs, severalHeads(c, o, t)...)
	errs = append(errs, localCrops(c, t)...)
	errs = append(errs, wrongLengths(c, t)...)
	if t.Patches && !c.Encoder.HasPatches() {
		errs = append(errs, refuse("encoder.name", "take \"vit\"", "objective %q predicts hidden patches, and %s has no patch embeddings", o.Name, c.Encoder.Name))
	}
	return append(append(errs, trainErrors(c)...), startErrors(c, t)...)
}

// inUse are the declarations of all parts of a composition, observers' included, each once.
func inUse(c part.Composition) []part.Declaration {
	parts := c.Parts()
	return slices.DeleteFunc(declarations(), func(d part.Declaration) bool { return !slices.Contains(parts, d.Name) })
}

// partErrors are what the parts themselves refuse.
func partErrors(c part.Config) []*setting.KeyError {
	var errs []*setting.KeyError
	for _, d := range inUse(c.Composition) {
		if d.Check != nil {
			errs = append(errs, d.Check(c)...)
		}
	}
	return errs
}

// severalHeads refuses regularizers of one set of prototypes, or of predictions over it, where
// there are several sets.
func severalHeads(c part.Config, o objective.Declaration, t objective.Traits) []*setting.KeyError {
	if t.Heads <= 1 || o.Owns() {
		return nil
	}
	var errs []*setting.KeyError
	for _, name := range c.Composition.Regularizers {
		if r, _ := term.Find(name); !r.Features {
			errs = append(errs, refuse("regularizers", fmt.Sprintf("set %s = 1 or drop it", t.HeadsKey), "%s acts on one set of prototypes, and %s has %d", name, t.HeadsKey, t.Heads))
		}
	}
	return errs
}

// localCrops refuses local crops where the objective or the encoder has no use for them.
func localCrops(c part.Config, t objective.Traits) []*setting.KeyError {
	if c.Train.LocalCrops == 0 {
		return nil
	}
	if !t.Crops {
		return part.Refuse("train.local_crops", "set 0", "objective %q compares two views of one size and has no use for local crops", c.Composition.Objective)
	}
	if c.Encoder.WholeImages() {
		return part.Refuse("train.local_crops", "take another encoder or set 0", "encoder %s reads whole images and no smaller crops", c.Encoder.Name)
	}
	if c.Input.Height == 0 { // nothing is known of the images yet
		return nil
	}
	in := c.Train.Local(c.Input)
	if in.Height > c.Input.Height || in.Width > c.Input.Width {
		return part.Refuse("train.local_size", "take a smaller crop", "%d is more than the images' %d×%d pixels", c.Train.LocalSize, c.Input.Height, c.Input.Width)
	}
	if err := c.Encoder.Fits(in, c.Input); err != nil {
		return part.Refuse("train.local_size", "", "crops of %d×%d pixels do not fit the encoder: %v", in.Height, in.Width, err)
	}
	return nil
}

// wrongLengths refuses lengths of joint prototypes where there are none.
func wrongLengths(c part.Config, t objective.Traits) []*setting.KeyError {
	if !anyGradient(c.Composition) || c.Settings.Float("prototypes.norm") == 1 || t.WeightNorm || t.Lengths {
		return nil
	}
	return part.Refuse("prototypes.norm", "set 1", "objective %q puts prototypes back to length 1 after every step", c.Composition.Objective)
}

// anyGradient reports whether any learner, observers included, follows a gradient of the loss.
func anyGradient(c part.Composition) bool {
	return slices.ContainsFunc(append(c.Learners(), c.Observers...), learner.Gradient)
}

// Unsupported refuses products of bf16 where the processor does not multiply bf16.
func Unsupported(t part.Train) []*setting.KeyError {
	if !t.BF16() || kernel.HasBF16() {
		return nil
	}
	return part.Refuse("train.precision", "set \"float32\" or run it on a processor that has them (protobench doctor says which this one has)",
		"\"bf16\" takes the instructions of AVX512_BF16, which are not in use here (kernels: %s)", kernel.InUse())
}

// trainErrors are those of the run's length, batch and optimizer.
func trainErrors(c part.Config) []*setting.KeyError {
	errs := Unsupported(c.Train)
	if c.Images > 0 && c.Train.Batch > c.Images {
		errs = append(errs, refuse("train.batch", "take a smaller batch", "%d is more than the %d training images", c.Train.Batch, c.Images))
	}
	switch e := c.Train.EncoderEpochs; {
	case e >= float64(c.Train.Epochs):
		errs = append(errs, refuse("train.encoder_epochs", "stop earlier, or set 0", "%g is the whole run or more: it has %d epochs", e, c.Train.Epochs))
	case e < 0 && e != -1:
		errs = append(errs, refuse("train.encoder_epochs", "set -1", "%g epochs are no number of epochs", e))
	}
	if c.Train.Optimizer == "sgd" && c.Train.Nesterov && c.Train.Momentum == 0 {
		errs = append(errs, refuse("train.nesterov", "raise train.momentum", "there is no momentum to look ahead with"))
	}
	if phases, err := part.Phases(c.Composition.Learner); err == nil && len(phases) > 1 {
		if last := phases[len(phases)-2].Until; last >= float64(c.Train.Epochs) {
			errs = append(errs, refuse("learner", "hand over earlier or raise train.epochs", "the schedule hands over at epoch %g, the run has %d", last, c.Train.Epochs))
		}
	}
	return errs
}

// startErrors refuse a start from data for which there are too few images.
func startErrors(c part.Config, t objective.Traits) []*setting.KeyError {
	k := count(c, t)
	if whole := c.Images / c.Train.Batch * c.Train.Batch; initialisation(c) != "random" && c.Images > 0 && k > whole {
		return part.Refuse("prototypes.init", "take init = \"random\"", "a start from data needs %d different images, the set's whole batches have %d", k, whole)
	}
	return nil
}

// initialisation is prototypes.init of objectives whose prototypes start by it, else random.
func initialisation(c part.Config) string {
	if init, _ := schema().Find("prototypes.init"); !init.ReadBy([]string{c.Composition.Objective}) {
		return "random"
	}
	return c.Settings.Text("prototypes.init")
}

// count is prototypes.count of objectives that have prototypes, else 0.
func count(c part.Config, t objective.Traits) int {
	if t.Free {
		return 0
	}
	return c.Settings.Int("prototypes.count")
}

// AllPrototypes is the number of prototypes H·K on all heads of the objective, which scores are as
// wide as.
func AllPrototypes(c part.Config) int {
	o, _ := findObjective(c.Composition.Objective)
	return max(1, o.Traits(c.Settings).Heads) * c.Settings.Int("prototypes.count")
}
