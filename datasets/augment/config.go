package augment

import (
	"fmt"

	"protobench/internal/setting"
)

// Config holds the keys of the sweep's [augment] table: the random view that each global crop is,
// after SwAV's and SimCLR's recipe for small images. Local crops (train.local_crops) differ in the
// area and size alone. Sets of vectors have views of their own kind and read none of this.
type Config struct {
	CropMin    float64 `key:"crop_min" default:"0.3" range:"(0,1]" read:"images" doc:"smallest area of a random resized crop, as a share of the image"`
	CropMax    float64 `key:"crop_max" default:"1" range:"(0,1]" read:"images" doc:"largest area of a random resized crop"`
	LocalMin   float64 `key:"local_crop_min" default:"0.05" range:"(0,1]" read:"local-crops" doc:"smallest area of a local crop, as a share of the image (SwAV, DINO and CARP: 0.05)"`
	LocalMax   float64 `key:"local_crop_max" default:"0.3" range:"(0,1]" read:"local-crops" doc:"largest area of a local crop (SwAV 0.14, DINO 0.4, CARP 0.2: there the smallest global one's)"`
	Flip       float64 `key:"flip" default:"0.5" range:"[0,1]" read:"images" needs:"images that may be flipped (data.flip)" doc:"probability of a horizontal flip"`
	JitterProb float64 `key:"jitter_prob" default:"0.8" range:"[0,1]" read:"images" needs:"augment.brightness!=0|augment.contrast!=0|augment.saturation!=0|augment.hue!=0" doc:"probability of colour jitter"`
	Brightness float64 `key:"brightness" default:"0.4" range:"[0,1]" read:"images" needs:"augment.jitter_prob!=0" doc:"colour jitter: brightness factor within 1 ± this"`
	Contrast   float64 `key:"contrast" default:"0.4" range:"[0,1]" read:"images" needs:"augment.jitter_prob!=0" doc:"colour jitter: contrast factor within 1 ± this"`
	Saturation float64 `key:"saturation" default:"0.4" range:"[0,1]" read:"images" needs:"augment.jitter_prob!=0,images in colour" doc:"colour jitter: saturation factor within 1 ± this"`
	Hue        float64 `key:"hue" default:"0.1" range:"[0,0.5]" read:"images" needs:"augment.jitter_prob!=0,images in colour" doc:"colour jitter: hue shift within ± this, in turns"`
	Grayscale  float64 `key:"grayscale" default:"0.2" range:"[0,1]" read:"images" needs:"images in colour" doc:"probability of a grayscale view"`
	Blur       float64 `key:"blur" default:"0.2" range:"[0,1]" read:"images" doc:"probability of a 3×3 Gaussian blur, sigma uniform in [0.1, 2]"`
}

// Check returns what of the settings is outside of its range or contradicts another one. Without
// local crops nothing contradicts theirs.
func (c Config) Check(local bool) []*setting.KeyError {
	wrong := setting.Check("augment", c)
	wrong = append(wrong, order("crop", c.CropMin, c.CropMax)...)
	if local {
		wrong = append(wrong, order("local_crop", c.LocalMin, c.LocalMax)...)
	}
	return wrong
}

// order refuses areas of crops whose smallest is above the largest.
func order(crop string, least, most float64) []*setting.KeyError {
	if !(least > most) {
		return nil
	}
	return []*setting.KeyError{{
		Key: "augment." + crop + "_min", Found: fmt.Sprintf("%v is above %s_max %v", least, crop, most),
		Expected: fmt.Sprintf("expected %s_min ≤ %s_max", crop, crop),
	}}
}
