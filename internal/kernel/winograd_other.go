//go:build !amd64 || noasm

package kernel

func winogradInputAVX2(*byte)   { panic("kernel: no assembly here") }
func winogradOutputAVX2(*byte)  { panic("kernel: no assembly here") }
func winogradSpreadAVX2(*byte)  { panic("kernel: no assembly here") }
func winogradWeightsAVX2(*byte) { panic("kernel: no assembly here") }
func winogradTapsAVX2(*byte)    { panic("kernel: no assembly here") }
