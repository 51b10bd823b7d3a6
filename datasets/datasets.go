package datasets

// Images is a set of images of one size, held in memory.
type Images struct {
	Height, Width, Channels int
	Pixels                  []uint8 // [N,Height,Width,Channels], row-major
	Labels                  []int   // [N], class of each image
	Fine                    []int   // [N], finer label (generating sub-mode, sub-class); nil where a set has none
}

// Len returns the number of images.
func (im *Images) Len() int { return len(im.Labels) }

// Image returns the pixels of image i, [Height,Width,Channels].
func (im *Images) Image(i int) []uint8 {
	n := im.Height * im.Width * im.Channels
	return im.Pixels[i*n : (i+1)*n]
}

// Set is a data set with its splits.
type Set struct {
	Name        string
	Train       Images // what arms are trained on, after the long tail is cut
	Probe       Images // what probes of frozen features learn from: Train before its tail is cut; the same memory without one
	Test        Images // what is evaluated on: the test split, or the validation split of train (Options.Validation)
	Classes     int
	FineClasses int        // 0 where a set has no fine labels
	Mean, Std   [3]float32 // per channel over the training pixels, on the scale 0..1 (first Channels entries used)
	Noise       float32    // vectors: standard deviation of the noise that each view adds to a coordinate; 0 for images
	Flip        bool       // whether a horizontal flip keeps the class
	Fingerprint string     // SHA-256 over shapes, pixels and labels of all splits, hex
}

// Tailed reports whether a long tail was cut: whether arms see other images than the probes.
func (s *Set) Tailed() bool { return s.Train.Len() != s.Probe.Len() }

// Counts returns the number of images of each class, [classes].
func (im *Images) Counts(classes int) []int {
	counts := make([]int, classes)
	for _, c := range im.Labels {
		counts[c]++
	}
	return counts
}

// Options are the keys of the sweep's [data] table.
type Options struct {
	Name       string  `key:"name" also:"dataset" default:"shapes" doc:"data set (protobench list datasets)"`
	Path       string  `key:"path" default:"" hash:"no" doc:"folder of a set that lives in files; else $PROTOBENCH_DATA/<name>, else the cache folder"`
	Limit      int     `key:"limit" default:"0" range:"[0,)" doc:"use only the first n training images (0: all)"`
	TestLimit  int     `key:"test_limit" default:"0" range:"[0,)" doc:"use only the first n test images (0: all)"`
	Validation float64 `key:"validation" default:"0" range:"[0,0.5]" doc:"share of the training images, the last ones, to evaluate on instead of the test set: for choosing settings, never report numbers with it"`
	Train      int     `key:"train" default:"4000" range:"[1,)" read:"shapes,mixture" doc:"training images to generate"`
	Test       int     `key:"test" default:"2000" range:"[1,)" read:"shapes,mixture" doc:"test images to generate"`
	Imbalance  float64 `key:"imbalance" default:"1" range:"[1,)" doc:"long tail: the rarest class keeps 1/imbalance of its training images (exponential profile)"`
	Seed       int     `key:"seed" default:"0" range:"[0,)" read:"shapes,mixture" doc:"seed of the generator, independent of the run's seed"`
	Modes      int     `key:"modes" default:"25" range:"[1,)" read:"mixture" hash:"set" doc:"modes of the mixture, which are its classes"`
	Dim        int     `key:"dim" default:"64" range:"[2,)" read:"mixture" hash:"set" doc:"dimensions of its vectors"`
	Separation float64 `key:"separation" default:"4" range:"(0,)" read:"mixture" hash:"set" doc:"length of a mode's mean over that of the deviations from it"`
	Offset     float64 `key:"offset" default:"0" range:"[0,8]" read:"mixture" hash:"set" doc:"length of a mean that all vectors share, where the modes' own have length 1 (0: none; an untrained network's features have a large one)"`
	Noise      float64 `key:"noise" default:"0.5" range:"(0,)" read:"mixture" hash:"set" doc:"length of the noise that each view adds, as a multiple of that of the deviations inside a mode"`
}
