package datasets

// Images is a set of images of one size, held in memory or mapped into it from a file: pixels are
// read, never written. Several sets can share pixels and differ in which images of them they are.
type Images struct {
	Height, Width, Channels int
	Pixels                  []uint8 // [stored images,Height,Width,Channels], row-major
	Rows                    []int   // [N], which stored image each is; nil where they are all of them, in their order
	Labels                  []int   // [N], class of each image; −1 where it has none
	Fine                    []int   // [N], finer label (generating sub-mode, sub-class); nil where a set has none; −1 where an image has none
	Sums                    []byte  // [N,32], SHA-256 of the files that images were decoded from; nil where pixels stand for themselves
}

// Len returns the number of images.
func (im *Images) Len() int { return len(im.Labels) }

// Image returns the pixels of image i, [Height,Width,Channels].
func (im *Images) Image(i int) []uint8 {
	n := im.Height * im.Width * im.Channels
	return im.Pixels[im.row(i)*n:][:n:n]
}

// row is where image i is stored.
func (im *Images) row(i int) int {
	if im.Rows != nil {
		return im.Rows[i]
	}
	return i
}

// Set is a data set with its splits.
type Set struct {
	Name        string
	Train       Images // what arms are trained on, after the long tail is cut
	Probe       Images // what probes of frozen features learn from: the labelled images of Train before its tail is cut
	Test        Images // what is evaluated on: the test split, or the validation split of train (Options.Validation)
	Classes     int
	FineClasses int        // 0 where a set has no fine labels
	Names       []string   // [Classes], what the classes are called; nil where the files do not say
	FineNames   []string   // [FineClasses], or nil
	Mean, Std   [3]float32 // per channel over the training pixels, on the scale 0..1 (first Channels entries used)
	Noise       float32    // vectors: standard deviation of the noise that each view adds to a coordinate; 0 for images
	Flip        bool       // whether a horizontal flip keeps the class
	Fingerprint string     // SHA-256 over shapes, pixels and labels of all splits, hex
	Found       string     // what was recognised in the files; empty for generated sets
	Warnings    []string   // what a reader of numbers should know of the images
}

// longTailed is the ratio of the most to the least frequent class from which a set's own imbalance
// counts as a long tail.
const longTailed = 5

// Tailed reports whether the training images have a long tail, cut or natural, so that accuracies
// of frequent and rare classes are to be told apart.
func (s *Set) Tailed() bool {
	if s.Train.labelled() != s.Probe.Len() {
		return true
	}
	if s.Found == "" { // generated: balanced as far as their size allows
		return false
	}
	most, least := 0, s.Train.Len()
	for _, n := range s.Train.Counts(s.Classes) {
		if n > 0 { // a gap in the labels is no rare class
			most, least = max(most, n), min(least, n)
		}
	}
	return most >= longTailed*least && most > 0
}

// Labelled returns the set with the labelled ones of its training images alone, as supervised
// training needs them.
func (s *Set) Labelled() *Set {
	out := *s
	out.Train = s.Train.withLabels()
	return &out
}

// ProbesApart reports whether probes learn from other images than arms do.
func (s *Set) ProbesApart() bool { return s.Train.Len() != s.Probe.Len() }

// Counts returns the number of images of each class, [classes]; unlabelled images count for none.
func (im *Images) Counts(classes int) []int {
	counts := make([]int, classes)
	for _, c := range im.Labels {
		if c >= 0 {
			counts[c]++
		}
	}
	return counts
}

// labelled is the number of images that have a label.
func (im *Images) labelled() int {
	n := 0
	for _, c := range im.Labels {
		if c >= 0 {
			n++
		}
	}
	return n
}

// Bytes is the memory that the set's pixels take, or would take if they were not mapped from a file:
// splits share it.
func (s *Set) Bytes() int64 {
	sizes := map[*uint8]int{}
	for _, im := range []*Images{&s.Train, &s.Probe, &s.Test} {
		if len(im.Pixels) > 0 {
			sizes[&im.Pixels[0]] = max(sizes[&im.Pixels[0]], len(im.Pixels))
		}
	}
	n := 0
	for _, size := range sizes {
		n += size
	}
	return int64(n)
}

