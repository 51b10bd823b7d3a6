package methods

import (
	"strings"
	"testing"
)

// TestWarnings: a part that would start after the run's last step, or a warm-up that would end after it, is named; at the least run length
// that has it there is nothing to say.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name, preset string
		set          func(*Config)
		want         string // start of the only warning; empty: none
	}{
		{"centroids never come", "pcl", func(c *Config) { c.Settings.PCL.WarmupEpochs = 3.5 }, "pcl.warmup_epochs = 3.5, train.epochs = 4: the prototypes never"},
		{"centroids in the last epoch", "pcl", func(c *Config) { c.Settings.PCL.WarmupEpochs = 2.5 }, ""},
		{"the first epoch has no centroids", "pcl", func(c *Config) { c.Settings.PCL.WarmupEpochs, c.Train.Epochs = 0, 1 }, "pcl.warmup_epochs = 0, train.epochs = 1"},
		{"queue never used", "swav", func(c *Config) { c.Settings.SwAV.Queue, c.Settings.SwAV.QueueStart = 16, 4 }, "swav.queue_start = 4"},
		{"queue used", "swav", func(c *Config) { c.Settings.SwAV.Queue, c.Settings.SwAV.QueueStart = 16, 3.9 }, ""},
		{"no queue", "swav", func(c *Config) { c.Settings.SwAV.QueueStart = 9 }, ""},
		{"queue full in the last step", "swav", func(c *Config) { c.Settings.SwAV.Queue = 240 }, ""},
		{"queue never full", "swav", func(c *Config) { c.Settings.SwAV.Queue = 241 }, "swav.queue = 241: it is never full in 16 steps of 16 images"},
		{"another objective's queue", "dino", func(c *Config) { c.Settings.SwAV.Queue, c.Settings.SwAV.QueueStart = 999, 9 }, ""},
		{"frozen throughout", "swav", func(c *Config) { c.Settings.Prototypes.Freeze = 4 }, "prototypes.freeze_epochs = 4"},
		{"thawed", "swav", func(c *Config) { c.Settings.Prototypes.Freeze = 3 }, ""},
		{"nothing to freeze", "swav+gmm", func(c *Config) { c.Settings.Prototypes.Freeze = 4 }, ""},
		{"a frozen shadow", "swav+gmm", func(c *Config) {
			c.Settings.Prototypes.Freeze, c.Composition.Observers = 4, []string{"joint"}
		}, "prototypes.freeze_epochs = 4"},
		{"frozen for a phase", "swav", func(c *Config) {
			c.Settings.Prototypes.Freeze, c.Composition.Learner = 2, "joint until 2, gmm"
		}, "prototypes.freeze_epochs = 2"},
		{"teacher still cold", "dino", func(c *Config) {
			c.Settings.DINO.TeacherTemperature, c.Settings.DINO.WarmupEpochs = 0.07, 7
		}, "dino.warmup_teacher_epochs = 7, train.epochs = 4: the teacher temperature ends at 0.055, short of 0.07"},
		{"teacher warm at the end", "dino", func(c *Config) {
			c.Settings.DINO.TeacherTemperature, c.Settings.DINO.WarmupEpochs = 0.07, 4
		}, ""},
		{"one temperature", "dino", func(c *Config) { c.Settings.DINO.WarmupEpochs = 9 }, ""},
		{"patches still cold", "ibot", func(c *Config) {
			c.Settings.IBOT.TeacherTemperature, c.Settings.DINO.WarmupEpochs = 0.07, 5
		}, "dino.warmup_teacher_epochs = 5, train.epochs = 4: the patches' teacher temperature"},
		{"memory still cold", "massl", func(c *Config) { c.Settings.MaSSL.WarmupEpochs = 5 }, "massl.warmup_teacher_epochs = 5"},
		{"annealing unfinished", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs = 0.5, 4
		}, "gmm.anneal_epochs = 4"},
		{"annealing longer than its phase", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs, c.Composition.Learner = 0.5, 2, "gmm until 2, joint"
		}, "gmm.anneal_epochs = 2, train.epochs = 4: the responsibilities' power does not reach 1"},
		{"annealing within its phase", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs, c.Composition.Learner = 0.5, 1.9, "gmm until 2, joint"
		}, ""},
		{"annealing within its last phase", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs, c.Composition.Learner = 0.5, 3, "gmm until 1, kmeans until 2, gmm"
		}, ""},
		{"annealing longer than its last phase", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs, c.Composition.Learner = 0.5, 3, "gmm until 1, kmeans until 2, gmm until 3, frozen"
		}, "gmm.anneal_epochs = 3"},
		{"first labels throughout", "sela", func(c *Config) { c.Settings.SeLa.RelabelEpochs = 4 }, "sela.relabel_epochs = 4, train.epochs = 4: the first labels"},
		{"first labels throughout, by rounding", "sela", func(c *Config) { c.Settings.SeLa.RelabelEpochs = 3.9 }, "sela.relabel_epochs = 3.9"},
		{"new labels in the last step", "sela", func(c *Config) { c.Settings.SeLa.RelabelEpochs = 3.75 }, ""},
		{"another objective's labels", "swav", func(c *Config) { c.Settings.SeLa.RelabelEpochs = 9 }, ""},
		{"groups never reset", "smog", func(c *Config) { c.Settings.SMoG.ResetSteps = 17 }, "smog.reset_steps = 17, train.epochs = 4: the groups are never clustered anew in 16 steps"},
		{"groups reset by the last step", "smog", func(c *Config) { c.Settings.SMoG.ResetSteps = 16 }, ""},
		{"groups are not to be reset", "smog", func(c *Config) { c.Settings.SMoG.ResetSteps = 0 }, ""},
		{"no annealing", "swav+gmm", func(c *Config) { c.Settings.GMM.AnnealEpochs = 9 }, ""},
		{"annealing finished", "swav+gmm", func(c *Config) {
			c.Settings.GMM.AnnealStart, c.Settings.GMM.AnnealEpochs = 0.5, 3
		}, ""},
	} {
		cfg := testConfig(t, c.preset)
		c.set(&cfg)
		if errs := cfg.Validate(); len(errs) > 0 {
			t.Errorf("%s: %v", c.name, errs)
		}
		got := cfg.Warnings()
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
