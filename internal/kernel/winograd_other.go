//go:build !amd64 || noasm

package kernel

func winogradInputAVX2(*byte)      { panic("kernel: no assembly here") }
func winogradOutputAVX2(*byte)     { panic("kernel: no assembly here") }
func winogradSpreadAVX2(*byte)     { panic("kernel: no assembly here") }
func winogradWeightsAVX2(*byte)    { panic("kernel: no assembly here") }
func winogradTapsAVX2(*byte)       { panic("kernel: no assembly here") }
func winogradInput4AVX2(*byte)     { panic("kernel: no assembly here") }
func winogradInput4AVX512(*byte)   { panic("kernel: no assembly here") }
func winogradOutput4AVX2(*byte)    { panic("kernel: no assembly here") }
func winogradOutput4AVX512(*byte)  { panic("kernel: no assembly here") }
func winogradSpread4AVX2(*byte)    { panic("kernel: no assembly here") }
func winogradSpread4AVX512(*byte)  { panic("kernel: no assembly here") }
func winogradWeights4AVX2(*byte)   { panic("kernel: no assembly here") }
func winogradWeights4AVX512(*byte) { panic("kernel: no assembly here") }
func winogradTaps4AVX2(*byte)      { panic("kernel: no assembly here") }
func winogradTaps4AVX512(*byte)    { panic("kernel: no assembly here") }
