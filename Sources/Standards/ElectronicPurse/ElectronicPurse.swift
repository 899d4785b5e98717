// The electronic purse of JR/T 0025.2 and JT/T 978: formats, keys, MACs and TACs, both ends.
