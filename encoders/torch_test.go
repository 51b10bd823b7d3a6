package encoders

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTorchNames: parameters have torchvision's and timm's names, and shapes as PyTorch has them.
func TestTorchNames(t *testing.T) {
	in := Input{Height: 8, Width: 8, Channels: 3}
	for _, c := range []struct {
		config Config
		name   string
		shape  []int
		want   TorchParam
	}{
		{Config{Name: "convnet"}, "block2.conv.weight", []int{8, 4, 3, 3}, TorchParam{Name: "block2.conv.weight", Shape: []int{8, 4, 3, 3}}},
		{Config{Name: "convnet", Projector: "bn-relu"}, "projector.0.norm.running_var", []int{8}, TorchParam{Name: "projector.1.running_var", Shape: []int{8}}},
		{Config{Name: "convnet", Projector: "bn-relu"}, "projector.1.bias", []int{8}, TorchParam{Name: "projector.3.bias", Shape: []int{8}}},
		{Config{Name: "vit", Projector: "gelu"}, "projector.2.weight", []int{8, 4}, TorchParam{Name: "projector.4.weight", Shape: []int{8, 4}}},
		{Config{Name: "vit", Projector: "bn-gelu"}, "projector.1.norm.weight", []int{8}, TorchParam{Name: "projector.4.weight", Shape: []int{8}}},
		{Config{Name: "resnet18"}, "stem.norm.running_mean", []int{8}, TorchParam{Name: "bn1.running_mean", Shape: []int{8}}},
		{Config{Name: "resnet18"}, "stage4.block1.norm2.bias", []int{8}, TorchParam{Name: "layer4.0.bn2.bias", Shape: []int{8}}},
		{Config{Name: "resnet18"}, "stage2.block1.shortcut.weight", []int{8, 4}, TorchParam{Name: "layer2.0.downsample.0.weight", Shape: []int{8, 4, 1, 1}}},
		{Config{Name: "resnet18"}, "stage2.block1.shortcut.norm.bias", []int{8}, TorchParam{Name: "layer2.0.downsample.1.bias", Shape: []int{8}}},
		{Config{Name: "resnet18"}, "stage2.block2.conv1.weight", []int{8, 8, 3, 3}, TorchParam{Name: "layer2.1.conv1.weight", Shape: []int{8, 8, 3, 3}}},
		{Config{Name: "vit"}, "block12.attention.out.bias", []int{8}, TorchParam{Name: "blocks.11.attn.proj.bias", Shape: []int{8}}},
		{Config{Name: "vit"}, "block1.fc2.weight", []int{8, 32}, TorchParam{Name: "blocks.0.mlp.fc2.weight", Shape: []int{8, 32}}},
		{Config{Name: "vit"}, "norm.weight", []int{8}, TorchParam{Name: "norm.weight", Shape: []int{8}}},
		{Config{Name: "vit"}, "positions", []int{5, 8}, TorchParam{Name: "pos_embed", Shape: []int{1, 5, 8}}},
		{
			Config{Name: "vit", Patch: 4}, "patches.weight", []int{8, 48},
			TorchParam{Name: "patch_embed.proj.weight", View: []int{8, 4, 4, 3}, Order: []int{0, 3, 1, 2}, Shape: []int{8, 3, 4, 4}},
		},
		{Config{Name: "mlp"}, "layer1.weight", []int{8, 192}, TorchParam{Name: "layer1.weight", View: []int{8, 8, 8, 3}, Order: []int{0, 3, 1, 2}, Shape: []int{8, 192}}},
		{Config{Name: "mlp"}, "projector.weight", []int{8, 8}, TorchParam{Name: "projector.weight", Shape: []int{8, 8}}},
	} {
		if d := cmp.Diff(c.want, c.config.Torch(in, c.name, c.shape)); d != "" {
			t.Errorf("%s of %s: %s", c.name, c.config.Name, d)
		}
	}
}
