package methods

import (
	"strings"
	"testing"

	"protobench/methods/part"
)

// TestWarnings: a part that would start after the run's last step, or a warm-up that would end
// after it, is named; at the least run length that has it there is nothing to say.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name, preset string
		set          func(*part.Config)
		want         string // start of the only warning; empty: none
	}{
		{"centroids never come", "pcl", func(c *part.Config) { c.Settings.MustSet("pcl.warmup_epochs", 3.5) }, "pcl.warmup_epochs = 3.5, train.epochs = 4: the prototypes never"},
		{"centroids in the last epoch", "pcl", func(c *part.Config) { c.Settings.MustSet("pcl.warmup_epochs", 2.5) }, ""},
		{"the first epoch has no centroids", "pcl", func(c *part.Config) { c.Train.Epochs = 1; c.Settings.MustSet("pcl.warmup_epochs", 0) }, "pcl.warmup_epochs = 0, train.epochs = 1"},
		{"queue never used", "swav", func(c *part.Config) { c.Settings.MustSet("swav.queue", 16); c.Settings.MustSet("swav.queue_start", 4) }, "swav.queue_start = 4"},
		{"queue used", "swav", func(c *part.Config) {
			c.Settings.MustSet("swav.queue", 16)
			c.Settings.MustSet("swav.queue_start", 3.9)
		}, ""},
		{"no queue", "swav", func(c *part.Config) { c.Settings.MustSet("swav.queue_start", 9) }, ""},
		{"queue full in the last step", "swav", func(c *part.Config) { c.Images = 240; c.Settings.MustSet("swav.queue", 240) }, ""},
		{"queue never full", "swav", func(c *part.Config) { c.Images = 241; c.Settings.MustSet("swav.queue", 241) }, "swav.queue = 241: it is never full in 16 steps of 16 images"},
		{"another objective's queue", "dino", func(c *part.Config) { c.Settings.MustSet("swav.queue", 999); c.Settings.MustSet("swav.queue_start", 9) }, ""},
		{"frozen throughout", "swav", func(c *part.Config) { c.Settings.MustSet("prototypes.freeze_epochs", 4) }, "prototypes.freeze_epochs = 4"},
		{"thawed", "swav", func(c *part.Config) { c.Settings.MustSet("prototypes.freeze_epochs", 3) }, ""},
		{"nothing to freeze", "swav+gmm", func(c *part.Config) { c.Settings.MustSet("prototypes.freeze_epochs", 4) }, ""},
		{"a frozen shadow", "swav+gmm", func(c *part.Config) {
			c.Composition.Observers = []string{"joint"}
			c.Settings.MustSet("prototypes.freeze_epochs", 4)
		}, "prototypes.freeze_epochs = 4"},
		{"frozen for a phase", "swav", func(c *part.Config) {
			c.Composition.Learner = "joint until 2, gmm"
			c.Settings.MustSet("prototypes.freeze_epochs", 2)
		}, "prototypes.freeze_epochs = 2"},
		{"teacher still cold", "dino", func(c *part.Config) {
			c.Settings.MustSet("dino.teacher_temperature", 0.07)
			c.Settings.MustSet("dino.warmup_teacher_epochs", 7)
		}, "dino.warmup_teacher_epochs = 7, train.epochs = 4: the teacher temperature ends at 0.055, short of 0.07"},
		{"teacher warm at the end", "dino", func(c *part.Config) {
			c.Settings.MustSet("dino.teacher_temperature", 0.07)
			c.Settings.MustSet("dino.warmup_teacher_epochs", 4)
		}, ""},
		{"one temperature", "dino", func(c *part.Config) { c.Settings.MustSet("dino.warmup_teacher_epochs", 9) }, ""},
		{"patches still cold", "ibot", func(c *part.Config) {
			c.Settings.MustSet("ibot.patch_teacher_temperature", 0.07)
			c.Settings.MustSet("dino.warmup_teacher_epochs", 5)
		}, "dino.warmup_teacher_epochs = 5, train.epochs = 4: the patches' teacher temperature"},
		{"memory still cold", "massl", func(c *part.Config) { c.Settings.MustSet("massl.warmup_teacher_epochs", 5) }, "massl.warmup_teacher_epochs = 5"},
		{"annealing unfinished", "swav+gmm", func(c *part.Config) {
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 4)
		}, "gmm.anneal_epochs = 4"},
		{"annealing longer than its phase", "swav+gmm", func(c *part.Config) {
			c.Composition.Learner = "gmm until 2, joint"
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 2)
		}, "gmm.anneal_epochs = 2, train.epochs = 4: the responsibilities' power does not reach 1"},
		{"annealing within its phase", "swav+gmm", func(c *part.Config) {
			c.Composition.Learner = "gmm until 2, joint"
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 1.9)
		}, ""},
		{"annealing within its last phase", "swav+gmm", func(c *part.Config) {
			c.Composition.Learner = "gmm until 1, kmeans until 2, gmm"
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 3)
		}, ""},
		{"annealing longer than its last phase", "swav+gmm", func(c *part.Config) {
			c.Composition.Learner = "gmm until 1, kmeans until 2, gmm until 3, frozen"
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 3)
		}, "gmm.anneal_epochs = 3"},
		{"first labels throughout", "sela", func(c *part.Config) { c.Settings.MustSet("sela.relabel_epochs", 4) }, "sela.relabel_epochs = 4, train.epochs = 4: the first labels"},
		{"first labels throughout, by rounding", "sela", func(c *part.Config) { c.Settings.MustSet("sela.relabel_epochs", 3.9) }, "sela.relabel_epochs = 3.9"},
		{"new labels in the last step", "sela", func(c *part.Config) { c.Settings.MustSet("sela.relabel_epochs", 3.75) }, ""},
		{"another objective's labels", "swav", func(c *part.Config) { c.Settings.MustSet("sela.relabel_epochs", 9) }, ""},
		{"groups never reset", "smog", func(c *part.Config) { c.Settings.MustSet("smog.reset_steps", 17) }, "smog.reset_steps = 17, train.epochs = 4: the groups are never clustered anew in 16 steps"},
		{"groups reset by the last step", "smog", func(c *part.Config) { c.Settings.MustSet("smog.reset_steps", 16) }, ""},
		{"groups are not to be reset", "smog", func(c *part.Config) { c.Settings.MustSet("smog.reset_steps", 0) }, ""},
		{"queue as long as the data", "swav", func(c *part.Config) { c.Settings.MustSet("swav.queue", 64) }, ""},
		{"queue longer than the data", "swav", func(c *part.Config) { c.Settings.MustSet("swav.queue", 65) }, "swav.queue = 65 is more than the 64 training images"},
		{"codes as many as prototypes", "swav", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 16) }, ""},
		{"codes fewer than prototypes", "swav", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 17) }, "prototypes.count = 17: Sinkhorn-Knopp balances codes over more prototypes than the 16 embeddings"},
		{"codes with a queue", "swav", func(c *part.Config) {
			c.Settings.MustSet("prototypes.count", 32)
			c.Settings.MustSet("swav.queue", 16)
		}, ""},
		{"dino's Sinkhorn targets", "dino", func(c *part.Config) {
			c.Settings.MustSet("dino.targets", "sinkhorn")
			c.Settings.MustSet("dino.teacher_temperature", 0.3)
			c.Settings.MustSet("prototypes.count", 33)
		}, "prototypes.count = 33: Sinkhorn-Knopp"},
		{"msn's balanced targets", "msn", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 33) }, "prototypes.count = 33: Sinkhorn-Knopp"},
		{"msn's plain targets", "msn", func(c *part.Config) {
			c.Settings.MustSet("prototypes.count", 33)
			c.Settings.MustSet("msn.sinkhorn", false)
		}, ""},
		{"teacher colder than the student", "dino", func(c *part.Config) { c.Settings.MustSet("dino.teacher_temperature", 0.09) }, ""},
		{"teacher as hot as the student", "dino", func(c *part.Config) { c.Settings.MustSet("dino.teacher_temperature", 0.1) }, "dino.teacher_temperature = 0.1 is not below the student's 0.1"},
		{"patches' teacher as hot as the student", "ibot", func(c *part.Config) { c.Settings.MustSet("ibot.patch_teacher_temperature", 0.1) }, "ibot.patch_teacher_temperature = 0.1 is not below the student's 0.1"},
		{"no patches are hidden", "ibot", func(c *part.Config) {
			c.Settings.MustSet("ibot.patch_teacher_temperature", 0.1)
			c.Settings.MustSet("ibot.mask_share", 0.0)
		}, ""},
		{"memory's teacher as hot as the student", "massl", func(c *part.Config) { c.Settings.MustSet("massl.teacher_temperature", 0.2) }, "massl.teacher_temperature = 0.2 is not below the student's 0.1"},
		{"anchors' teacher hotter than the student", "sop", func(c *part.Config) { c.Settings.MustSet("loss.temperature", 0.03) }, "sop.teacher_temperature = 0.04 is not below the student's 0.03"},
		{"memory as long as the data", "massl", func(c *part.Config) { c.Settings.MustSet("massl.memory", 64) }, ""},
		{"memory longer than the data", "massl", func(c *part.Config) { c.Settings.MustSet("massl.memory", 65) }, "massl.memory = 65 is more than the 64 training images"},
		{"anchors' memory longer than the data", "sop", func(c *part.Config) { c.Settings.MustSet("sop.memory", 65) }, "sop.memory = 65 is more than the 64 training images"},
		{"codes that float32 holds", "swav", func(c *part.Config) { c.Settings.MustSet("swav.epsilon", 0.0115) }, ""},
		{"codes too sharp for float32", "swav", func(c *part.Config) { c.Settings.MustSet("swav.epsilon", 0.01) }, "swav.epsilon = 0.01 is too small for float32: whatever scores 0.87 or more under the largest"},
		{"another objective's codes", "dino", func(c *part.Config) { c.Settings.MustSet("swav.epsilon", 0.01) }, ""},
		{"predictions too sharp for float32", "swav", func(c *part.Config) { c.Settings.MustSet("loss.temperature", 0.0005) }, "loss.temperature = 0.0005 is too small for float32"},
		{"an observer's codes too sharp", "swav", func(c *part.Config) {
			c.Composition.Observers = []string{"self-cluster"}
			c.Settings.MustSet("self-cluster.target_temperature", 0.005)
		}, "self-cluster.target_temperature = 0.005 is too small"},
		{"as many prototypes as images", "dino", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 64) }, ""},
		{"more prototypes than images", "dino", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 65) }, "prototypes.count = 65 is more than the 64 training images"},
		{"no prototypes", "massl", func(c *part.Config) { c.Settings.MustSet("prototypes.count", 65) }, ""},
		{"no annealing", "swav+gmm", func(c *part.Config) { c.Settings.MustSet("gmm.anneal_epochs", 9) }, ""},
		{"annealing finished", "swav+gmm", func(c *part.Config) {
			c.Settings.MustSet("gmm.anneal_start", 0.5)
			c.Settings.MustSet("gmm.anneal_epochs", 3)
		}, ""},
	} {
		cfg := testConfig(t, c.preset)
		c.set(&cfg)
		if errs := Check(cfg); len(errs) > 0 {
			t.Errorf("%s: %v", c.name, errs)
		}
		got := Warnings(cfg)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Text, c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
