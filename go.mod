module protobench

go 1.26