// Options are the keys of the sweep's [data] table.
type Options struct {
	Name         string  `key:"name" also:"dataset" default:"shapes" doc:"data set (protobench list datasets)"`
	Path         string  `key:"path" default:"" hash:"no" doc:"folder of a set that lives in files, or its name in $PROTOBENCH_DATA or the cache folder; else $PROTOBENCH_DATA/<name>, else the cache folder"`
	Missing      string  `key:"missing" default:"refuse" in:"refuse|skip" hash:"no" config:"set" doc:"where the files of a set are not there: refuse the sweep, or skip the set and say so"`
	Subset       string  `key:"subset" default:"only" hash:"no" read:"idx,npz,auto" doc:"which set is meant where a folder holds several, e.g. emnist-letters (only: the one that is there)"`
	Labels       string  `key:"labels" default:"coarse" in:"coarse|fine" hash:"set" config:"set" read:"cifar100,folder,parquet,webdataset,auto" doc:"of a set with labels and finer ones: take the coarse ones as classes, and the fine ones beside them, or the fine ones as classes"`
	Limit        int     `key:"limit" default:"0" range:"[0,)" doc:"use only n training images (0: all), drawn by data.draw_seed: of those with a label, the same share of every class (largest remainder; one of each class at least while n allows), and images without one only where those are fewer than n"`
	TestLimit    int     `key:"test_limit" default:"0" range:"[0,)" doc:"use only n test images (0: all), drawn as those of data.limit"`
	Validation   float64 `key:"validation" default:"0" range:"[0,0.5]" doc:"share of the labelled training images to evaluate on instead of the test set, drawn by data.draw_seed with the same share of every class, whose last image stays in training: for choosing settings, never report numbers with it"`
	TestShare    float64 `key:"test_share" default:"0.2" range:"(0,0.5]" hash:"set" config:"set" read:"folder,npz,parquet,webdataset,auto" doc:"share of each class that becomes the test split where the files have none: those whose names hash lowest"`
	Size         int     `key:"size" default:"0" range:"[0,4096]" hash:"set" config:"set" read:"folder,parquet,webdataset,auto" doc:"side of decoded images: the shorter side is scaled to it, then the middle cut out (0: as they are where all have one size, else their median shorter side)"`
	Train        int     `key:"train" default:"4000" range:"[1,)" read:"shapes,mixture" doc:"training images to generate"`
	Test         int     `key:"test" default:"2000" range:"[1,)" read:"shapes,mixture" doc:"test images to generate"`
	Imbalance    float64 `key:"imbalance" default:"1" range:"[1,)" doc:"long tail: the rarest class keeps 1/imbalance of its training images (exponential profile)"`
	Tail         string  `key:"tail" default:"exponential" in:"exponential|pareto|step" hash:"set" config:"set" needs:"data.imbalance!=1" doc:"profile of the long tail: exponential (Cui et al. 2019), pareto (a power of the rank), step (the rarer half of the classes, Buda et al. 2018)"`
	TailSeed     int     `key:"tail_seed" default:"0" range:"[0,)" hash:"set" config:"set" needs:"data.imbalance!=1" doc:"seed that draws which classes are rare (0: those with the highest labels)"`
	PerClass     int     `key:"per_class" default:"0" range:"[0,)" hash:"set" config:"set" doc:"use only n labelled training images of each class (0: all), drawn by data.draw_seed; unlabelled ones stay"`
	DrawSeed     int     `key:"draw_seed" default:"0" range:"[0,)" hash:"set" config:"set" needs:"data.limit!=0|data.test_limit!=0|data.validation!=0|data.per_class!=0|data.imbalance!=1" doc:"seed that draws which images data.limit, data.test_limit, data.validation, data.per_class and a long tail keep: the same for all arms, whatever order the files have"`
	Flip         string  `key:"flip" default:"auto" in:"auto|yes|no" hash:"set" config:"set" doc:"whether a mirrored image is of the same class, so that views may be flipped (auto: as the set says; yes for photographs, no for digits and what is not known)"`
	Seed         int     `key:"seed" default:"0" range:"[0,)" read:"shapes,mixture" doc:"seed of the generator, independent of the run's seed"`
	Silhouettes  int     `key:"silhouettes" default:"20" range:"[1,80]" read:"shapes" hash:"set" config:"set" doc:"classes of shapes: so many of its 20 silhouettes, then pairs of two different ones"`
	Arrangements int     `key:"arrangements" default:"5" range:"[1,10]" read:"shapes" hash:"set" config:"set" doc:"fine modes of each class of shapes: ways in which copies of the silhouette are arranged (at most 9 with pairs, which a single copy cannot show)"`
	Modes        int     `key:"modes" default:"25" range:"[1,)" read:"mixture" hash:"set" doc:"modes of the mixture, which are its classes"`
	Dim          int     `key:"dim" default:"64" range:"[2,)" read:"mixture" hash:"set" doc:"dimensions of its vectors"`
	Separation   float64 `key:"separation" default:"4" range:"(0,)" read:"mixture" hash:"set" doc:"length of a mode's mean over that of the deviations from it"`
	Offset       float64 `key:"offset" default:"0" range:"[0,8]" read:"mixture" hash:"set" doc:"length of a mean that all vectors share, where the modes' own have length 1 (0: none; an untrained network's features have a large one)"`
	Noise        float64 `key:"noise" default:"0.5" range:"(0,)" read:"mixture" hash:"set" doc:"length of the noise that each view adds, as a multiple of that of the deviations inside a mode"`
}
