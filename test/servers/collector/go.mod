module signalbox.test/collector

go 1.26
