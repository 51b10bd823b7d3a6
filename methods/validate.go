package methods

import (
	"fmt"
	"slices"
)

// Validate returns every reason why this run makes no sense, each naming its key.
func (c Config) Validate() []error {
	var errs []error
	add := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if err := Validate(c.Composition); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, c.lengths()...)
	errs = append(errs, c.severalHeads()...)
	if c.Composition.Objective == "ibot" && c.Encoder.Name != "vit" {
		add("encoder.name: objective \"ibot\" predicts hidden patches, and %s has no patch embeddings; take \"vit\"", c.Encoder.Name)
	}
	if err := c.localCrops(); err != nil {
		errs = append(errs, err)
	}
	if c.Images > 0 && c.Train.Batch > c.Images {
		add("train.batch: %d is more than the %d training images; take a smaller batch", c.Train.Batch, c.Images)
	}
	if c.Train.Optimizer == "sgd" && c.Train.Nesterov && c.Train.Momentum == 0 {
		add("train.nesterov: there is no momentum to look ahead with; raise train.momentum")
	}
	if c.usesGMM() && c.Settings.GMM.Feed == "student" && c.Settings.GMM.Order == "before" {
		add("gmm.feed: student embeddings exist only after the encoder's forward pass; set gmm.order = \"after\"")
	}
	if c.usesGMM() && c.Settings.GMM.Precision > c.Settings.GMM.PrecisionMax && c.Settings.GMM.Responsibilities == "gaussian" {
		add("gmm.precision: the start %g is above gmm.precision_max %g; raise the maximum", c.Settings.GMM.Precision, c.Settings.GMM.PrecisionMax)
	}
	if phases, err := Phases(c.Composition.Learner); err == nil && len(phases) > 1 {
		if last := phases[len(phases)-2].Until; last >= float64(c.Train.Epochs) {
			add("learner: the schedule hands over at epoch %g, the run has %d; hand over earlier or raise train.epochs", last, c.Train.Epochs)
		}
	}
	return append(errs, c.counts()...)
}

// counts refuses numbers of prototypes that blocks or images are too large or too few for.
func (c Config) counts() []error {
	var errs []error
	add := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	for _, part := range []string{"epoch-kmeans", "pcl", "smog"} {
		if c.Images > 0 && c.Settings.Prototypes.Count > c.Images && slices.Contains(c.Composition.Parts(), part) {
			add("prototypes.count: %d clusters of %d training images; the k-means of %s needs an image for each", c.Settings.Prototypes.Count, c.Images, part)
			break
		}
	}
	if c.Composition.Objective == "carp" && c.Settings.CARP.Block > c.Settings.Prototypes.Count {
		add("carp.block: a block of %d is more than the %d prototypes; take a smaller block", c.Settings.CARP.Block, c.Settings.Prototypes.Count)
	}
	if c.Composition.Objective == "massl" && c.Settings.MaSSL.Block > c.Settings.MaSSL.Memory {
		add("massl.block: a block of %d is more than the %d embeddings of the memory; take a smaller block", c.Settings.MaSSL.Block, c.Settings.MaSSL.Memory)
	}
	if c.Composition.Objective == "carp" && c.Settings.CARP.Block == 1 {
		add("carp.block: a block of 1 has nothing to compare; take at least 2, or 0 for one block of all prototypes")
	}
	if whole := c.Images / c.Train.Batch * c.Train.Batch; c.start() != "random" && c.Images > 0 && c.Settings.Prototypes.Count > whole {
		add("prototypes.init: a start from data needs %d different images, the set's whole batches have %d; take init = \"random\"", c.Settings.Prototypes.Count, whole)
	}
	return errs
}

// start is prototypes.init of objectives that have prototypes at the start: pcl clusters embeddings anyway, and massl has none.
func (c Config) start() string {
	if c.Composition.Objective == "pcl" || c.Composition.Objective == "massl" {
		return "random"
	}
	return c.Settings.Prototypes.Init
}

// count is prototypes.count of objectives that have prototypes, else 0.
func (c Config) count() int {
	if c.Composition.Objective == "massl" {
		return 0
	}
	return c.Settings.Prototypes.Count
}

func (c Config) usesGMM() bool {
	return slices.Contains(c.Composition.Parts(), "gmm")
}

// lengths refuses settings of the prototypes' lengths where there are none.
func (c Config) lengths() []error {
	var errs []error
	vmf := c.Composition.Objective == "dino" && c.Settings.DINO.Scores == "vmf"
	if vmf && c.Composition.Learner != "joint" {
		errs = append(errs, fmt.Errorf("dino.scores: all prototypes of learner %q have length 1, so that the vmf normaliser cancels; take learner \"joint\" or \"cosine\"", c.Composition.Learner))
	}
	if vmf && c.Settings.Prototypes.Reseed {
		errs = append(errs, fmt.Errorf("prototypes.reseed: usage is counted by cosines, which vmf scores are not; set false"))
	}
	if o := c.Composition.Objective; slices.Contains(c.Composition.Parts(), "joint") && c.Settings.Prototypes.Norm != 1 && !slices.Contains(weightNormalised[:], o) {
		errs = append(errs, fmt.Errorf("prototypes.norm: objective %q puts prototypes back to length 1 after every step; set 1", o))
	}
	return errs
}

// weightNormalised lists the objectives whose prototypes have lengths.
var weightNormalised = [...]string{"dino", "ibot", "carp", "msn"}
