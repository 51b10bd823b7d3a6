package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// refuse names what a file is that has no prototypes to find, and the file that has them.
func (f *File) refuse() error {
	why := ""
	switch {
	case f.has(func(name string) bool { return strings.Contains(name, "_flat_param") }):
		why = "a shard of an FSDP training, whose parameters are flat pieces; audit the evaluation checkpoint beside it " +
			"(DINOv2: eval/*/teacher_checkpoint.pth)"
	case f.Facts["type"] == "shard_list":
		why = "a list of shards (VISSL), which holds no tensors; audit the consolidated checkpoint, " +
			"or write one with VISSL's extra_scripts/convert_sharded_checkpoint.py"
	case len(f.Arrays) == 0:
		if err := f.refuseUnread(); err != nil {
			return err
		}
		why = "no tensors in this file"
		if len(f.Unread) > 0 {
			why = fmt.Sprintf("no tensors that can be read, of %d of other types", len(f.Unread))
		}
	}
	if why == "" {
		return nil
	}
	return errors.New(f.Path + ": " + why)
}

func (f *File) has(fits func(name string) bool) bool {
	for _, a := range f.Arrays {
		if fits(a.Name) {
			return true
		}
	}
	return false
}

// backbones are parts of names that only encoders have.
func backbones() []string {
	return []string{"patch_embed", "patch_embeddings", "cls_token", "pos_embed", "conv1", "layer1", "layer4", "blocks", "encoder", "backbone", "embeddings"}
}

// unsure is the error of a file in which no layout is found.
func (f *File) unsure(modules []*module) error {
	for _, m := range modules {
		if l, ok := layoutOf(m.name); ok && l.memory && m.matrix() != nil {
			return fmt.Errorf("%s: no prototypes in this file; %s of shape %v is %s (%s), not prototypes. Prototype-free methods have none to audit; "+
				"%s audits the memory as if it were them", f.Path, TensorText(m.key()), m.matrix().Shape, l.is, l.project, keyFlag(m.key()))
		}
	}
	part := func(name string) bool {
		return slices.ContainsFunc(strings.Split(name, "."), func(p string) bool { return slices.Contains(backbones(), p) })
	}
	if f.has(part) {
		return fmt.Errorf("%s: no prototypes in this file: a backbone alone, or a head that is not known. Released weights mostly leave the head out "+
			"(transformers always, MSN too); audit the full training checkpoint (DINO: *_full_checkpoint.pth, DINOv2: eval/*/teacher_checkpoint.pth), "+
			"or name a tensor with --key%s", f.Path, f.matrices(modules))
	}
	return fmt.Errorf("%s: prototypes under no name that is known; name them with --key%s", f.Path, f.matrices(modules))
}
