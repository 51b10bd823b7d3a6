// Package augment makes the random views that self-supervised training compares, and the plain
// normalised images that evaluation reads, from 8-bit images of package datasets.
//
// Every operation is defined as torchvision's float tensors define it. A view depends on the run's
// seed, the epoch, its image and its number among that image's views alone, never on the batch or on
// the order or number of workers that make it. Networks, losses and whatever chooses the images of a batch may not enter this
// room.
package augment
