package augment

// Config holds the keys of the sweep's [augment] table: the random view that each global crop is,
// after SwAV's and SimCLR's recipe for small images unless a preset or the keys say otherwise.
// [Second] and [Local] hold what other views have instead. Sets of vectors have views of their own
// kind and read none of this.
type Config struct {
	Preset        string  `key:"preset" default:"default" in:"default|simclr|swav|dino|cifar-symmetric|cifar-asymmetric" read:"images" hash:"no" config:"set" doc:"recipe that the keys of this table and of [augment.second] and [augment.local] start from where nothing else sets them"`
	CropMin       float64 `key:"crop_min" default:"0.3" range:"(0,1]" read:"images" doc:"smallest area of a random resized crop, as a share of the image"`
	CropMax       float64 `key:"crop_max" default:"1" range:"(0,1]" read:"images" doc:"largest area of a random resized crop"`
	LocalMin      float64 `key:"local_crop_min" default:"0.05" range:"(0,1]" read:"local-crops" doc:"smallest area of a local crop, as a share of the image (SwAV, DINO and CARP: 0.05)"`
	LocalMax      float64 `key:"local_crop_max" default:"0.3" range:"(0,1]" read:"local-crops" doc:"largest area of a local crop (SwAV 0.14, DINO 0.4, CARP 0.2: there the smallest global one's)"`
	Interpolation string  `key:"interpolation" default:"bilinear" in:"bilinear|bicubic" read:"images" hash:"set" config:"set" doc:"how crops are resized; what bicubic overshoots is cut to the range of pixels"`
	Antialias     bool    `key:"antialias" default:"true" read:"images" hash:"set" config:"set" doc:"stretch the filter where a crop becomes smaller, as on PIL images; bicubic has the coefficient -0.5 with it and -0.75 without"`
	Flip          float64 `key:"flip" default:"0.5" range:"[0,1]" read:"images" needs:"images that may be flipped (data.flip)" doc:"probability of a horizontal flip"`
	JitterProb    float64 `key:"jitter_prob" default:"0.8" range:"[0,1]" read:"images" needs:"strength of jitter in some view" doc:"probability of colour jitter, whose four operations come in random order"`
	Brightness    float64 `key:"brightness" default:"0.4" range:"[0,1]" read:"images" needs:"jitter in some view" doc:"colour jitter: brightness factor within 1 ± this"`
	Contrast      float64 `key:"contrast" default:"0.4" range:"[0,1]" read:"images" needs:"jitter in some view" doc:"colour jitter: contrast factor within 1 ± this"`
	Saturation    float64 `key:"saturation" default:"0.4" range:"[0,1]" read:"images" needs:"jitter in some view,images in colour" doc:"colour jitter: saturation factor within 1 ± this"`
	Hue           float64 `key:"hue" default:"0.1" range:"[0,0.5]" read:"images" needs:"jitter in some view,images in colour" doc:"colour jitter: hue shift within ± this, in turns"`
	Grayscale     float64 `key:"grayscale" default:"0.2" range:"[0,1]" read:"images" needs:"images in colour" doc:"probability of a grayscale view"`
	Blur          float64 `key:"blur" default:"0.2" range:"[0,1]" read:"images" doc:"probability of a Gaussian blur, sigma uniform in [0.1, 2]"`
	BlurKernel    int     `key:"blur_kernel" default:"3" range:"[0,99]" read:"images" hash:"set" config:"set" needs:"blur in some view" doc:"side of the blur's kernel in pixels, an odd number (0: a tenth of the image's longer side, made odd and at least 3, as SimCLR has it; SwAV 23; 13 is as good as none, as PIL's blur of DINO and solo-learn has)"`
	Solarize      float64 `key:"solarize" default:"0" range:"[0,1]" read:"images" hash:"set" config:"set" doc:"probability of solarization: levels from 128 on are inverted"`
}

