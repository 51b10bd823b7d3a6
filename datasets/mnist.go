package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const mnistFiles = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz)"

// loadFashion reads Fashion-MNIST (Xiao, Rasul and Vollgraf 2017). A mirrored garment is the same garment.
func loadFashion(o Options) (*Set, error) {
	dir, err := folder(o, "fashion-mnist")
	if err != nil {
		return nil, err
	}
	return loadMNIST(dir, true)
}

// loadIDX reads any set under MNIST's file names. Nothing is known of its images, so they are never flipped: a
// mirrored digit is another sign.
func loadIDX(o Options) (*Set, error) {
	if o.Path == "" {
		return nil, errors.New(`data.path: the set "idx" needs the folder of its files (` + mnistFiles + ")")
	}
	dir, err := folder(o, "idx")
	if err != nil {
		return nil, err
	}
	return loadMNIST(dir, false)
}

func loadMNIST(dir string, flip bool) (*Set, error) {
	train, err := loadSplit(dir, "train")
	if err != nil {
		return nil, err
	}
	test, err := loadSplit(dir, "t10k")
	if err != nil {
		return nil, err
	}
	if train.Height != test.Height || train.Width != test.Width {
		return nil, fmt.Errorf("%s: training images are %d×%d and test images %d×%d; both splits must have one size",
			dir, train.Height, train.Width, test.Height, test.Width)
	}
	classes := 0
	for _, labels := range [][]int{train.Labels, test.Labels} {
		for _, c := range labels {
			classes = max(classes, c+1)
		}
	}
	return &Set{Train: *train, Test: *test, Classes: classes, Flip: flip}, nil
}

// loadSplit reads the images and labels of one split ("train", "t10k").
func loadSplit(dir, split string) (*Images, error) {
	images, err := openSplit(dir, split+"-images-idx3-ubyte", 3)
	if err != nil {
		return nil, err
	}
	labels, err := openSplit(dir, split+"-labels-idx1-ubyte", 1)
	if err != nil {
		return nil, err
	}
	n, h, w := images.shape[0], images.shape[1], images.shape[2]
	if n == 0 || h == 0 || w == 0 {
		return nil, fmt.Errorf("%s: holds no pixels (shape %v); a split needs at least one image", images.file, images.shape)
	}
	if labels.shape[0] != n {
		return nil, fmt.Errorf("%s: %d labels for the %d images of %s; the files belong to different sets", labels.file, labels.shape[0], n, images.file)
	}
	im := &Images{Height: h, Width: w, Channels: 1, Pixels: images.data, Labels: make([]int, n)}
	for i, c := range labels.data {
		im.Labels[i] = int(c)
	}
	return im, nil
}

// openSplit opens dir/name, or else dir/name.gz.
func openSplit(dir, name string, dims int) (*idx, error) {
	for _, suffix := range []string{"", ".gz"} {
		x, err := openIDX(filepath.Join(dir, name+suffix), dims)
		if !errors.Is(err, fs.ErrNotExist) {
			return x, err
		}
	}
	return nil, fmt.Errorf("%s: neither %s nor %s.gz is there (%w); a set in IDX files needs %s", dir, name, name, os.ErrNotExist, mnistFiles)
}
