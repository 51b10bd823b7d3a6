//go:build !amd64 || noasm

package kernel

const hasBF16 = false

func (t *tile) runBF16(int, int) { panic("kernel: no assembly here") }
func narrowBF16(*byte)           { panic("kernel: no assembly here") }
func pairBF16(*byte)             { panic("kernel: no assembly here") }
func winogradInputBF16(*byte)    { panic("kernel: no assembly here") }
func winogradInputPairs(*byte)   { panic("kernel: no assembly here") }
func winogradSpreadPairs(*byte)  { panic("kernel: no assembly here") }