// Second holds the keys of [augment.second]: what the second view has otherwise than the first. The
// local crops, without settings of their own, are made like the first.
type Second struct {
	CropMin    float64 `key:"crop_min" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.crop_min!=augment.crop_min" doc:"as augment.crop_min, of the second view (-1: as the first)"`
	CropMax    float64 `key:"crop_max" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.crop_max!=augment.crop_max" doc:"as augment.crop_max, of the second view (-1: as the first)"`
	Flip       float64 `key:"flip" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"images that may be flipped (data.flip),augment.second.flip!=augment.flip" doc:"as augment.flip, of the second view (-1: as the first)"`
	JitterProb float64 `key:"jitter_prob" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.jitter_prob!=augment.jitter_prob" doc:"as augment.jitter_prob, of the second view (-1: as the first)"`
	Brightness float64 `key:"brightness" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.brightness!=augment.brightness,jitter in the second view" doc:"as augment.brightness, of the second view (-1: as the first)"`
	Contrast   float64 `key:"contrast" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.contrast!=augment.contrast,jitter in the second view" doc:"as augment.contrast, of the second view (-1: as the first)"`
	Saturation float64 `key:"saturation" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.saturation!=augment.saturation,jitter in the second view,images in colour" doc:"as augment.saturation, of the second view (-1: as the first)"`
	Hue        float64 `key:"hue" default:"-1" range:"[-1,0.5]" read:"images" hash:"set" config:"set" needs:"augment.second.hue!=augment.hue,jitter in the second view,images in colour" doc:"as augment.hue, of the second view (-1: as the first)"`
	Grayscale  float64 `key:"grayscale" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.grayscale!=augment.grayscale,images in colour" doc:"as augment.grayscale, of the second view (-1: as the first)"`
	Blur       float64 `key:"blur" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.blur!=augment.blur" doc:"as augment.blur, of the second view (-1: as the first)"`
	Solarize   float64 `key:"solarize" default:"-1" range:"[-1,1]" read:"images" hash:"set" config:"set" needs:"augment.second.solarize!=augment.solarize" doc:"as augment.solarize, of the second view (-1: as the first)"`
}

// Local holds the keys of [augment.local]: what local crops (train.local_crops) have otherwise than
// the first view, besides their area and size.
type Local struct {
	Flip       float64 `key:"flip" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"images that may be flipped (data.flip),augment.local.flip!=augment.flip" doc:"as augment.flip, of local crops (-1: as the first view)"`
	JitterProb float64 `key:"jitter_prob" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.jitter_prob!=augment.jitter_prob" doc:"as augment.jitter_prob, of local crops (-1: as the first view)"`
	Brightness float64 `key:"brightness" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.brightness!=augment.brightness,jitter in local crops" doc:"as augment.brightness, of local crops (-1: as the first view)"`
	Contrast   float64 `key:"contrast" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.contrast!=augment.contrast,jitter in local crops" doc:"as augment.contrast, of local crops (-1: as the first view)"`
	Saturation float64 `key:"saturation" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.saturation!=augment.saturation,jitter in local crops,images in colour" doc:"as augment.saturation, of local crops (-1: as the first view)"`
	Hue        float64 `key:"hue" default:"-1" range:"[-1,0.5]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.hue!=augment.hue,jitter in local crops,images in colour" doc:"as augment.hue, of local crops (-1: as the first view)"`
	Grayscale  float64 `key:"grayscale" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.grayscale!=augment.grayscale,images in colour" doc:"as augment.grayscale, of local crops (-1: as the first view)"`
	Blur       float64 `key:"blur" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.blur!=augment.blur" doc:"as augment.blur, of local crops (-1: as the first view)"`
	Solarize   float64 `key:"solarize" default:"-1" range:"[-1,1]" read:"local-crops" hash:"set" config:"set" needs:"augment.local.solarize!=augment.solarize" doc:"as augment.solarize, of local crops (-1: as the first view)"`
}
