package encoders

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// resnetWidth is the number of channels of the first stage per unit of encoder.width: 64 at its
// default of 32.
const resnetWidth = 2

// resnetArchitecture declares the resnet18.
func resnetArchitecture() Architecture {
	return Architecture{
		Name: "resnet18", Doc: "residual network of basic blocks, by default with the stem for small images", Source: "He et al. 2016", Projector: true,
		features: func(c Config) int { return resnetWidth * c.Width << (c.Depth - 1) },
		fits:     resnetFits,
		build:    (*builder).resnet,
		torch:    torchResnet,
	}
}

// resnetFits also refuses images that the stem of the paper leaves too small, and a stride that it
// does not read.
func resnetFits(c Config, in Input) *setting.KeyError {
	if c.Stem != stemLarge {
		return halves(c, in)
	}
	if c.StemStride != 1 {
		return &setting.KeyError{
			Key: "encoder.stem_stride", Found: fmt.Sprintf("found %d", c.StemStride), Expected: "which encoder.stem = \"imagenet\" does not read: its strides are 2", Remedy: "leave it out",
		}
	}
	return halves(c, Input{in.Height / 4, in.Width / 4, in.Channels})
}

// resnet is a residual network of basic blocks (He et al. 2016) with the stem for small images, a
// 3×3 convolution and no max-pool, or that of the paper. Stages have two blocks each, doubling channels and, from the
// second stage on, halved images; four stages are a ResNet-18. Behind it stand a global average
// pool and the projector.
func (b *builder) resnet(cfg Config, in Input) error {
	if err := b.apply(Pad); err != nil {
		return err
	}
	ch := resnetWidth * cfg.Width
	if err := b.stem(cfg, in.Channels, ch); err != nil {
		return err
	}
	for s := range cfg.Depth {
		out, stride := ch, 1
		if s > 0 {
			out, stride = 2*ch, 2
		}
		if err := b.stage(fmt.Sprintf("stage%d", s+1), ch, out, stride, s == cfg.Depth-1); err != nil {
			return err
		}
		ch = out
	}
	if err := b.apply(GlobalAveragePool); err != nil {
		return err
	}
	return b.projector(cfg, ch)
}

func (b *builder) stage(name string, in, out, stride int, last bool) error {
	if err := b.basicBlock(name+".block1", in, out, stride, true); err != nil {
		return err
	}
	return b.basicBlock(name+".block2", out, out, 1, !last)
}

// basicBlock is conv3×3–BN–ReLU–conv3×3–BN, plus the shortcut, ReLU. The shortcut is the input
// itself or, where the shape changes, its 1×1 convolution with BN. Where convolutions come next,
// they apply the last of it.
func (b *builder) basicBlock(name string, in, out, stride int, deferred bool) error {
	x := b.x
	if err := b.conv(name+".conv1", in, out, stride, true); err != nil {
		return err
	}
	if err := b.deferredNorm(name+".norm1", out, true); err != nil {
		return err
	}
	if err := b.conv(name+".conv2", out, out, 1, true); err != nil {
		return err
	}
	branch := b.x
	b.x = x
	if in != out || stride != 1 {
		if err := b.conv1x1(name+".shortcut", in, out, stride); err != nil {
			return err
		}
		if err := b.deferredNorm(name+".shortcut.norm", out, false); err != nil {
			return err
		}
	}
	shortcut := b.x
	b.x = branch
	return b.normAdd(name+".norm2", out, shortcut, deferred)
}

// torchResnet names parameters as torchvision does. The shortcut's 1×1 convolution has four axes
// there.
func torchResnet(_ Config, _ Input, p *TorchParam) {
	p.Name = fromZero(p.Name, `^stage(\d+)\.block(\d+)\.`, "layer%s.%d.")
	if strings.HasSuffix(p.Name, ".shortcut.weight") {
		p.Shape = append(p.Shape, 1, 1)
	}
	p.Name = strings.NewReplacer(
		"stem.conv.", "conv1.", "stem.norm.", "bn1.", ".norm1.", ".bn1.", ".norm2.", ".bn2.", ".shortcut.norm.", ".downsample.1.", ".shortcut.", ".downsample.0.",
	).Replace(p.Name)
}
