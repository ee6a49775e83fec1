"""What C says: the compiler is asked (`probes`), its object files (`objects`) and debug information (`dwarf`) are
read, and the answers are plain data (`model`)."""
