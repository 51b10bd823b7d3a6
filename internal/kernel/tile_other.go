//go:build !amd64 || noasm

package kernel

func (t *tile) runAVX512(groups, _ int) { t.runGeneric(groups, tileCols) }
func (t *tile) runAVX2(groups, _ int)   { t.runGeneric(groups, tileCols) }
